//! Amazon S3: buckets and objects (S3 API reference, 2006-03-01).
//!
//! `S3::open` starts the service on a store; `S3::connect` gives it the services it calls, which may in turn call it.
//! Requests come through [`port::ApiService`]; other services read objects through [`port::ObjectReader`];
//! CloudFormation makes its resources through [`port::ResourceProvider`].
//!
//! An operation is `ops/<operation>.rs`. It finds the bucket and decides through `access`, moves bytes through `content`
//! and changes rows through `objects` and `uploads`. Rules of S3 that need no I/O are modules of their own (`listing`,
//! `range`, `precondition`, `versions`, `policy`, ...). What happens later are rows of `tables` and `workers`.

mod access;
mod acl;
mod answer;
mod buckets;
pub mod checksum;
mod content;
mod copy_source;
pub mod cors;
mod delivery;
mod destinations;
mod encoding;
mod error;
mod etag;
mod form;
mod listing;
mod model;
mod names;
mod notification;
mod objects;
mod operations;
mod ops;
mod policy;
mod precondition;
mod range;
mod reader;
mod request;
mod resources;
mod scan;
mod service;
mod tables;
mod tags;
mod uploads;
mod versions;
mod workers;

use std::sync::{Arc, OnceLock};

use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use port::{Authorizer, FunctionInvoker, QueueClient};
use store_blob::BlobStore;
use store_kv::Store;

pub use error::S3Error;
pub use form::{PostClaim, PostForm, is_post_form};
pub use service::CorsHeaders;

/// What does not change while the service runs.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// Most buckets of an account (AWS's default quota is 10,000).
    pub max_buckets: usize,
}

impl Default for S3Config {
    fn default() -> Self {
        Self { max_buckets: 10_000 }
    }
}

/// The services that S3 calls.
pub struct Connections {
    pub functions: Arc<dyn FunctionInvoker>,
    pub queues: Arc<dyn QueueClient>,
    /// Decides what S3, acting for a bucket, may do to a destination.
    pub authorizer: Arc<dyn Authorizer>,
}

/// The service. Cheap to clone; clones share all.
#[derive(Clone)]
pub struct S3(Arc<Inner>);

struct Inner {
    config: S3Config,
    store: Store,
    blobs: BlobStore,
    clock: Clock,
    ids: Ids,
    tasks: Tasks,
    connections: OnceLock<Connections>,
    readers: content::Readers,
}

impl S3 {
    /// Opens the service on its rows and bytes and starts the worker that frees deleted bytes. Bytes that a crash left
    /// without a row are swept in the background.
    pub fn open(
        config: S3Config,
        store: Store,
        blobs: BlobStore,
        clock: Clock,
        ids: Ids,
        tasks: Tasks,
    ) -> Self {
        let (connections, readers) = (OnceLock::new(), content::Readers::default());
        let this = Self(Arc::new(Inner { config, store, blobs, clock, ids, tasks, connections, readers }));
        workers::start_freeing(&this);
        this
    }

    /// Gives the service what it calls, once, and starts the delivery of notifications. S3 and Lambda call each other, so
    /// that neither can be made with the other at hand: make both, then connect. Until then notifications stay in their
    /// durable rows, and a notification configuration is refused. A second call has no effect.
    pub fn connect(&self, connections: Connections) {
        if self.0.connections.set(connections).is_ok() {
            workers::start_delivering(self);
        }
    }

    pub(crate) fn config(&self) -> &S3Config {
        &self.0.config
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn blobs(&self) -> &BlobStore {
        &self.0.blobs
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.0.ids
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    pub(crate) fn connections(&self) -> Option<&Connections> {
        self.0.connections.get()
    }

    pub(crate) fn readers(&self) -> &content::Readers {
        &self.0.readers
    }
}
