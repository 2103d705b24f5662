//! TagLogGroup.

use api_logs::types::{TagLogGroupInput, TagLogGroupOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Logs;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: TagLogGroupInput,
) -> Result<TagLogGroupOutput, ApiError> {
    let found = logs.find(cx, "TagLogGroup", Some(&input.log_group_name), None).await?;
    logs.change(&found, &|group| group.tags.extend(input.tags.clone())).await?;
    Ok(TagLogGroupOutput::default())
}
