//! ListPolicyTags. The tags of a managed policy.

use super::policies;
use crate::Iam;
use crate::inputs::page_of;
use crate::shapes;
use api_iam::{ListPolicyTagsInput, ListPolicyTagsOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListPolicyTagsInput,
) -> Result<ListPolicyTagsOutput, ApiError> {
    let policy = policies::own(iam, cx, "iam:ListPolicyTags", &input.policy_arn).await?;
    let row = policies::row(iam, &policy).await?;
    let (tags, marker) = page_of(shapes::tags(&row.tags), input.marker.as_deref(), input.max_items)?;
    Ok(ListPolicyTagsOutput { tags, is_truncated: Some(marker.is_some()), marker })
}
