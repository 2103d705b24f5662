//! TagResource.

use api_logs::types::{TagResourceInput, TagResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Logs;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: TagResourceInput,
) -> Result<TagResourceOutput, ApiError> {
    let found = logs.find(cx, "TagResource", Some(&input.resource_arn), None).await?;
    logs.change(&found, &|group| group.tags.extend(input.tags.clone())).await?;
    Ok(TagResourceOutput::default())
}
