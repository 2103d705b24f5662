//! AttachGroupPolicy. Attaches a managed policy to a group.

use crate::Iam;
use crate::grants::attach;
use crate::model::Entity;
use api_iam::{AttachGroupPolicyInput, AttachGroupPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: AttachGroupPolicyInput,
) -> Result<AttachGroupPolicyOutput, ApiError> {
    attach(iam, cx, "iam:AttachGroupPolicy", Entity::group(&input.group_name), &input.policy_arn).await?;
    Ok(AttachGroupPolicyOutput::default())
}
