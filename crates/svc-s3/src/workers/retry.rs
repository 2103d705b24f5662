//! Tries deliveries again that were not taken: after 1 s, 2 s, 4 s, ... at most 5 minutes apart, for a day.

use std::time::Duration;

use base_time::Timestamp;
use futures_util::{StreamExt, stream};
use store_kv::Versionstamp;
use store_table::Scan;

use crate::S3;
use crate::delivery::Delivery;
use crate::error::S3Error;
use crate::tables::RETRIES;
use crate::workers::deliver::attempt;

const PAGE_ROWS: usize = 64;
const AT_ONCE: usize = 16;
const MOST_APART: Duration = Duration::from_secs(300);
const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 3600);
/// Pause after the store failed.
const PAUSE: Duration = Duration::from_secs(1);

type Key = (Timestamp, Versionstamp, u32);

/// When a delivery that has just failed is tried next.
pub fn due(delivery: &Delivery, now: Timestamp) -> Timestamp {
    let doublings = delivery.attempts.saturating_sub(1).min(16);
    now + Duration::from_secs(1 << doublings).min(MOST_APART)
}

pub async fn run(s3: S3) {
    let mut watch = s3.store().watch(RETRIES.range(()).start);
    loop {
        let Ok(snapshot) = s3.store().snapshot().await else { return };
        let page = match RETRIES.scan(&snapshot, (), Scan::forward().limit(PAGE_ROWS)).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "S3's retries cannot be read");
                s3.clock().sleep(PAUSE).await;
                continue;
            }
        };
        let now = s3.clock().now();
        let first = page.rows.first().map(|((due, _, _), _)| *due);
        let due: Vec<_> = page.rows.into_iter().filter(|((due, _, _), _)| *due <= now).collect();
        if !due.is_empty() {
            stream::iter(due).for_each_concurrent(AT_ONCE, |(key, delivery)| retry(&s3, key, delivery)).await;
            continue;
        }
        let wait = async {
            match first {
                Some(first) => s3.clock().sleep_until(first).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wait => {}
            changed = watch.changed(snapshot.version()) => if changed.is_err() { return },
        }
    }
}

async fn retry(s3: &S3, key: Key, mut delivery: Delivery) {
    let is_taken = attempt(s3, &delivery).await;
    let now = s3.clock().now();
    let is_over = now.since(delivery.since) > GIVE_UP_AFTER;
    if is_over && !is_taken {
        let (bucket, destination) = (&delivery.record.bucket, delivery.target.destination.arn());
        tracing::error!(bucket, destination, "a notification was given up after a day");
    }
    delivery.attempts = delivery.attempts.saturating_add(1);
    let again = (!is_taken && !is_over).then_some(&delivery);
    if let Err(error) = settle(s3, key, again, now).await {
        tracing::error!(code = error.code, "S3's retry cannot be recorded; it will be tried again");
    }
}

async fn settle(s3: &S3, key: Key, again: Option<&Delivery>, now: Timestamp) -> Result<(), S3Error> {
    s3.store()
        .transact(|tx| async move {
            RETRIES.delete(&tx, key);
            if let Some(delivery) = again {
                RETRIES.put(&tx, (due(delivery, now), key.1, key.2), delivery)?;
            }
            Ok::<_, S3Error>(())
        })
        .await
}
