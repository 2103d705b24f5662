//! SSM Parameter Store: parameters in hierarchies, their versions, labels and tags (Systems Manager API reference,
//! 2014-11-06; of Systems Manager only this part is here).
//!
//! A parameter is one row that holds its latest version, and one row for each version kept. `SecureString` needs a key
//! service to keep its promise and is refused by name.

mod check;
mod error;
mod filters;
mod find;
mod model;
mod ops;
mod page;
mod reader;
mod resources;
mod service;
mod tables;
mod tags;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use base_id::Ids;
use base_time::Clock;
use store_kv::Store;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Ssm(Arc<Inner>);

struct Inner {
    store: Store,
}

impl Ssm {
    /// Opens the service on its rows. Times come with each request and versions count up, so it needs neither `_clock`
    /// nor `_ids`; they are asked for as by every service.
    pub fn open(store: Store, _clock: Clock, _ids: Ids) -> Self {
        Self(Arc::new(Inner { store }))
    }
}
