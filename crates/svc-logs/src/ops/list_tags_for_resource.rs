//! ListTagsForResource.

use api_logs::types::{ListTagsForResourceInput, ListTagsForResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Logs;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, ApiError> {
    let found = logs.find(cx, "ListTagsForResource", Some(&input.resource_arn), None).await?;
    Ok(ListTagsForResourceOutput { tags: Some(found.group.tags) })
}
