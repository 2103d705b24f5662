//! PutRetentionPolicy.

use api_logs::types::{PutRetentionPolicyInput, PutRetentionPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Logs;
use crate::error;

const DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: PutRetentionPolicyInput,
) -> Result<PutRetentionPolicyOutput, ApiError> {
    let found = logs.find(cx, "PutRetentionPolicy", Some(&input.log_group_name), None).await?;
    let days = u32::try_from(input.retention_in_days).ok().filter(|days| DAYS.contains(days));
    let days = days.ok_or_else(|| error::invalid_parameter("Invalid retention value. Valid values are: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]"))?;
    logs.change(&found, &|group| group.retention_days = Some(days)).await?;
    Ok(PutRetentionPolicyOutput::default())
}
