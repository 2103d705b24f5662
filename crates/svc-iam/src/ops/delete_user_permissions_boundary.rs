//! DeleteUserPermissionsBoundary. Takes the permissions boundary from a user.

use super::rows;
use crate::Iam;
use crate::model::Entity;
use api_iam::{DeleteUserPermissionsBoundaryInput, DeleteUserPermissionsBoundaryOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeleteUserPermissionsBoundaryInput,
) -> Result<DeleteUserPermissionsBoundaryOutput, ApiError> {
    let user = Entity::user(&input.user_name);
    iam.allow(cx, "iam:DeleteUserPermissionsBoundary", user, &[]).await?;
    rows::change_boundary(iam, cx.account(), user, None).await?;
    Ok(DeleteUserPermissionsBoundaryOutput::default())
}
