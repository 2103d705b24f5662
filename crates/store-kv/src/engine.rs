//! What a storage engine provides. `Store` and `Snapshot` are the handles the rest of the house holds.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;

use crate::batch::Batch;
use crate::error::{CommitError, StoreError};
use crate::key::{Direction, Entry, KeyRange, Page, PageLimit, Version};
use crate::watch::Watch;

/// The outcome of each batch, in their order.
pub type CommitResults = Vec<Result<Version, CommitError>>;

/// An ordered key-value store.
pub trait Engine: Send + Sync + 'static {
    /// A consistent view of everything acknowledged so far.
    fn snapshot(&self) -> Answer<'_, Result<Arc<dyn View>, StoreError>>;

    /// Commits each batch on its own, in order; the answer comes when all that succeeded are durable.
    fn commit(&self, batches: Vec<Batch>) -> Answer<'_, CommitResults>;

    /// See `Store::watch`.
    fn watch(&self, prefix: Bytes) -> Watch;
}

/// A consistent view. Meant to live for seconds: an old view keeps deleted data on the disk.
pub trait View: Send + Sync {
    fn version(&self) -> Version;
    fn get(&self, key: &[u8]) -> Answer<'_, Result<Option<Entry>, StoreError>>;
    fn range(
        &self,
        range: KeyRange,
        direction: Direction,
        limit: PageLimit,
    ) -> Answer<'_, Result<Page, StoreError>>;
}

/// An answer that is there at once (an embedded engine) or comes later (a distant one). A future without an allocation
/// in the first case.
pub enum Answer<'a, T> {
    /// `None` once taken.
    Now(Option<T>),
    Later(Pin<Box<dyn Future<Output = T> + Send + 'a>>),
}

impl<'a, T: Send + 'a> Answer<'a, T> {
    pub fn now(value: T) -> Self {
        Self::Now(Some(value))
    }

    pub fn later(future: impl Future<Output = T> + Send + 'a) -> Self {
        Self::Later(Box::pin(future))
    }

    pub fn map<U: Send + 'a>(self, f: impl FnOnce(T) -> U + Send + 'a) -> Answer<'a, U> {
        match self {
            Self::Now(value) => Answer::Now(value.map(f)),
            Self::Later(future) => Answer::later(async move { f(future.await) }),
        }
    }
}

impl<T: Unpin> Future for Answer<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match &mut *self {
            // A future that has ended is not polled again; if it were, it would wait for ever.
            Self::Now(value) => value.take().map_or(Poll::Pending, Poll::Ready),
            Self::Later(future) => future.as_mut().poll(cx),
        }
    }
}
