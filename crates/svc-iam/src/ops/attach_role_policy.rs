//! AttachRolePolicy. Attaches a managed policy to a role.

use crate::Iam;
use crate::grants::attach;
use crate::model::Entity;
use api_iam::{AttachRolePolicyInput, AttachRolePolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: AttachRolePolicyInput,
) -> Result<AttachRolePolicyOutput, ApiError> {
    attach(iam, cx, "iam:AttachRolePolicy", Entity::role(&input.role_name), &input.policy_arn).await?;
    Ok(AttachRolePolicyOutput::default())
}
