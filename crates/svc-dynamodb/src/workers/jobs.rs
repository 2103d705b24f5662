//! Carries out jobs, a few at once, woken by their rows, and by a timer as a safety net.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use store_table::Scan;

use super::fill::{fill_expiries, fill_index};
use crate::Service;
use crate::catalog::TableRef;
use crate::error::Result;
use crate::tables::{JOBS, Job, data_ranges, index_ranges};

/// Jobs read at a time.
const PAGE: usize = 100;
/// Jobs carried out side by side: filling a large index must not hold up deleting a small table.
const AT_ONCE: usize = 4;
const SAFETY_NET: Duration = Duration::from_secs(60);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);

pub(super) async fn run(service: Service) {
    let mut watch = service.store().watch(JOBS.range(()).start);
    loop {
        match work(&service).await {
            Ok(seen) => {
                let changed = service.0.clock.timeout(SAFETY_NET, watch.changed(seen)).await;
                if let Some(Err(_)) = changed {
                    return;
                }
            }
            Err(error) => {
                tracing::error!(?error, "a DynamoDB job failed; it is tried again");
                service.0.clock.sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }
}

/// Carries out all jobs there are; returns the version up to which it has seen them. One that fails does not keep the
/// others from being done: its error is returned when they are.
pub(crate) async fn work(service: &Service) -> Result<store_kv::Version> {
    loop {
        let snapshot = service.store().snapshot().await?;
        let page = JOBS.scan(&snapshot, (), Scan::forward().limit(PAGE)).await?;
        if page.rows.is_empty() {
            return Ok(snapshot.version());
        }
        let mut outcomes = stream::iter(page.rows)
            .map(|((table, index), job)| carry_out(service, table, index, job))
            .buffer_unordered(AT_ONCE);
        let mut failed = None;
        while let Some(outcome) = outcomes.next().await {
            failed = failed.or(outcome.err());
        }
        if let Some(error) = failed {
            return Err(error);
        }
    }
}

async fn carry_out(service: &Service, table: u64, index: u32, job: Job) -> Result<()> {
    match job {
        Job::DeleteTable { index_ids } => clear(service, data_ranges(table, &index_ids)).await?,
        Job::DeleteIndex | Job::DeleteExpiries => clear(service, index_ranges(table, index).into()).await?,
        Job::Fill { account, region, name, .. } => {
            return fill_index(service, table, index, &TableRef::new(&account, &region, &name)).await;
        }
        Job::FillExpiries { account, region, name, .. } => {
            return fill_expiries(service, table, index, &TableRef::new(&account, &region, &name)).await;
        }
    }
    service
        .store()
        .transact(|tx| async move {
            JOBS.delete(&tx, (table, index));
            Ok(())
        })
        .await
}

async fn clear(service: &Service, ranges: Vec<store_kv::KeyRange>) -> Result<()> {
    for range in ranges {
        service.store().clear(range).await?;
    }
    Ok(())
}
