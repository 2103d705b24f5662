//! PutRolePermissionsBoundary. Sets the permissions boundary of a role.

use super::rows;
use crate::Iam;
use crate::model::Entity;
use api_iam::{PutRolePermissionsBoundaryInput, PutRolePermissionsBoundaryOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: PutRolePermissionsBoundaryInput,
) -> Result<PutRolePermissionsBoundaryOutput, ApiError> {
    let role = Entity::role(&input.role_name);
    let arn = input.permissions_boundary.as_str();
    iam.allow(cx, "iam:PutRolePermissionsBoundary", role, &[("iam:PermissionsBoundary", arn)]).await?;
    rows::change_boundary(iam, cx.account(), role, Some(arn)).await?;
    Ok(PutRolePermissionsBoundaryOutput::default())
}
