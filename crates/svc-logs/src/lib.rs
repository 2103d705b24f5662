//! CloudWatch Logs: groups, streams, events, filters and live tails (CloudWatch Logs API reference, 2014-03-28).
//!
//! An event is one row of its group, ordered by time and arrival, and one index row of its stream. The platform's own
//! writers (functions' output) come in through `port::LogSink`.

mod append;
mod error;
mod events;
mod filter;
mod find;
mod model;
mod ops;
mod resources;
mod service;
mod sweep;
mod tables;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use store_kv::Store;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Logs(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    ids: Ids,
    last_sequence: AtomicU64,
}

impl Logs {
    /// Starts the service and the worker that removes events past their group's retention.
    pub fn open(store: Store, clock: Clock, ids: Ids, tasks: &Tasks) -> Self {
        let logs = Self(Arc::new(Inner { store, clock, ids, last_sequence: AtomicU64::new(0) }));
        sweep::start(&logs, tasks);
        logs
    }
}
