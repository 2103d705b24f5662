//! Fills a new index with the items that were there before it.
//!
//! Since the commit that made the index, every write maintains its entry; so an entry that is there is right, and one that
//! is missing belongs to an item not written since. Each step reads a page of items and puts the missing entries in one
//! transaction, which fails, and is repeated, where an item changes meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use store_kv::{Direction, KeyRange, PageLimit, Read, Transaction};

use crate::Service;
use crate::catalog::TableRef;
use crate::error::Result;
use crate::model::{IndexState, TableInfo};
use crate::tables::{Counter, ItemKey, JOBS, Job, TABLES, counter_key, data_prefix, expiry_key};
use crate::value::codec::decode_item;
use crate::write::{Entry, expires_secs};

/// What one step reads at most.
const STEP: PageLimit = PageLimit { rows: 256, bytes: 512 << 10 };
/// Halvings that leave one row.
const STEP_HALVINGS: u32 = 8;

pub(super) async fn fill_index(service: &Service, table: u64, index: u32, name: &TableRef) -> Result<()> {
    fill(service, table, index, name, Target::Index).await
}

pub(super) async fn fill_expiries(service: &Service, table: u64, index: u32, name: &TableRef) -> Result<()> {
    fill(service, table, index, name, Target::Expiries).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Index,
    Expiries,
}

async fn fill(service: &Service, table: u64, index: u32, name: &TableRef, target: Target) -> Result<()> {
    loop {
        // Each conflict halves the page: among busy items a small one gets through.
        let tries = AtomicU32::new(0);
        let is_done = service
            .store()
            .transact(|tx| {
                let rows = STEP.rows >> tries.fetch_add(1, Ordering::Relaxed).min(STEP_HALVINGS);
                async move { step(service, tx, table, index, name, target, rows).await }
            })
            .await?;
        if is_done {
            return Ok(());
        }
    }
}

/// One page; whether it was the last.
async fn step(
    service: &Service,
    tx: Transaction,
    table: u64,
    index: u32,
    name: &TableRef,
    target: Target,
    rows: usize,
) -> Result<bool> {
    let found = service.0.catalog.find(&tx, name).await?.filter(|found| found.id == table);
    let job = JOBS.get(&tx, (table, index)).await?;
    let (Some(found), Some(job)) = (found, job) else {
        JOBS.delete(&tx, (table, index));
        return Ok(true);
    };
    let after = match &job {
        Job::Fill { after, .. } | Job::FillExpiries { after, .. } => after.as_deref().and_then(from_hex),
        // Switched off meanwhile: another job has taken this one's place.
        Job::DeleteTable { .. } | Job::DeleteIndex | Job::DeleteExpiries => return Ok(true),
    };
    let range = KeyRange::prefix(data_prefix(&found, None));
    let range = match &after {
        Some(key) => range.after(key, Direction::Forward),
        None => range,
    };
    let page = tx.snapshot().range(range, Direction::Forward, PageLimit { rows, ..STEP }).await?;
    for row in &page.rows {
        fill_item(&tx, &found, index, target, &row.key).await?;
    }
    match page.rows.last().filter(|_| page.more) {
        Some(last) => {
            JOBS.put(&tx, (table, index), &job.with_progress(to_hex(&last.key)))?;
            Ok(false)
        }
        None => {
            finish(&tx, &found, index)?;
            Ok(true)
        }
    }
}

async fn fill_item(
    tx: &Transaction,
    table: &Arc<TableInfo>,
    index: u32,
    target: Target,
    key: &Bytes,
) -> Result<()> {
    // Read in the transaction: the entry must be of the item as it is at the commit.
    let Some(row) = tx.get(key).await? else { return Ok(()) };
    let item = decode_item(&row.value)?;
    let Some(item_key) = ItemKey::of(table, &item) else { return Ok(()) };
    if target == Target::Expiries {
        let time_to_live = table.time_to_live.as_ref().filter(|ttl| ttl.index == index);
        if let Some(secs) = time_to_live.and_then(|ttl| expires_secs(ttl, &item)) {
            tx.put(expiry_key(table, index, secs, &item_key), Bytes::new());
        }
        return Ok(());
    }
    let Some(index) = table.indexes.iter().find(|known| known.id == index) else { return Ok(()) };
    let Some(entry) = Entry::of(table, index, &item, &item_key) else { return Ok(()) };
    if tx.get(&entry.key).await?.is_some() {
        return Ok(());
    }
    let size = i64::try_from(entry.size()).unwrap_or(i64::MAX);
    tx.put(entry.key, entry.value);
    tx.add(counter_key(table.id, Some(index.id), Counter::Items, item_key.hash), 1);
    tx.add(counter_key(table.id, Some(index.id), Counter::Bytes, item_key.hash), size);
    Ok(())
}

fn finish(tx: &Transaction, table: &TableInfo, index: u32) -> Result<()> {
    let mut table = table.clone();
    for known in table.indexes.iter_mut().filter(|known| known.id == index) {
        known.state = IndexState::Active;
    }
    if let Some(ttl) = table.time_to_live.as_mut().filter(|ttl| ttl.index == index) {
        ttl.state = IndexState::Active;
    }
    TABLES.put(tx, (table.account.as_str(), table.region.as_str(), table.name.as_str()), &table)?;
    JOBS.delete(tx, (table.id, index));
    Ok(())
}

impl Job {
    fn with_progress(mut self, key: String) -> Self {
        if let Self::Fill { after, .. } | Self::FillExpiries { after, .. } = &mut self {
            *after = Some(key);
        }
        self
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}
