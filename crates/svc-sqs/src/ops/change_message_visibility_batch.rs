//! ChangeMessageVisibilityBatch.

use api_sqs::types::{ChangeMessageVisibilityBatchInput, ChangeMessageVisibilityBatchOutput};
use port::RequestContext;
use wire_codec::ApiError;

use api_sqs::types::ChangeMessageVisibilityBatchResultEntry;

use crate::Sqs;
use crate::batch;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: ChangeMessageVisibilityBatchInput,
) -> Result<ChangeMessageVisibilityBatchOutput, ApiError> {
    let found = sqs.find(cx, "ChangeMessageVisibility", &input.queue_url).await?;
    batch::check(input.entries.iter().map(|entry| entry.id.as_str()))?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in input.entries {
        let timeout = entry.visibility_timeout.unwrap_or(0);
        match sqs.change_visibility(&found.queue, &entry.receipt_handle, timeout).await {
            Ok(()) => successful.push(ChangeMessageVisibilityBatchResultEntry { id: entry.id }),
            Err(error) => failed.push(batch::failed(entry.id, &error)),
        }
    }
    Ok(ChangeMessageVisibilityBatchOutput { successful, failed })
}
