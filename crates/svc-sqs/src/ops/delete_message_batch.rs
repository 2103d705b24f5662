//! DeleteMessageBatch.

use api_sqs::types::{DeleteMessageBatchInput, DeleteMessageBatchOutput};
use port::RequestContext;
use wire_codec::ApiError;

use api_sqs::types::DeleteMessageBatchResultEntry;

use crate::Sqs;
use crate::batch;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: DeleteMessageBatchInput,
) -> Result<DeleteMessageBatchOutput, ApiError> {
    let found = sqs.find(cx, "DeleteMessage", &input.queue_url).await?;
    batch::check(input.entries.iter().map(|entry| entry.id.as_str()))?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in input.entries {
        match sqs.delete_received(&found.queue, &entry.receipt_handle).await {
            Ok(()) => successful.push(DeleteMessageBatchResultEntry { id: entry.id }),
            Err(error) => failed.push(batch::failed(entry.id, &error)),
        }
    }
    Ok(DeleteMessageBatchOutput { successful, failed })
}
