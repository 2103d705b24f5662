//! Changing groups, and removing what is past its retention or deleted.

use std::time::Duration;

use base_task::Tasks;
use base_time::Timestamp;
use store_kv::Transaction;
use store_table::Scan;
use wire_codec::ApiError;

use crate::Logs;
use crate::error::{self, Failure, storage};
use crate::find::Found;
use crate::model::Group;
use crate::tables::{EVENTS, GROUPS, STREAM_EVENTS, STREAM_NAMES, STREAMS};

const PAUSE: Duration = Duration::from_secs(60);
/// Events removed in one transaction.
const PART: usize = 1_000;

pub fn start(logs: &Logs, tasks: &Tasks) {
    let logs = logs.clone();
    tasks.worker("logs retention", move || run(logs.clone()));
}

async fn run(logs: Logs) {
    loop {
        if let Err(error) = expire(&logs).await {
            tracing::warn!(%error, "old log events could not be removed");
        }
        logs.0.clock.sleep(PAUSE).await;
    }
}

async fn expire(logs: &Logs) -> Result<(), ApiError> {
    let now = logs.0.clock.now();
    let mut cursor = None;
    loop {
        let snapshot = logs.0.store.snapshot().await.map_err(|e| storage(&e))?;
        let page =
            GROUPS.scan(&snapshot, (), Scan::forward().after(cursor)).await.map_err(|e| storage(&e))?;
        for (_, group) in &page.rows {
            let Some(days) = group.retention_days else { continue };
            let horizon = now - Duration::from_secs(u64::from(days) * 86_400);
            while logs.remove_before(group.id, horizon).await? == PART {}
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

impl Logs {
    async fn remove_before(&self, group_id: u64, horizon: Timestamp) -> Result<usize, ApiError> {
        let work = |tx: Transaction| async move {
            let first = (group_id, Timestamp::EPOCH, 0);
            let page = EVENTS
                .scan_between(tx.snapshot(), first, (group_id, horizon, 0), Scan::forward().limit(PART))
                .await?;
            for ((group, time, number), event) in &page.rows {
                EVENTS.delete(&tx, (*group, *time, *number));
                STREAM_EVENTS.delete(&tx, (event.stream_id, *time, *number));
            }
            Ok::<_, Failure>(page.rows.len())
        };
        Ok(self.0.store.transact(work).await?)
    }

    pub(crate) async fn change(
        &self,
        found: &Found,
        change: &(dyn Fn(&mut Group) + Sync),
    ) -> Result<(), ApiError> {
        let key = &found.key;
        let work = |tx: Transaction| async move {
            let mut group = GROUPS.get(&tx, key.clone()).await?.ok_or_else(error::no_group)?;
            change(&mut group);
            GROUPS.put(&tx, key.clone(), &group)?;
            Ok::<_, Failure>(())
        };
        Ok(self.0.store.transact(work).await?)
    }

    /// Removes the rows of a deleted group.
    pub(crate) async fn clear_group(&self, group_id: u64) -> Result<(), ApiError> {
        let mut cursor = None;
        loop {
            let snapshot = self.0.store.snapshot().await.map_err(|e| storage(&e))?;
            let page = STREAMS
                .scan(&snapshot, (group_id,), Scan::forward().after(cursor))
                .await
                .map_err(|e| storage(&e))?;
            for (_, stream) in &page.rows {
                self.0.store.clear(STREAM_EVENTS.range((stream.id,))).await.map_err(|e| storage(&e))?;
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        for range in [EVENTS.range((group_id,)), STREAMS.range((group_id,)), STREAM_NAMES.range((group_id,))]
        {
            self.0.store.clear(range).await.map_err(|e| storage(&e))?;
        }
        Ok(())
    }

    /// Removes the events of a deleted stream.
    pub(crate) async fn clear_stream(&self, group_id: u64, stream_id: u64) -> Result<(), ApiError> {
        loop {
            let work = |tx: Transaction| async move {
                let page =
                    STREAM_EVENTS.scan(tx.snapshot(), (stream_id,), Scan::forward().limit(PART)).await?;
                for ((stream, time, number), ()) in &page.rows {
                    STREAM_EVENTS.delete(&tx, (*stream, *time, *number));
                    EVENTS.delete(&tx, (group_id, *time, *number));
                }
                Ok::<_, Failure>(page.rows.len())
            };
            if self.0.store.transact(work).await? < PART {
                return Ok(());
            }
        }
    }
}
