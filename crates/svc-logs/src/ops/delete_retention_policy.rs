//! DeleteRetentionPolicy.

use api_logs::types::{DeleteRetentionPolicyInput, DeleteRetentionPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Logs;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: DeleteRetentionPolicyInput,
) -> Result<DeleteRetentionPolicyOutput, ApiError> {
    let found = logs.find(cx, "DeleteRetentionPolicy", Some(&input.log_group_name), None).await?;
    logs.change(&found, &|group| group.retention_days = None).await?;
    Ok(DeleteRetentionPolicyOutput::default())
}
