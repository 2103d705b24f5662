//! DeleteRolePermissionsBoundary. Takes the permissions boundary from a role.

use super::rows;
use crate::Iam;
use crate::model::Entity;
use api_iam::{DeleteRolePermissionsBoundaryInput, DeleteRolePermissionsBoundaryOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeleteRolePermissionsBoundaryInput,
) -> Result<DeleteRolePermissionsBoundaryOutput, ApiError> {
    let role = Entity::role(&input.role_name);
    iam.allow(cx, "iam:DeleteRolePermissionsBoundary", role, &[]).await?;
    rows::change_boundary(iam, cx.account(), role, None).await?;
    Ok(DeleteRolePermissionsBoundaryOutput::default())
}
