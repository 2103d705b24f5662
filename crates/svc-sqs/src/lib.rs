//! Amazon SQS: standard queues (SQS Developer Guide; API reference 2012-11-05). FIFO queues are not offered yet.
//!
//! `queue/` is a queue at work, free of AWS's parameters; `ops/` are the operations; other services send and receive
//! through `port::QueueClient` (`client.rs`). A message is acknowledged once its rows are durable, a receive is answered
//! once its lease is.

mod attributes;
mod batch;
mod change;
mod check;
mod client;
mod digest;
mod entry;
mod error;
mod find;
mod model;
mod ops;
mod queue;
mod receipt;
mod resources;
mod service;
mod tables;
mod wanted;
mod workers;

use std::sync::Arc;

use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use store_kv::Store;

use crate::queue::LiveQueues;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Sqs(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    ids: Ids,
    queues: LiveQueues,
}

impl Sqs {
    /// Starts the service and its workers: messages past their retention and rows of deleted queues are removed.
    pub fn open(store: Store, clock: Clock, ids: Ids, tasks: &Tasks) -> Self {
        let sqs = Self(Arc::new(Inner { store, clock, ids, queues: LiveQueues::default() }));
        workers::start(&sqs, tasks);
        sqs
    }
}
