//! Delivers new events: woken by their commit, each handed to its destinations, then deleted. What a destination does not
//! take goes to `RETRIES` in the same commit. A crash in between delivers again: at least once.

use std::sync::Arc;
use std::time::Duration;

use base_time::Timestamp;
use store_kv::Versionstamp;
use store_table::Scan;
use tokio::sync::Semaphore;

use crate::S3;
use crate::delivery::{Delivery, Event, Target};
use crate::destinations;
use crate::error::S3Error;
use crate::notification::{EventRecord, sequencer};
use crate::tables::{EVENTS, RETRIES};
use crate::workers::retry;

/// Events read at a time.
const PAGE_ROWS: usize = 64;
/// Events under way at once.
const AT_ONCE: usize = 32;
/// The longest a destination may take to accept an event.
const LIMIT: Duration = Duration::from_secs(20);
/// Pause after the store failed.
const PAUSE: Duration = Duration::from_secs(1);

pub async fn run(s3: S3) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut watch = s3.store().watch(EVENTS.range(()).start);
    let mut cursor = None;
    loop {
        let Ok(snapshot) = s3.store().snapshot().await else { return };
        let scan = Scan::forward().after(cursor.clone()).limit(PAGE_ROWS);
        let page = match EVENTS.scan(&snapshot, (), scan).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "S3's events cannot be read");
                s3.clock().sleep(PAUSE).await;
                continue;
            }
        };
        if page.rows.is_empty() {
            match watch.changed(snapshot.version()).await {
                Ok(_) => continue,
                Err(_) => return,
            }
        }
        for ((stamp,), event) in page.rows {
            let Ok(slot) = slots.clone().acquire_owned().await else { return };
            cursor = Some(store_table::Cursor::from_bytes(stamp.to_bytes().to_vec()));
            let (s3, tasks, stop) = (s3.clone(), s3.tasks().clone(), s3.tasks().stopping());
            tasks.spawn(async move {
                // Given up at shutdown: the event's row is still there.
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = deliver(&s3, stamp, event) => {}
                }
                drop(slot);
            });
        }
    }
}

async fn deliver(s3: &S3, stamp: Versionstamp, event: Event) {
    let sequencer = sequencer(stamp.version.as_u64(), stamp.order);
    let mut failed = Vec::new();
    for target in &event.targets {
        let delivery = Delivery {
            record: event.record.clone(),
            account: event.account.clone(),
            sequencer: sequencer.clone(),
            target: target.clone(),
            attempts: 1,
            since: s3.clock().now(),
        };
        if !attempt(s3, &delivery).await {
            failed.push(delivery);
        }
    }
    if let Err(error) = settle(s3, stamp, &failed).await {
        tracing::error!(
            code = error.code,
            "S3's event was delivered but its row stays; it will be delivered again"
        );
    }
}

async fn settle(s3: &S3, stamp: Versionstamp, failed: &[Delivery]) -> Result<(), S3Error> {
    let now = s3.clock().now();
    s3.store()
        .transact(|tx| async move {
            EVENTS.delete(&tx, (stamp,));
            for (number, delivery) in (0u32..).zip(failed) {
                RETRIES.put(&tx, (retry::due(delivery, now), stamp, number), delivery)?;
            }
            Ok::<_, S3Error>(())
        })
        .await
}

/// Whether the destination took it.
pub async fn attempt(s3: &S3, delivery: &Delivery) -> bool {
    let Some(connections) = s3.connections() else { return false };
    let Delivery { record, account, sequencer, target, .. } = delivery;
    let message = record.to_message(&target.configuration_id, sequencer);
    let cx = context(s3, connections, record, account, s3.clock().now());
    let handover = destinations::deliver(connections, &cx, &target.destination, &message);
    match s3.clock().timeout(LIMIT, handover).await {
        Some(Ok(())) => true,
        Some(Err(error)) => refused(record, target, &error.to_string()),
        None => refused(record, target, "it took too long"),
    }
}

fn context(
    s3: &S3,
    connections: &crate::Connections,
    record: &EventRecord,
    account: &str,
    now: Timestamp,
) -> port::RequestContext {
    destinations::context(connections, &record.bucket, account, &record.region, s3.ids().uuid(), now)
}

fn refused(record: &EventRecord, target: &Target, reason: &str) -> bool {
    let (bucket, destination) = (&record.bucket, target.destination.arn());
    tracing::warn!(bucket, destination, reason, "a notification was not taken; it will be tried again");
    false
}
