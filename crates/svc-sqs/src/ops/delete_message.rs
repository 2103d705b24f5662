//! DeleteMessage.

use api_sqs::types::{DeleteMessageInput, DeleteMessageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: DeleteMessageInput,
) -> Result<DeleteMessageOutput, ApiError> {
    let found = sqs.find(cx, "DeleteMessage", &input.queue_url).await?;
    sqs.delete_received(&found.queue, &input.receipt_handle).await?;
    Ok(DeleteMessageOutput::default())
}
