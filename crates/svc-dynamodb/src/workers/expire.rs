//! Deletes items whose time to live is over (Developer Guide, "Using time to live (TTL) in DynamoDB"). An item more than
//! five years over its time is left alone, as a value that was never meant as a time.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use store_kv::{Direction, KeyRange, PageLimit, Read, Transaction};
use store_table::Scan;

use crate::Service;
use crate::catalog::TableRef;
use crate::error::Result;
use crate::model::{IndexState, TableInfo, TimeToLive};
use crate::tables::{ItemKey, TABLES, expiry_range, item_of_expiry};
use crate::value::codec::decode_item;
use crate::write::{Change, expires_secs};

/// How long an expired item may be there, where the worker keeps up.
const PERIOD: Duration = Duration::from_secs(10);
const FIVE_YEARS_SECS: i64 = 5 * 365 * 86_400;
/// Items deleted side by side.
const BATCH: usize = 64;

pub(super) async fn run(service: Service) {
    loop {
        if let Err(error) = sweep(&service).await {
            tracing::error!(?error, "expiring DynamoDB items failed; it is tried again");
        }
        service.0.clock.sleep(PERIOD).await;
    }
}

/// Deletes what has expired by now, in all tables.
pub(crate) async fn sweep(service: &Service) -> Result<()> {
    let mut after = None;
    loop {
        let snapshot = service.store().snapshot().await?;
        let page = TABLES.scan(&snapshot, (), Scan::forward().limit(BATCH).after(after)).await?;
        for (_, table) in &page.rows {
            if let Some(ttl) = table.time_to_live.as_ref().filter(|ttl| ttl.state == IndexState::Active) {
                sweep_table(service, table, ttl).await?;
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn sweep_table(service: &Service, table: &TableInfo, ttl: &TimeToLive) -> Result<()> {
    let now = service.0.clock.now().as_secs();
    let mut rest = Some(expiry_range(table, ttl.index, now - FIVE_YEARS_SECS, now));
    while let Some(range) = rest {
        let snapshot = service.store().snapshot().await?;
        let page = snapshot.range(range.clone(), Direction::Forward, PageLimit::rows(BATCH)).await?;
        rest = next(&range, &page);
        let reference = TableRef::new(&table.account, &table.region, &table.name);
        let reference = &reference;
        let expired = page.rows.iter().map(|row| {
            service.store().transact(move |tx| expire(service, tx, reference, ttl, row.key.clone(), now))
        });
        for outcome in join_all(expired).await {
            outcome?;
        }
    }
    Ok(())
}

fn next(range: &KeyRange, page: &store_kv::Page) -> Option<KeyRange> {
    range.rest(page, Direction::Forward)
}

/// Deletes the item of one entry, if it still says so; else only the entry.
async fn expire(
    service: &Service,
    tx: Transaction,
    reference: &TableRef,
    ttl: &TimeToLive,
    entry: Bytes,
    now: i64,
) -> Result<()> {
    let table = service.0.catalog.find(&tx, reference).await?;
    let Some(table) = table.filter(|table| table.time_to_live.as_ref() == Some(ttl)) else { return Ok(()) };
    let Some(key) = item_of_expiry(&entry) else { return Ok(()) };
    let item = match tx.get(&key).await? {
        Some(row) => Some(decode_item(&row.value)?),
        None => None,
    };
    let is_due = |secs: i64| secs < now && secs > now - FIVE_YEARS_SECS;
    let Some(item) = item.filter(|item| expires_secs(ttl, item).is_some_and(is_due)) else {
        tx.delete(entry);
        return Ok(());
    };
    let Some(key) = ItemKey::of(&table, &item) else { return Ok(()) };
    Change { table: &table, key: &key, before: Some(&item), after: None }.stage(&tx).await?;
    Ok(())
}
