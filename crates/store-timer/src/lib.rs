//! Durable timers: something is due at a time, whatever restarts come between.
//!
//! One ordered table, `(due, kind, key) -> payload`, and one worker that sleeps until the earliest is due. A service
//! registers a handler for each of its kinds, sets timers in its own transactions, and remembers each one's due time (in
//! its own row) to cancel it.
//!
//! A due timer is handed to its kind's handler inside a transaction that also removes it: its effects on the store
//! happen exactly once; `TimerHandler::committed`, after it, at most once. Timers start in the order of their due times,
//! up to 64 at once. One whose handler fails is tried again after 1 s, 2 s, 4 s .. 60 s, and the others go on.

mod worker;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use base_task::Tasks;
use base_time::{Clock, Timestamp};
use bytes::Bytes;
use parking_lot::Mutex;
use store_kv::{CommitError, Store, StoreError, Transaction};
use store_table::{Table, TableError, TableId, services};

/// (due, kind, key) -> payload
pub(crate) const TIMERS: Table<(Timestamp, String, Bytes), Bytes> =
    Table::new(TableId::log(services::TIMER, 1));

/// A timer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timer {
    pub due: Timestamp,
    /// Which handler it is for, such as `sqs.visibility`.
    pub kind: String,
    /// What it is about, unique within its kind and due time.
    pub key: Bytes,
    pub payload: Bytes,
}

/// Why a timer was not handled.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TimerError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("{0}")]
    Failed(Arc<str>),
}

impl From<CommitError> for TimerError {
    fn from(error: CommitError) -> Self {
        Self::Table(error.into())
    }
}

impl From<StoreError> for TimerError {
    fn from(error: StoreError) -> Self {
        Self::Table(error.into())
    }
}

/// What `TimerHandler::fire` returns.
pub type Firing<'a> = Pin<Box<dyn Future<Output = Result<(), TimerError>> + Send + 'a>>;

/// What happens when timers of a kind are due.
pub trait TimerHandler: Send + Sync + 'static {
    /// Writes the timer's effects into `tx`, which also removes it. May run several times, if commits conflict. Checks
    /// that the timer still means something: what it is about may have changed.
    fn fire<'a>(&'a self, tx: &'a Transaction, timer: &'a Timer) -> Firing<'a>;

    /// The effects are committed: the place to wake someone. Not called if the process ends just then.
    fn committed(&self, timer: &Timer) {
        let _ = timer;
    }
}

/// Sets and cancels timers, and runs them. Cheap to clone; clones share the handlers.
#[derive(Clone)]
pub struct Timers {
    store: Store,
    clock: Clock,
    handlers: Arc<Mutex<HashMap<String, Arc<dyn TimerHandler>>>>,
}

impl Timers {
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, handlers: Arc::default() }
    }

    /// Names who handles the timers of a kind. Timers that are due before their handler is known wait for it.
    pub fn register(&self, kind: impl Into<String>, handler: Arc<dyn TimerHandler>) {
        self.handlers.lock().insert(kind.into(), handler);
    }

    /// Sets a timer in the transaction. Returns its due time, which `cancel` needs: `due`, or now if that is past. A timer
    /// of the same due time, kind and key is replaced.
    ///
    /// # Errors
    /// Never for payloads that a batch can hold.
    pub fn schedule(
        &self,
        tx: &Transaction,
        due: Timestamp,
        kind: &str,
        key: &[u8],
        payload: Bytes,
    ) -> Result<Timestamp, TimerError> {
        // The worker relies on it: nothing is set much before the present.
        let due = due.max(self.clock.now());
        TIMERS.put(tx, (due, kind, key), &payload)?;
        Ok(due)
    }

    /// Cancels a timer in the transaction; nothing happens if there is none (it may have fired).
    pub fn cancel(&self, tx: &Transaction, due: Timestamp, kind: &str, key: &[u8]) {
        TIMERS.delete(tx, (due, kind, key));
    }

    /// Starts the worker. Once for each store.
    pub fn start(&self, tasks: &Tasks) {
        let timers = self.clone();
        tasks.worker("timers", move || worker::run(timers.clone()));
    }
}
