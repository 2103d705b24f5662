//! The spawner: a small single-threaded process of ours that makes environments on the platform's order.
//!
//! The platform is a large multi-threaded process with secrets in memory; forking it would copy its page tables, allow
//! only async-signal-safe code in the child, tie the child's parent-death signal to whichever thread forked, and leave the
//! platform's memory inside every environment. The spawner is the same program, executed anew with an empty
//! environment and no descriptor but one socket, taken over before `main` (`entry`). So it works in any program
//! that links this crate, test programs included.
//!
//! It holds a mount namespace of its own (a user namespace too where it runs without root), builds the shared root once,
//! and then answers `Create` and `Bind`. It ends when its socket ends; every init dies with it.

mod entry;
mod server;

pub(crate) use entry::{MARKER, MARKER_VALUE};
