//! The embedded engine: one committer thread over a backend in this process.
//!
//! Transactions read and are evaluated by their callers, in parallel. The committer takes what is waiting (at most 256
//! batches or 1 MB), checks and evaluates each batch in turn, has the backend write the group atomically and durably,
//! publishes a view of it, and only then answers and tells watchers. So nothing is visible before it is durable.

mod committer;
mod directory;
mod disk;
mod group;
mod journal;
mod memory;
mod window;

#[cfg(test)]
mod faults;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::batch::Batch;
use crate::engine::{Answer, CommitResults, Engine, View};
use crate::error::{CommitError, StoreError};
use crate::key::{Direction, Entry, KeyRange, Page, PageLimit, Version};
use crate::watch::{Registry, Watch};
use committer::{Committer, Request};

pub(crate) use disk::{Disk, DiskLimits};
pub(crate) use memory::Memory;

/// Most batches and bytes of one atomic write.
pub(crate) const GROUP_BATCHES: usize = 256;
pub(crate) const GROUP_BYTES: usize = 1 << 20;
/// Requests that wait for the committer, and their size; more make their callers wait.
const QUEUE_REQUESTS: usize = 1024;
const QUEUE_KILOBYTES: u32 = 64 << 10;

/// What is written: a value, or `None` to delete.
pub(crate) struct Write {
    pub(crate) value: Option<Bytes>,
    pub(crate) version: Version,
}

/// What a group writes: the last write of each key.
pub(crate) type Writes = BTreeMap<Bytes, Write>;

/// Why a group was not written.
#[derive(Debug)]
pub(crate) enum ApplyError {
    /// Nothing was written; the same may succeed later.
    DiskFull { free_bytes: u64, reserve_bytes: u64 },
    /// What is on the disk is not known.
    Failed(String),
}

/// Where rows are kept. Owned by the committer thread.
pub(crate) trait Backend: Send + 'static {
    /// A view of everything applied, the last commit being `version`.
    fn view(&self, version: Version) -> Arc<dyn LocalView>;

    /// Writes all or nothing (also over a crash); durable when it returns. `last` is the newest version used.
    fn apply(&mut self, writes: &Writes, last: Version) -> Result<(), ApplyError>;
}

/// A view that answers at once.
pub(crate) trait LocalView: Send + Sync {
    fn version(&self) -> Version;
    fn get(&self, key: &[u8]) -> Result<Option<Entry>, StoreError>;
    fn range(&self, range: &KeyRange, direction: Direction, limit: PageLimit) -> Result<Page, StoreError>;
}

struct Published(Arc<dyn LocalView>);

impl View for Published {
    fn version(&self) -> Version {
        self.0.version()
    }

    fn get(&self, key: &[u8]) -> Answer<'_, Result<Option<Entry>, StoreError>> {
        Answer::now(self.0.get(key))
    }

    fn range(
        &self,
        range: KeyRange,
        direction: Direction,
        limit: PageLimit,
    ) -> Answer<'_, Result<Page, StoreError>> {
        if range.is_empty() {
            return Answer::now(Ok(Page::default()));
        }
        Answer::now(self.0.range(&range, direction, limit))
    }
}

/// What readers and the committer share.
pub(crate) struct Shared {
    published: ArcSwap<Published>,
    /// Set once, when the committer stopped for good.
    stopped: OnceLock<StoreError>,
    registry: Registry,
}

impl Shared {
    fn publish(&self, view: Arc<dyn LocalView>) {
        self.published.store(Arc::new(Published(view)));
    }

    fn stop(&self, error: StoreError) {
        // The first reason stays.
        let _ = self.stopped.set(error);
        self.registry.close();
    }

    fn stopped(&self) -> StoreError {
        self.stopped.get().cloned().unwrap_or(StoreError::Closed)
    }
}

/// The engine's handle.
pub(crate) struct Local {
    shared: Arc<Shared>,
    /// `None` only while it is dropped.
    queue: Option<mpsc::Sender<Request>>,
    room: Arc<Semaphore>,
    committer: Mutex<Option<JoinHandle<()>>>,
}

impl Local {
    /// Starts the committer. `last` is the newest version the backend has.
    pub(crate) fn start(backend: impl Backend, last: Version) -> std::io::Result<Self> {
        let view = backend.view(last);
        let shared = Arc::new(Shared {
            published: ArcSwap::from_pointee(Published(view.clone())),
            stopped: OnceLock::new(),
            registry: Registry::default(),
        });
        let (queue, requests) = mpsc::channel(QUEUE_REQUESTS);
        let committer = Committer::new(backend, shared.clone(), view, last);
        let thread = std::thread::Builder::new().name("store-committer".to_owned());
        let handle = thread.spawn(move || committer.run(requests))?;
        Ok(Self {
            shared,
            queue: Some(queue),
            room: Arc::new(Semaphore::new(QUEUE_KILOBYTES as usize)),
            committer: Mutex::new(Some(handle)),
        })
    }

    async fn submit(&self, batches: Vec<Batch>) -> CommitResults {
        let count = batches.len();
        let bytes: usize = batches.iter().map(Batch::size_bytes).sum();
        self.try_submit(batches, bytes)
            .await
            .unwrap_or_else(|| vec![Err(CommitError::Store(self.shared.stopped())); count])
    }

    /// `None` if the committer has stopped.
    async fn try_submit(&self, batches: Vec<Batch>, bytes: usize) -> Option<CommitResults> {
        let kilobytes = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(QUEUE_KILOBYTES);
        let room = self.room.clone().acquire_many_owned(kilobytes).await.ok()?;
        let (reply, outcome) = oneshot::channel();
        self.queue.as_ref()?.send(Request { batches, bytes, reply, _room: room }).await.ok()?;
        outcome.await.ok()
    }

    /// Splits at the limits of a group; batches over the limits are answered without being sent.
    async fn commit_all(&self, batches: Vec<Batch>) -> CommitResults {
        let mut results = Vec::with_capacity(batches.len());
        let mut group = Vec::new();
        let mut bytes = 0;
        for batch in batches {
            if let Err(error) = batch.validate() {
                results.extend(self.flush(&mut group, &mut bytes).await);
                results.push(Err(error));
                continue;
            }
            let size = batch.size_bytes();
            if !group.is_empty() && (group.len() >= GROUP_BATCHES || bytes + size > GROUP_BYTES) {
                results.extend(self.flush(&mut group, &mut bytes).await);
            }
            bytes += size;
            group.push(batch);
        }
        results.extend(self.flush(&mut group, &mut bytes).await);
        results
    }

    async fn flush(&self, group: &mut Vec<Batch>, bytes: &mut usize) -> CommitResults {
        *bytes = 0;
        if group.is_empty() { Vec::new() } else { self.submit(std::mem::take(group)).await }
    }
}

impl Engine for Local {
    fn snapshot(&self) -> Answer<'_, Result<Arc<dyn View>, StoreError>> {
        Answer::now(match self.shared.stopped.get() {
            Some(error) => Err(error.clone()),
            None => Ok(self.shared.published.load_full()),
        })
    }

    fn commit(&self, batches: Vec<Batch>) -> Answer<'_, CommitResults> {
        Answer::later(self.commit_all(batches))
    }

    fn watch(&self, prefix: Bytes) -> Watch {
        self.shared.registry.watch(prefix, || self.shared.published.load().version())
    }
}

impl Drop for Local {
    /// Waits for the committer to finish what it was given.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(handle) = self.committer.lock().take()
            && handle.join().is_err()
        {
            tracing::error!("the store's committer failed");
        }
    }
}
