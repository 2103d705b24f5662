//! Changes of queues and of received messages that several operations make.

use std::time::Duration;

use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Sqs;
use crate::check::{self, MAX_VISIBILITY_S};
use crate::error::{self, Failure, storage};
use crate::model::Queue;
use crate::ops::create_queue::check_redrive;
use crate::queue::Visibility;
use crate::receipt::Receipt;
use crate::tables::{LEASES, MESSAGES, QUEUES, QueueKey};

impl Sqs {
    /// Changes a queue's row.
    pub(crate) async fn change(
        &self,
        cx: &RequestContext,
        key: &QueueKey,
        change: &(dyn Fn(&mut Queue) -> Result<(), ApiError> + Sync),
    ) -> Result<(), ApiError> {
        let work = |tx: Transaction| async move {
            let mut queue = QUEUES.get(&tx, key.clone()).await?.ok_or_else(error::no_queue)?;
            let redrive = queue.settings.redrive.clone();
            change(&mut queue)?;
            if queue.settings.redrive != redrive {
                check_redrive(&tx, key, &queue).await?;
            }
            queue.modified = cx.time();
            QUEUES.put(&tx, key.clone(), &queue)?;
            Ok::<_, Failure>(())
        };
        Ok(self.0.store.transact(work).await?)
    }

    pub(crate) async fn delete_received(&self, queue: &Queue, handle: &str) -> Result<(), ApiError> {
        let receipt = receipt(queue, handle)?;
        self.live(queue).await?.delete(&receipt).await
    }

    pub(crate) async fn change_visibility(
        &self,
        queue: &Queue,
        handle: &str,
        timeout_s: i32,
    ) -> Result<(), ApiError> {
        let receipt = receipt(queue, handle)?;
        let timeout_s = check::seconds("VisibilityTimeout", timeout_s, MAX_VISIBILITY_S)?;
        let timeout = Duration::from_secs(u64::from(timeout_s));
        match self.live(queue).await?.change_visibility(&receipt, timeout).await? {
            Visibility::Changed => Ok(()),
            Visibility::NotInFlight => Err(ApiError::from_shape(api_sqs::types::MessageNotInflight {})),
            Visibility::Gone => Err(error::invalid_parameter(format!(
                "Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change."
            ))),
        }
    }

    /// Removes all message rows of a queue.
    pub(crate) async fn clear_rows(&self, queue_id: u64) -> Result<(), ApiError> {
        self.0.store.clear(LEASES.range((queue_id,))).await.map_err(|e| storage(&e))?;
        self.0.store.clear(MESSAGES.range((queue_id,))).await.map_err(|e| storage(&e))
    }
}

fn receipt(queue: &Queue, handle: &str) -> Result<Receipt, ApiError> {
    Receipt::parse(handle).filter(|receipt| receipt.queue_id == queue.id).ok_or_else(error::invalid_handle)
}
