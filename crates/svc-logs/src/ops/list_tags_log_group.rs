//! ListTagsLogGroup.

use api_logs::types::{ListTagsLogGroupInput, ListTagsLogGroupOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Logs;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: ListTagsLogGroupInput,
) -> Result<ListTagsLogGroupOutput, ApiError> {
    let found = logs.find(cx, "ListTagsLogGroup", Some(&input.log_group_name), None).await?;
    Ok(ListTagsLogGroupOutput { tags: Some(found.group.tags) })
}
