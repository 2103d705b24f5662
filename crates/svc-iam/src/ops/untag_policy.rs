//! UntagPolicy. Removes tags from a managed policy.

use super::policies;
use crate::Iam;
use crate::inputs::remove_tags;
use api_iam::{UntagPolicyInput, UntagPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: UntagPolicyInput,
) -> Result<UntagPolicyOutput, ApiError> {
    let policy = policies::own(iam, cx, "iam:UntagPolicy", &input.policy_arn).await?;
    policies::edit(iam, &policy, |row| {
        remove_tags(&mut row.tags, &input.tag_keys);
        Ok(())
    })
    .await?;
    Ok(UntagPolicyOutput::default())
}
