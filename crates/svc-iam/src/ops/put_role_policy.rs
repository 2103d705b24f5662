//! PutRolePolicy. Writes an inline policy of a role.

use crate::Iam;
use crate::grants::put_inline;
use crate::model::Entity;
use api_iam::{PutRolePolicyInput, PutRolePolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: PutRolePolicyInput,
) -> Result<PutRolePolicyOutput, ApiError> {
    let role = Entity::role(&input.role_name);
    put_inline(iam, cx, "iam:PutRolePolicy", role, &input.policy_name, &input.policy_document).await?;
    Ok(PutRolePolicyOutput::default())
}
