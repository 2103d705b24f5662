//! PutUserPermissionsBoundary. Sets the permissions boundary of a user.

use super::rows;
use crate::Iam;
use crate::model::Entity;
use api_iam::{PutUserPermissionsBoundaryInput, PutUserPermissionsBoundaryOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: PutUserPermissionsBoundaryInput,
) -> Result<PutUserPermissionsBoundaryOutput, ApiError> {
    let user = Entity::user(&input.user_name);
    let arn = input.permissions_boundary.as_str();
    iam.allow(cx, "iam:PutUserPermissionsBoundary", user, &[("iam:PermissionsBoundary", arn)]).await?;
    rows::change_boundary(iam, cx.account(), user, Some(arn)).await?;
    Ok(PutUserPermissionsBoundaryOutput::default())
}
