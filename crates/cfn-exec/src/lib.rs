//! Executes plans: creates, updates and deletes what a stack consists of, with nothing left to decide and an undo for
//! each step.
//!
//! Everything is a durable row before it is done and after: the operation with its phase, each step with what the
//! resource was before and what it became ([`tables`]). A restart makes the same plan again from the rows and goes on;
//! a step that was running is repeated under the same generated name. [`machine`] decides what is next, purely; `run`
//! does it; `ending` takes an operation from phase to phase and ends it.
//!
//! Not here: templates and plans (`cfn-plan`), the API (`cfn-service`).

pub mod caller;
pub mod catalogue;
pub mod design;
pub mod ending;
mod error;
mod job;
pub mod machine;
pub mod model;
pub mod record;
pub mod run;
mod start;
pub mod status;
pub mod tables;
mod worker;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use parking_lot::Mutex;
use port::{Authorizer, ParameterReader, RoleAssumer};
use store_kv::Store;
use tokio::sync::Notify;

pub use catalogue::Catalogue;
pub use design::{Design, DesignError, DesignInput, design, imports};
pub use error::ExecError;
pub use start::Start;

/// What the executor calls.
#[derive(Clone)]
pub struct Links {
    pub catalogue: Catalogue,
    pub parameters: Arc<dyn ParameterReader>,
    pub roles: Arc<dyn RoleAssumer>,
    pub authorizer: Arc<dyn Authorizer>,
}

/// The executor. Cheap to clone.
#[derive(Clone)]
pub struct Executor(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    ids: Ids,
    tasks: Tasks,
    links: OnceLock<Links>,
    /// Rung when an operation was written.
    wake: Notify,
    /// Operations being worked on, by stack UUID: rung when one is to look at its row again.
    running: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Executor {
    pub fn open(store: Store, clock: Clock, ids: Ids, tasks: Tasks) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            ids,
            tasks,
            links: OnceLock::new(),
            wake: Notify::new(),
            running: Mutex::new(HashMap::new()),
        }))
    }

    /// Hands over the other services and starts working; operations found under way are resumed. Called once.
    pub fn connect(&self, links: Links) {
        if self.0.links.set(links).is_ok() {
            worker::start(self);
        }
    }

    pub fn links(&self) -> Option<&Links> {
        self.0.links.get()
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub fn ids(&self) -> &Ids {
        &self.0.ids
    }

    /// After a commit that wrote an operation, or changed the one of the stack.
    pub fn notify(&self, stack_uuid: &str) {
        if let Some(operation) = self.0.running.lock().get(stack_uuid) {
            operation.notify_one();
        }
        self.0.wake.notify_one();
    }
}
