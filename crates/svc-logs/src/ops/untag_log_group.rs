//! UntagLogGroup.

use api_logs::types::{UntagLogGroupInput, UntagLogGroupOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Logs;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: UntagLogGroupInput,
) -> Result<UntagLogGroupOutput, ApiError> {
    let found = logs.find(cx, "UntagLogGroup", Some(&input.log_group_name), None).await?;
    logs.change(&found, &|group| group.tags.retain(|key, _| !input.tags.contains(key))).await?;
    Ok(UntagLogGroupOutput::default())
}
