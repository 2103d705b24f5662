//! DeleteQueue: with all its messages.

use api_sqs::types::{DeleteQueueInput, DeleteQueueOutput};
use port::RequestContext;
use wire_codec::ApiError;

use store_kv::Transaction;

use crate::Sqs;
use crate::error::Failure;
use crate::tables::{DELETED, Deleted, QUEUES};

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: DeleteQueueInput,
) -> Result<DeleteQueueOutput, ApiError> {
    let found = sqs.find(cx, "DeleteQueue", &input.queue_url).await?;
    let (key, deleted) = (&found.key, Deleted { id: found.queue.id, time: cx.time() });
    let work = |tx: Transaction| async move {
        QUEUES.delete(&tx, key.clone());
        DELETED.put(&tx, key.clone(), &deleted)?;
        Ok::<_, Failure>(())
    };
    sqs.0.store.transact(work).await?;
    if let Ok(live) = sqs.live(&found.queue).await {
        live.clear();
    }
    sqs.0.queues.forget(found.queue.id);
    sqs.clear_rows(found.queue.id).await?;
    Ok(DeleteQueueOutput::default())
}
