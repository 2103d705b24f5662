//! GetRolePolicy. An inline policy of a role.

use crate::Iam;
use crate::grants::get_inline;
use crate::model::Entity;
use crate::shapes::encoded;
use api_iam::{GetRolePolicyInput, GetRolePolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetRolePolicyInput,
) -> Result<GetRolePolicyOutput, ApiError> {
    let role = Entity::role(&input.role_name);
    let document = get_inline(iam, cx, "iam:GetRolePolicy", role, &input.policy_name).await?;
    Ok(GetRolePolicyOutput {
        role_name: input.role_name,
        policy_name: input.policy_name,
        policy_document: encoded(&document),
    })
}
