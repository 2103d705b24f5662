//! ChangeMessageVisibility.

use api_sqs::types::{ChangeMessageVisibilityInput, ChangeMessageVisibilityOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: ChangeMessageVisibilityInput,
) -> Result<ChangeMessageVisibilityOutput, ApiError> {
    let found = sqs.find(cx, "ChangeMessageVisibility", &input.queue_url).await?;
    sqs.change_visibility(&found.queue, &input.receipt_handle, input.visibility_timeout).await?;
    Ok(ChangeMessageVisibilityOutput::default())
}
