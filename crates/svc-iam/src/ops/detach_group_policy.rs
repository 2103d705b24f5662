//! DetachGroupPolicy. Detaches a managed policy from a group.

use crate::Iam;
use crate::grants::detach;
use crate::model::Entity;
use api_iam::{DetachGroupPolicyInput, DetachGroupPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DetachGroupPolicyInput,
) -> Result<DetachGroupPolicyOutput, ApiError> {
    detach(iam, cx, "iam:DetachGroupPolicy", Entity::group(&input.group_name), &input.policy_arn).await?;
    Ok(DetachGroupPolicyOutput::default())
}
