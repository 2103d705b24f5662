//! DetachUserPolicy. Detaches a managed policy from a user.

use crate::Iam;
use crate::grants::detach;
use crate::model::Entity;
use api_iam::{DetachUserPolicyInput, DetachUserPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DetachUserPolicyInput,
) -> Result<DetachUserPolicyOutput, ApiError> {
    detach(iam, cx, "iam:DetachUserPolicy", Entity::user(&input.user_name), &input.policy_arn).await?;
    Ok(DetachUserPolicyOutput::default())
}
