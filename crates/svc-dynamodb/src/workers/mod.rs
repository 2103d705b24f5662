//! Background work: durable jobs, expiry of items, expiry of client tokens. Each worker may stop at any point and starts
//! again from what is stored.

mod expire;
mod fill;
mod jobs;
mod tokens;

use base_task::Tasks;

use crate::Service;

/// Starts all workers.
pub(crate) fn start(service: &Service, tasks: &Tasks) {
    let jobs = service.clone();
    tasks.worker("dynamodb-jobs", move || jobs::run(jobs.clone()));
    let expire = service.clone();
    tasks.worker("dynamodb-expire-items", move || expire::run(expire.clone()));
    let tokens = service.clone();
    tasks.worker("dynamodb-expire-tokens", move || tokens::run(tokens.clone()));
}

#[cfg(test)]
pub(crate) use expire::sweep as sweep_items;
#[cfg(test)]
pub(crate) use jobs::work;
#[cfg(test)]
pub(crate) use tokens::sweep as sweep_tokens;
