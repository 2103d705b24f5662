//! Reads and writes together, committed if nothing read has changed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base_time::Timestamp;
use bytes::Bytes;
use parking_lot::Mutex;

use crate::batch::{Batch, Check, Op};
use crate::engine::Answer;
use crate::error::{CommitError, StoreError};
use crate::key::{Direction, Entry, KeyRange, Page, PageLimit, Row, Version};
use crate::store::{Read, Snapshot, Store};

/// The longest time from begin to commit.
pub const MAX_AGE: Duration = Duration::from_secs(5);

/// Serializable: what it read must be unchanged when it commits. Reads see its own writes, except `append`s (their
/// keys are known only after the commit). Dropped without a commit, it leaves nothing.
pub struct Transaction(Arc<Inner>);

struct Inner {
    store: Store,
    snapshot: Snapshot,
    begun: Timestamp,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    checks: Vec<Check>,
    /// Ranges deleted; points in `writes` come after them.
    cleared: Vec<KeyRange>,
    writes: BTreeMap<Bytes, Write>,
    appends: Vec<Op>,
}

#[derive(Clone)]
enum Write {
    Put(Bytes),
    Delete,
    Add(i64),
}

impl Transaction {
    pub(crate) fn new(store: Store, snapshot: Snapshot) -> Self {
        let begun = store.clock().now();
        Self(Arc::new(Inner { store, snapshot, begun, state: Mutex::default() }))
    }

    /// Another handle of the same transaction, so that a closure can own one.
    pub(crate) fn share(&self) -> Self {
        Self(self.0.clone())
    }

    /// The snapshot it reads from. Reading from it directly adds no check: for reads that may be stale by the commit.
    pub fn snapshot(&self) -> &Snapshot {
        &self.0.snapshot
    }

    pub fn put(&self, key: impl Into<Bytes>, value: impl Into<Bytes>) {
        self.0.state.lock().writes.insert(key.into(), Write::Put(value.into()));
    }

    pub fn delete(&self, key: impl Into<Bytes>) {
        self.0.state.lock().writes.insert(key.into(), Write::Delete);
    }

    /// Deletes whatever the range holds at the commit, without a check.
    pub fn delete_range(&self, range: KeyRange) {
        let mut state = self.0.state.lock();
        state.writes.retain(|key, _| !range.contains(key));
        state.cleared.push(range);
    }

    /// Adds to a counter without reading it: two transactions that add do not conflict.
    pub fn add(&self, key: impl Into<Bytes>, delta: i64) {
        let mut state = self.0.state.lock();
        let key = key.into();
        let write = match state.writes.get(&key) {
            None => Write::Add(delta),
            Some(Write::Add(before)) => Write::Add(before.saturating_add(delta)),
            Some(Write::Delete) => Write::Put(counter_bytes(delta)),
            Some(Write::Put(value)) => match read_counter(value) {
                Some(before) => Write::Put(counter_bytes(before.saturating_add(delta))),
                // Left to the commit, which refuses it as not a counter.
                None => Write::Add(delta),
            },
        };
        state.writes.insert(key, write);
    }

    /// See `Op::Append`. Returns the `order` that its `Versionstamp` will have.
    pub fn append(&self, prefix: impl Into<Bytes>, suffix: impl Into<Bytes>, value: impl Into<Bytes>) -> u16 {
        let mut state = self.0.state.lock();
        let order = u16::try_from(state.appends.len()).unwrap_or(u16::MAX);
        state.appends.push(Op::Append { prefix: prefix.into(), suffix: suffix.into(), value: value.into() });
        order
    }

    /// Adds a condition of one's own.
    pub fn check(&self, check: Check) {
        self.0.state.lock().checks.push(check);
    }

    /// Commits; durable when it returns. Without writes it returns the snapshot's version at once: what was read is
    /// consistent as it is.
    pub async fn commit(self) -> Result<Version, CommitError> {
        let Inner { store, snapshot, begun, state } = &*self.0;
        let state = std::mem::take(&mut *state.lock());
        if state.is_read_only() {
            return Ok(snapshot.version());
        }
        if store.clock().now().since(*begun) > MAX_AGE {
            return Err(CommitError::TooOld);
        }
        store.commit(state.into_batch(snapshot.version())).await
    }

    fn read_own(&self, key: &[u8], stored: Option<Entry>) -> Option<Entry> {
        let state = self.0.state.lock();
        let base = stored.filter(|_| !state.is_cleared(key));
        match state.writes.get(key) {
            None => base,
            Some(write) => write.over(base),
        }
    }

