//! PurgeQueue: at most once a minute.

use api_sqs::types::{PurgeQueueInput, PurgeQueueOutput};
use port::RequestContext;
use wire_codec::ApiError;

use std::time::Duration;

use api_sqs::types::PurgeQueueInProgress;

use crate::Sqs;
use crate::model::Queue;

const PAUSE: Duration = Duration::from_secs(60);

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: PurgeQueueInput,
) -> Result<PurgeQueueOutput, ApiError> {
    let found = sqs.find(cx, "PurgeQueue", &input.queue_url).await?;
    let now = cx.time();
    let purge = |queue: &mut Queue| {
        if queue.purged.is_some_and(|last| now.since(last) < PAUSE) {
            return Err(ApiError::from_shape(PurgeQueueInProgress {
                message: Some(format!(
                    "Only one PurgeQueue operation on {} is allowed every 60 seconds.",
                    found.key.2
                )),
            }));
        }
        queue.purged = Some(now);
        Ok(())
    };
    sqs.change(cx, &found.key, &purge).await?;
    sqs.live(&found.queue).await?.clear();
    sqs.clear_rows(found.queue.id).await?;
    Ok(PurgeQueueOutput::default())
}
