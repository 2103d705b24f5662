//! AttachUserPolicy. Attaches a managed policy to a user.

use crate::Iam;
use crate::grants::attach;
use crate::model::Entity;
use api_iam::{AttachUserPolicyInput, AttachUserPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: AttachUserPolicyInput,
) -> Result<AttachUserPolicyOutput, ApiError> {
    attach(iam, cx, "iam:AttachUserPolicy", Entity::user(&input.user_name), &input.policy_arn).await?;
    Ok(AttachUserPolicyOutput::default())
}
