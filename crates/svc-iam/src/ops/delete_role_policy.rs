//! DeleteRolePolicy. Deletes an inline policy of a role.

use crate::Iam;
use crate::grants::delete_inline;
use crate::model::Entity;
use api_iam::{DeleteRolePolicyInput, DeleteRolePolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeleteRolePolicyInput,
) -> Result<DeleteRolePolicyOutput, ApiError> {
    delete_inline(iam, cx, "iam:DeleteRolePolicy", Entity::role(&input.role_name), &input.policy_name)
        .await?;
    Ok(DeleteRolePolicyOutput::default())
}
