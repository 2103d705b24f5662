//! AWS CloudFormation: stacks, change sets, events, exports; templates checked, transformed and planned.
//!
//! Here: what the API answers and what is refused before anything is made. Not here: planning (`cfn-plan`), the
//! AWS::Serverless transform (`cfn-sam`), doing it (`cfn-exec`), resource types (the services').
//!
//! A request comes in through `impl api_cloudformation::CloudFormation` and ends in `ops/`. What changes a stack goes
//! through [`submission`] (template and parameters to a checked plan) and `cfn_exec::Executor::start`.

mod change_set;
mod describe;
mod error;
mod lookup;
mod ops;
mod paging;
mod refuse;
mod service;
mod source;
mod submission;
mod tables;

use std::sync::{Arc, OnceLock};

use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use cfn_exec::{Catalogue, Executor};
use port::{Authorizer, ObjectReader, ParameterReader, ResourceProvider, RoleAssumer};
use store_kv::Store;
use wire_codec::ApiError;

/// The services CloudFormation calls. Given after all are made.
#[derive(Clone)]
pub struct Links {
    /// Who provides which resource types.
    pub providers: Vec<Arc<dyn ResourceProvider>>,
    /// Templates by URL.
    pub objects: Arc<dyn ObjectReader>,
    /// Parameters of Parameter Store types, dynamic references.
    pub parameters: Arc<dyn ParameterReader>,
    pub roles: Arc<dyn RoleAssumer>,
    pub authorizer: Arc<dyn Authorizer>,
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct CloudFormation(Arc<Inner>);

struct Inner {
    executor: Executor,
    links: OnceLock<Linked>,
}

struct Linked {
    catalogue: Catalogue,
    objects: Arc<dyn ObjectReader>,
    parameters: Arc<dyn ParameterReader>,
}

impl CloudFormation {
    /// Nothing runs before `connect`.
    pub fn open(store: Store, clock: Clock, ids: Ids, tasks: Tasks) -> Self {
        let executor = Executor::open(store, clock, ids, tasks);
        Self(Arc::new(Inner { executor, links: OnceLock::new() }))
    }

    /// Hands over the other services and starts the executor, which resumes what was under way. Called once.
    pub fn connect(&self, links: Links) {
        let catalogue = Catalogue::new(links.providers);
        let linked = Linked {
            catalogue: catalogue.clone(),
            objects: links.objects,
            parameters: links.parameters.clone(),
        };
        if self.0.links.set(linked).is_ok() {
            self.0.executor.connect(cfn_exec::Links {
                catalogue,
                parameters: links.parameters,
                roles: links.roles,
                authorizer: links.authorizer,
            });
        }
    }

    /// The resource types there are, for the coverage table. Empty before `connect`.
    pub fn resource_types(&self) -> Vec<&'static str> {
        self.0.links.get().map(|linked| linked.catalogue.names().collect()).unwrap_or_default()
    }

    fn linked(&self) -> Result<&Linked, ApiError> {
        self.0
            .links
            .get()
            .ok_or_else(|| ApiError::new("ServiceUnavailable", 503, "The service has not finished starting."))
    }

    fn executor(&self) -> &Executor {
        &self.0.executor
    }

    fn store(&self) -> &Store {
        self.0.executor.store()
    }
}

#[cfg(test)]
mod tests;
