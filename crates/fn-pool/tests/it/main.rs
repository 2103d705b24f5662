//! The function engine with real runtimes in real sandboxes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod functions;
mod hostile;
mod latency;
mod rootless;
mod support;
