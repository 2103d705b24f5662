//! TagPolicy. Adds tags to a managed policy.

use super::policies;
use crate::Iam;
use crate::inputs::check_tag_count;
use crate::inputs::check_tags;
use crate::inputs::merge_tags;
use crate::inputs::tag_rows;
use api_iam::{TagPolicyInput, TagPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: TagPolicyInput,
) -> Result<TagPolicyOutput, ApiError> {
    let policy = policies::own(iam, cx, "iam:TagPolicy", &input.policy_arn).await?;
    let tags = tag_rows(Some(input.tags));
    check_tags(&tags)?;
    policies::edit(iam, &policy, |row| {
        merge_tags(&mut row.tags, tags.clone());
        check_tag_count(&row.tags)
    })
    .await?;
    Ok(TagPolicyOutput::default())
}
