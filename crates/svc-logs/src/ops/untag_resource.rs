//! UntagResource.

use api_logs::types::{UntagResourceInput, UntagResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Logs;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: UntagResourceInput,
) -> Result<UntagResourceOutput, ApiError> {
    let found = logs.find(cx, "UntagResource", Some(&input.resource_arn), None).await?;
    logs.change(&found, &|group| group.tags.retain(|key, _| !input.tag_keys.contains(key))).await?;
    Ok(UntagResourceOutput::default())
}
