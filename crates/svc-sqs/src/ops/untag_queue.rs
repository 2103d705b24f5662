//! UntagQueue.

use api_sqs::types::{UntagQueueInput, UntagQueueOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;
use crate::model::Queue;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: UntagQueueInput,
) -> Result<UntagQueueOutput, ApiError> {
    let found = sqs.find(cx, "UntagQueue", &input.queue_url).await?;
    let untag = |queue: &mut Queue| {
        queue.tags.retain(|key, _| !input.tag_keys.contains(key));
        Ok(())
    };
    sqs.change(cx, &found.key, &untag).await?;
    Ok(UntagQueueOutput::default())
}
