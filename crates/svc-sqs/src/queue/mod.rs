//! A queue at work: its order in memory, its messages in the store. No AWS parameters here.

mod live;
mod receive;
mod schedule;
mod send;
mod settle;

pub use live::{LiveQueue, LiveQueues};
pub use receive::{ReceiveRequest, Received, Redrive};
pub use schedule::{Counts, MAX_IN_FLIGHT};
pub use send::Outgoing;
pub use settle::Visibility;

#[cfg(test)]
mod tests;
