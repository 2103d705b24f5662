//! Background work: messages past their retention, and rows of queues that are gone.

use std::time::Duration;

use base_task::Tasks;
use store_table::Scan;
use wire_codec::ApiError;

use crate::Sqs;
use crate::error::storage;
use crate::tables::{DELETED, QUEUES};

const PAUSE: Duration = Duration::from_secs(30);
/// Messages removed from one queue in one round.
const ROUND: usize = 10_000;

pub fn start(sqs: &Sqs, tasks: &Tasks) {
    let sqs = sqs.clone();
    tasks.worker("sqs retention", move || run(sqs.clone()));
}

async fn run(sqs: Sqs) {
    if let Err(error) = clear_deleted(&sqs).await {
        tracing::warn!(%error, "rows of deleted queues could not be removed");
    }
    loop {
        if let Err(error) = expire(&sqs).await {
            tracing::warn!(%error, "old messages could not be removed");
        }
        sqs.0.clock.sleep(PAUSE).await;
    }
}

/// What a stop in the middle of DeleteQueue left behind.
async fn clear_deleted(sqs: &Sqs) -> Result<(), ApiError> {
    let snapshot = sqs.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let page = DELETED.scan(&snapshot, (), Scan::forward()).await.map_err(|e| storage(&e))?;
    for (_, deleted) in page.rows {
        sqs.clear_rows(deleted.id).await?;
    }
    Ok(())
}

async fn expire(sqs: &Sqs) -> Result<(), ApiError> {
    let now = sqs.0.clock.now();
    let mut cursor = None;
    loop {
        let snapshot = sqs.0.store.snapshot().await.map_err(|e| storage(&e))?;
        let page =
            QUEUES.scan(&snapshot, (), Scan::forward().after(cursor)).await.map_err(|e| storage(&e))?;
        for (_, queue) in &page.rows {
            let horizon = now - Duration::from_secs(u64::from(queue.settings.retention_s));
            sqs.live(queue).await?.expire(horizon, ROUND).await?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}
