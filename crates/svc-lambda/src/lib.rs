//! AWS Lambda: functions, their versions, aliases, permissions, layers and event sources, and how they are invoked.
//!
//! Here: what is stored, what the API answers, the queue of asynchronous events, the pollers of event sources. Not here:
//! how a function runs (`fn-pool`), how its code is isolated (`fn-sandbox`).
//!
//! A request comes in through `impl api_lambda::Lambda`, other services invoke through `port::FunctionInvoker`, and
//! CloudFormation provisions through `port::ResourceProvider`; all three end in `ops/`.

mod archive;
mod change;
mod code;
mod code_source;
mod concurrency;
mod describe;
mod error;
mod layers;
mod model;
mod names;
mod ops;
mod paging;
mod read;
mod resources;
mod service;
mod settings;
mod spec;
mod sweep;
mod tables;
mod tags;
mod workers;

use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use fn_pool::FunctionEngine;
use port::{Authorizer, LogSink, ObjectReader, QueueClient, RoleAssumer};
use store_kv::Store;
use tokio::sync::Notify;

use crate::code::CodeStore;
use crate::concurrency::Reservations;
use crate::read::RowCache;
use crate::spec::SpecCache;
use crate::workers::pollers::Pollers;

/// Concurrent executions of an account (Lambda quotas).
pub const ACCOUNT_CONCURRENCY: u32 = 1_000;

/// The services Lambda calls. Given after all are made, since some of them call Lambda too.
#[derive(Clone)]
pub struct Links {
    pub objects: Arc<dyn ObjectReader>,
    pub queues: Arc<dyn QueueClient>,
    pub roles: Arc<dyn RoleAssumer>,
    pub logs: Arc<dyn LogSink>,
    pub authorizer: Arc<dyn Authorizer>,
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Lambda(Arc<Inner>);

struct Inner {
    store: Store,
    code: CodeStore,
    engine: Arc<dyn FunctionEngine>,
    clock: Clock,
    ids: Ids,
    tasks: Tasks,
    links: OnceLock<Links>,
    rows: RowCache,
    specs: SpecCache,
    reservations: Reservations,
    /// Rung when an asynchronous event was accepted or a retry is due sooner.
    events: Notify,
    pollers: Pollers,
}

impl Lambda {
    /// `root` holds the code packages. Nothing runs before `connect`.
    ///
    /// # Errors
    /// If `root` can't be used.
    pub fn open(
        root: &Path,
        store: Store,
        engine: Arc<dyn FunctionEngine>,
        clock: Clock,
        ids: Ids,
        tasks: Tasks,
    ) -> io::Result<Self> {
        let code = CodeStore::open(root, clock.clone(), ids.clone())?;
        Ok(Self(Arc::new(Inner {
            store,
            code,
            engine,
            clock,
            ids,
            tasks,
            links: OnceLock::new(),
            rows: RowCache::default(),
            specs: SpecCache::default(),
            reservations: Reservations::default(),
            events: Notify::new(),
            pollers: Pollers::default(),
        })))
    }

    /// Hands over the other services and starts the workers. Called once.
    pub fn connect(&self, links: Links) {
        if self.0.links.set(links).is_ok() {
            workers::start(self);
        }
    }

    fn links(&self) -> Result<&Links, wire_codec::ApiError> {
        self.0.links.get().ok_or_else(|| {
            wire_codec::ApiError::new("ServiceException", 503, "The service has not finished starting.")
        })
    }
}
