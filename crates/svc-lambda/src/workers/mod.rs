//! Background work: the queue of asynchronous events and the pollers of event sources.

pub mod batch;
mod events;
mod poller;
pub mod pollers;

use crate::Lambda;

/// Starts all workers; they end when the platform stops.
pub fn start(lambda: &Lambda) {
    let tasks = lambda.0.tasks.clone();
    let for_events = lambda.clone();
    tasks.worker("lambda events", move || events::run(for_events.clone()));
    let for_pollers = lambda.clone();
    tasks.worker("lambda event sources", move || pollers::run(for_pollers.clone()));
}
