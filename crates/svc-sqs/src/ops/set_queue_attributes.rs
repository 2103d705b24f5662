//! SetQueueAttributes.

use api_sqs::types::{SetQueueAttributesInput, SetQueueAttributesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;
use crate::attributes;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: SetQueueAttributesInput,
) -> Result<SetQueueAttributesOutput, ApiError> {
    let found = sqs.find(cx, "SetQueueAttributes", &input.queue_url).await?;
    sqs.change(cx, &found.key, &|queue| attributes::apply(queue, &input.attributes)).await?;
    Ok(SetQueueAttributesOutput::default())
}
