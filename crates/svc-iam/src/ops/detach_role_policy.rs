//! DetachRolePolicy. Detaches a managed policy from a role.

use crate::Iam;
use crate::grants::detach;
use crate::model::Entity;
use api_iam::{DetachRolePolicyInput, DetachRolePolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DetachRolePolicyInput,
) -> Result<DetachRolePolicyOutput, ApiError> {
    detach(iam, cx, "iam:DetachRolePolicy", Entity::role(&input.role_name), &input.policy_arn).await?;
    Ok(DetachRolePolicyOutput::default())
}