    /// Lays the own writes over a page of the snapshot.
    fn merge(&self, range: &KeyRange, page: Page, direction: Direction, limit: PageLimit) -> Page {
        let covered = range.covered(&page, direction);
        let state = self.0.state.lock();
        let mut rows: BTreeMap<Bytes, Entry> = BTreeMap::new();
        for row in page.rows.into_iter().filter(|row| !state.is_cleared(&row.key)) {
            rows.insert(row.key, row.entry);
        }
        for (key, write) in state.writes_in(&covered) {
            let base = rows.remove(key);
            if let Some(entry) = write.over(base) {
                rows.insert(key.clone(), entry);
            }
        }
        drop(state);
        let rows = rows.into_iter().map(|(key, entry)| Row { key, entry });
        match direction {
            Direction::Forward => cut_page(rows, page.more, limit),
            Direction::Backward => cut_page(rows.rev(), page.more, limit),
        }
    }
}

/// The first rows up to the limit. `more` is whether rows follow the given ones.
fn cut_page(rows: impl Iterator<Item = Row>, more: bool, limit: PageLimit) -> Page {
    let mut page = Page { rows: Vec::new(), more };
    let mut bytes = 0;
    for row in rows {
        if limit.reached(page.rows.len(), bytes) && !page.rows.is_empty() {
            page.more = true;
            break;
        }
        bytes += row.key.len() + row.entry.value.len();
        page.rows.push(row);
    }
    page
}

impl Read for Transaction {
    /// Of a value this transaction wrote itself, the entry's version is `Version::ZERO`.
    fn get(&self, key: &[u8]) -> Answer<'_, Result<Option<Entry>, StoreError>> {
        let key = Bytes::copy_from_slice(key);
        let needs_stored = match self.0.state.lock().writes.get(&key) {
            Some(Write::Put(_) | Write::Delete) => false,
            Some(Write::Add(_)) | None => true,
        };
        if !needs_stored {
            return Answer::now(Ok(self.read_own(&key, None)));
        }
        self.0.snapshot.get(&key.clone()).map(move |stored| {
            let stored = stored?;
            let version = stored.as_ref().map(|entry| entry.version);
            self.check(Check::VersionEquals { key: key.clone(), version });
            Ok(self.read_own(&key, stored))
        })
    }

    /// Remembers as a check the part of the range that the page covers.
    fn range(
        &self,
        range: KeyRange,
        direction: Direction,
        limit: PageLimit,
    ) -> Answer<'_, Result<Page, StoreError>> {
        let limit = limit.cut();
        Answer::later(async move {
            let mut asked = range;
            loop {
                let page = self.0.snapshot.range(asked.clone(), direction, limit).await?;
                let since = self.0.snapshot.version();
                self.check(Check::RangeUnchanged { range: asked.covered(&page, direction), since });
                let rest = asked.rest(&page, direction);
                let merged = self.merge(&asked, page, direction, limit);
                match rest {
                    // This transaction deleted the whole page.
                    Some(rest) if merged.rows.is_empty() => asked = rest,
                    _ => return Ok(merged),
                }
            }
        })
    }
}

impl State {
    fn is_read_only(&self) -> bool {
        self.writes.is_empty() && self.cleared.is_empty() && self.appends.is_empty()
    }

    fn is_cleared(&self, key: &[u8]) -> bool {
        self.cleared.iter().any(|range| range.contains(key))
    }

    fn writes_in<'a>(&'a self, range: &'a KeyRange) -> impl Iterator<Item = (&'a Bytes, &'a Write)> {
        let from_start = self.writes.range(range.start.clone()..);
        from_start.take_while(|(key, _)| range.contains(key))
    }

    fn into_batch(self, read_at: Version) -> Batch {
        let cleared = self.cleared.into_iter().map(|range| Op::DeleteRange { range });
        let writes = self.writes.into_iter().map(|(key, write)| write.into_op(key));
        let ops = cleared.chain(writes).chain(self.appends).collect();
        Batch { checks: self.checks, ops, read_at: Some(read_at) }
    }
}

impl Write {
    fn over(&self, base: Option<Entry>) -> Option<Entry> {
        let value = match self {
            Self::Put(value) => value.clone(),
            Self::Delete => return None,
            Self::Add(delta) => {
                let before = base.map_or(Some(0), |entry| read_counter(&entry.value));
                counter_bytes(before.unwrap_or(0).saturating_add(*delta))
            }
        };
        Some(Entry { value, version: Version::ZERO })
    }

    fn into_op(self, key: Bytes) -> Op {
        match self {
            Self::Put(value) => Op::Put { key, value },
            Self::Delete => Op::Delete { key },
            Self::Add(delta) => Op::Add { key, delta },
        }
    }
}

/// The number in a counter's value; `None` if it isn't one.
pub fn read_counter(value: &[u8]) -> Option<i64> {
    value.try_into().ok().map(i64::from_le_bytes)
}

pub(crate) fn counter_bytes(n: i64) -> Bytes {
    Bytes::copy_from_slice(&n.to_le_bytes())
}
