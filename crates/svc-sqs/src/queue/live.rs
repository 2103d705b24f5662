//! The queues in use: each loaded from the store at first use and kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base_id::Ids;
use base_time::{Clock, Timestamp};
use parking_lot::Mutex;
use store_kv::Store;
use store_table::Scan;
use tokio::sync::{Notify, OnceCell};
use wire_codec::ApiError;

use super::schedule::{Counts, Schedule, Slot};
use crate::error::storage;
use crate::tables::LEASES;

/// Rows read at once.
const PAGE: usize = 5_000;
/// A sequence is the time of sending in its upper bits, so that it tells a message's age.
const TIME_SHIFT: u32 = 20;

/// All queues in use, by id.
#[derive(Default)]
pub struct LiveQueues(Mutex<HashMap<u64, Arc<OnceCell<Arc<LiveQueue>>>>>);

impl LiveQueues {
    /// The queue's live state, loaded now if this is its first use since the start.
    pub async fn get(
        &self,
        store: &Store,
        clock: &Clock,
        ids: &Ids,
        id: u64,
    ) -> Result<Arc<LiveQueue>, ApiError> {
        let cell = self.0.lock().entry(id).or_default().clone();
        let load = || async {
            let queue = LiveQueue {
                id,
                store: store.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
                schedule: Mutex::default(),
                arrived: Notify::new(),
                last_sequence: AtomicU64::new(0),
            };
            queue.load().await?;
            Ok(Arc::new(queue))
        };
        cell.get_or_try_init(load).await.cloned()
    }

    /// The queue was deleted: whoever waits on it finds nothing.
    pub fn forget(&self, id: u64) {
        self.0.lock().remove(&id);
    }
}

/// One queue. Its lock is held for moments, never across I/O.
pub struct LiveQueue {
    pub id: u64,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    pub(super) schedule: Mutex<Schedule>,
    /// Rung once for every message that becomes available.
    pub(super) arrived: Notify,
    last_sequence: AtomicU64,
}

impl LiveQueue {
    async fn load(&self) -> Result<(), ApiError> {
        let snapshot = self.store.snapshot().await.map_err(|e| storage(&e))?;
        let mut cursor = None;
        loop {
            let page = LEASES
                .scan(&snapshot, (self.id,), Scan::forward().after(cursor).limit(PAGE))
                .await
                .map_err(|e| storage(&e))?;
            let mut schedule = self.schedule.lock();
            for ((_, visible_at, sequence), row) in &page.rows {
                let slot = Slot { visible_at: *visible_at, sequence: *sequence };
                match row.receive_count {
                    0 => schedule.insert(slot),
                    count => schedule.leased(slot, count),
                }
            }
            drop(schedule);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Reads on in the store where the order in memory has run low.
    pub(super) async fn refill(&self) -> Result<(), ApiError> {
        let Some((from, most)) = self.schedule.lock().begin_refill() else { return Ok(()) };
        let read = self.read_from(from, most).await;
        let mut schedule = self.schedule.lock();
        match read {
            Ok((rows, next)) => {
                schedule.refill(rows, next);
                drop(schedule);
                self.arrived.notify_waiters();
                Ok(())
            }
            Err(error) => {
                schedule.abandon_refill();
                Err(error)
            }
        }
    }

    async fn read_from(&self, from: Slot, most: usize) -> Result<(Vec<Slot>, Option<Slot>), ApiError> {
        let snapshot = self.store.snapshot().await.map_err(|e| storage(&e))?;
        let start = (self.id, from.visible_at, from.sequence);
        let mut rows = Vec::new();
        let mut cursor = None;
        loop {
            let page = LEASES
                .scan_from(&snapshot, (self.id,), start, Scan::forward().after(cursor).limit(PAGE))
                .await
                .map_err(|e| storage(&e))?;
            for ((_, visible_at, sequence), row) in page.rows {
                let slot = Slot { visible_at, sequence };
                if rows.len() >= most {
                    return Ok((rows, Some(slot)));
                }
                if row.receive_count == 0 {
                    rows.push(slot);
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok((rows, None));
            }
        }
    }

    /// A number for a message sent now: above all given out before by this process, unlikely to meet an older one.
    pub(super) fn next_sequence(&self, now: Timestamp) -> u64 {
        let fresh = sequence_at(now) | self.ids.below(1 << TIME_SHIFT);
        let next = |last: u64| Some(fresh.max(last + 1));
        let last = self.last_sequence.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        last.map_or(fresh, |last| fresh.max(last + 1))
    }

    /// A number for a message that was sent at an earlier time, possibly to another queue.
    pub(super) fn sequence_of(&self, sent: Timestamp) -> u64 {
        sequence_at(sent) | self.ids.below(1 << TIME_SHIFT)
    }

    pub fn counts(&self) -> Counts {
        self.schedule.lock().counts(self.clock.now())
    }

    /// Forgets every message; their rows are the caller's to delete.
    pub fn clear(&self) {
        *self.schedule.lock() = Schedule::default();
    }
}

/// The least sequence of a message sent at that time.
pub fn sequence_at(time: Timestamp) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(0) << TIME_SHIFT
}
