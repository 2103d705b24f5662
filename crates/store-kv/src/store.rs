//! The handles: `Store` and `Snapshot`.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use base_id::Ids;
use base_time::Clock;
use bytes::Bytes;

use crate::batch::Batch;
use crate::engine::{Answer, CommitResults, Engine, View};
use crate::error::{CommitError, StoreError};
use crate::key::{Direction, Entry, KeyRange, Page, PageLimit, Version};
use crate::transaction::Transaction;
use crate::watch::Watch;

/// Tries of `transact` before it gives up with the conflict.
const TRIES: u32 = 20;
/// The pause before the second try is up to this; it doubles with every try up to `PAUSE_MOST`.
const PAUSE_FIRST: Duration = Duration::from_millis(1);
const PAUSE_MOST: Duration = Duration::from_millis(100);

/// One shard group: one key order, one sequence of commit versions. A cheap handle; clones share the store, which is
/// closed when the last is dropped.
#[derive(Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
    clock: Clock,
    ids: Ids,
}

/// A consistent view of the store. Cheap to clone. Keep it for seconds, not longer.
#[derive(Clone)]
pub struct Snapshot {
    view: Arc<dyn View>,
}

impl Store {
    pub fn new(engine: Arc<dyn Engine>, clock: Clock, ids: Ids) -> Self {
        Self { engine, clock, ids }
    }

    /// A view of everything acknowledged so far.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let view = self.engine.snapshot().await?;
        Ok(Snapshot { view })
    }

    /// Commits the batch; it is durable when this returns its version. If the future is dropped, the batch may or may
    /// not be committed.
    pub async fn commit(&self, batch: Batch) -> Result<Version, CommitError> {
        let mut results = self.engine.commit(vec![batch]).await;
        results.pop().unwrap_or(Err(CommitError::Store(StoreError::Closed)))
    }

    /// Commits each batch on its own, in order; one wait for all. The result has one outcome for each.
    pub async fn commit_many(&self, batches: Vec<Batch>) -> CommitResults {
        self.engine.commit(batches).await
    }

    /// Watches for commits that touch a key with the prefix (the empty prefix: any commit).
    pub fn watch(&self, prefix: impl Into<Bytes>) -> Watch {
        self.engine.watch(prefix.into())
    }

    /// Starts a transaction on a snapshot of now.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let snapshot = self.snapshot().await?;
        Ok(Transaction::new(self.clone(), snapshot))
    }

    /// Runs `work` in a transaction and commits it; on a conflict again from the start, at most 20 times with growing,
    /// jittered pauses. An error of `work` ends it without a commit. `work` may run several times: its effects belong
    /// in the transaction. Use is `store.transact(|tx| async move { .. })`: what the block needs, it borrows or clones.
    /// The transaction ends with the block; what is written through a handle kept longer is lost.
    pub async fn transact<T, E, F, Fut>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(Transaction) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<CommitError>,
    {
        self.transact_versioned(work).await.map(|(value, _)| value)
    }

    /// `transact`, also returning the commit's version (the snapshot's, if nothing was written).
    pub async fn transact_versioned<T, E, F, Fut>(&self, mut work: F) -> Result<(T, Version), E>
    where
        F: FnMut(Transaction) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<CommitError>,
    {
        let mut tries = 1;
        loop {
            let tx = self.begin().await.map_err(CommitError::from)?;
            let value = work(tx.share()).await?;
            match tx.commit().await {
                Ok(version) => return Ok((value, version)),
                Err(error) if error.is_retriable() && tries < TRIES => self.pause(tries).await,
                Err(error) => return Err(error.into()),
            }
            tries += 1;
        }
    }

    /// Deletes all keys of the range, in as many commits as it takes: not atomic, and without a check. What is written
    /// into the range meanwhile may or may not stay.
    pub async fn clear(&self, range: KeyRange) -> Result<(), CommitError> {
        let mut rest = Some(range);
        while let Some(range) = rest {
            let snapshot = self.snapshot().await?;
            let page = snapshot.range(range.clone(), Direction::Forward, PageLimit::default()).await?;
            let batch = page.rows.iter().fold(Batch::new(), |batch, row| batch.delete(row.key.clone()));
            if !page.rows.is_empty() {
                self.commit(batch).await?;
            }
            rest = range.rest(&page, Direction::Forward);
        }
        Ok(())
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    async fn pause(&self, tries: u32) {
        let most = PAUSE_FIRST.saturating_mul(1 << tries.min(16)).min(PAUSE_MOST);
        let micros = self.ids.below(u64::try_from(most.as_micros()).unwrap_or(u64::MAX));
        self.clock.sleep(Duration::from_micros(micros)).await;
    }
}

impl Snapshot {
    /// The last commit that the view contains.
    pub fn version(&self) -> Version {
        self.view.version()
    }
}

/// Reads, from a snapshot or in a transaction (which remembers them as checks).
pub trait Read: Send + Sync {
    fn get(&self, key: &[u8]) -> Answer<'_, Result<Option<Entry>, StoreError>>;

    /// A page of the range. With `Backward`, rows come from the range's end.
    fn range(
        &self,
        range: KeyRange,
        direction: Direction,
        limit: PageLimit,
    ) -> Answer<'_, Result<Page, StoreError>>;
}

impl Read for Snapshot {
    fn get(&self, key: &[u8]) -> Answer<'_, Result<Option<Entry>, StoreError>> {
        self.view.get(key)
    }

    fn range(
        &self,
        range: KeyRange,
        direction: Direction,
        limit: PageLimit,
    ) -> Answer<'_, Result<Page, StoreError>> {
        self.view.range(range, direction, limit.cut())
    }
}
