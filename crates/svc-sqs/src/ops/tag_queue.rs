//! TagQueue.

use api_sqs::types::{TagQueueInput, TagQueueOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;
use crate::error::invalid_parameter;
use crate::model::Queue;

/// Tags of a queue (SQS quotas).
const MAX_TAGS: usize = 50;

pub async fn run(sqs: &Sqs, cx: &RequestContext, input: TagQueueInput) -> Result<TagQueueOutput, ApiError> {
    let found = sqs.find(cx, "TagQueue", &input.queue_url).await?;
    let tag = |queue: &mut Queue| {
        queue.tags.extend(input.tags.clone());
        match queue.tags.len() {
            0..=MAX_TAGS => Ok(()),
            _ => Err(invalid_parameter(format!("Too many tags added for queue {}.", found.key.2))),
        }
    };
    sqs.change(cx, &found.key, &tag).await?;
    Ok(TagQueueOutput::default())
}
