//! The ordered key-value store under everything durable: snapshot reads, declarative optimistic commits, watches.
//!
//! FoundationDB-shaped on purpose: nothing above may assume long cursors, locks in the process, or one process.
//!
//! - `Store::snapshot` gives a consistent view; `Snapshot::get` and `range` read it ([`Read`]).
//! - `Store::commit` takes a [`Batch`]: checks that must hold and operations to apply, all or nothing, durable when it
//!   returns. Limits: 10 MB and 50,000 items a batch, keys of 8 KB.
//! - `Store::transact` runs a closure in a [`Transaction`] and tries again on conflict: reads become checks, writes are
//!   buffered. A transaction may take 5 s.
//! - `Store::watch` waits for commits under a prefix and never misses one.
//!
//! A `Store` is one shard group: one sequence of [`Version`]s, one committer. A greater server opens several.
//!
//! Keys whose first byte is 0x80 or above are kept apart from the others on the disk: there go logs, streams and
//! queues, whose deleted heads would slow down the scans of rows. The order of keys is one nevertheless.

mod batch;
mod engine;
mod error;
mod key;
mod local;
mod open;
mod store;
mod transaction;
mod watch;

pub use batch::{Batch, Check, MAX_BATCH_BYTES, MAX_BATCH_ITEMS, MAX_KEY_BYTES, Op};
pub use engine::{Answer, CommitResults, Engine, View};
pub use error::{CommitError, OpenError, StoreError};
pub use key::{
    Direction, Entry, KeyRange, Page, PageLimit, Row, Version, Versionstamp, prefix_end, successor,
};
pub use open::Options;
pub use store::{Read, Snapshot, Store};
pub use transaction::{MAX_AGE, Transaction, read_counter};
pub use watch::Watch;
