//! ListQueueTags.

use api_sqs::types::{ListQueueTagsInput, ListQueueTagsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: ListQueueTagsInput,
) -> Result<ListQueueTagsOutput, ApiError> {
    let found = sqs.find(cx, "ListQueueTags", &input.queue_url).await?;
    let tags = found.queue.tags;
    Ok(ListQueueTagsOutput { tags: (!tags.is_empty()).then_some(tags) })
}
