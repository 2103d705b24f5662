//! What can go wrong.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

/// The store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{path}: in use by {}", owner(*pid))]
    InUse { path: PathBuf, pid: Option<u32> },
    #[error("{path}: cannot be written: {cause}")]
    NotWritable { path: PathBuf, cause: std::io::Error },
    #[error("{path}: has the format {found:?}, this program knows {known:?}")]
    UnknownFormat { path: PathBuf, found: String, known: &'static str },
    /// Not what a crash leaves: the disk or someone has changed what was written. Restore a copy.
    #[error("{path}: damaged at byte {at}, before its end")]
    Damaged { path: PathBuf, at: u64 },
    #[error("{path}: {cause}")]
    Io { path: PathBuf, cause: std::io::Error },
    #[error("{path}: the storage engine refused to open: {cause}")]
    Engine { path: PathBuf, cause: String },
}

fn owner(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

/// The store cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A write or a sync failed, so that what is on the disk is no longer known. Every later call answers this;
    /// opening the directory again recovers all that was acknowledged.
    #[error("the store has stopped after a failed write: {0}")]
    Poisoned(Arc<str>),
    #[error("the store is closed")]
    Closed,
    #[error("the store could not read: {0}")]
    Read(Arc<str>),
    /// What was read is not what was written.
    #[error("the store is damaged: {0}")]
    Corrupt(Arc<str>),
}

/// A batch was not committed; nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// A check failed: another commit came first. Read again and try again.
    #[error("another commit changed what this one depends on")]
    Conflict,
    /// The reads are too old to be checked (more than 5 s, or too many commits came between). Try again.
    #[error("the transaction took too long")]
    TooOld,
    #[error("{what} of {actual} bytes is over the limit of {limit}")]
    TooLarge { what: &'static str, limit: usize, actual: usize },
    /// `Add` met a value that is not eight bytes long.
    #[error("the value is not a counter")]
    NotACounter { key: Bytes },
    #[error("the counter would overflow")]
    CounterOverflow { key: Bytes },
    /// Less is free on the disk than the reserve. Reads go on; commits do again once there is room.
    #[error("the disk is full: {free_bytes} bytes are free, {reserve_bytes} must remain")]
    DiskFull { free_bytes: u64, reserve_bytes: u64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommitError {
    /// Whether the same work, read again, may succeed.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Conflict | Self::TooOld)
    }
}
