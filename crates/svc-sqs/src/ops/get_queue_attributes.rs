//! GetQueueAttributes.

use api_sqs::types::{GetQueueAttributesInput, GetQueueAttributesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;
use crate::attributes;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: GetQueueAttributesInput,
) -> Result<GetQueueAttributesOutput, ApiError> {
    let found = sqs.find(cx, "GetQueueAttributes", &input.queue_url).await?;
    let counts = sqs.live(&found.queue).await?.counts();
    let shown = attributes::show(&found, counts, &input.attribute_names.unwrap_or_default());
    Ok(GetQueueAttributesOutput { attributes: (!shown.is_empty()).then_some(shown) })
}
