//! What can go wrong.

use std::io;
use std::path::PathBuf;

use crate::id::BlobId;

#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("there is no blob {0}")]
    NotFound(BlobId),
    /// What was read is not what was written.
    #[error("the blob {id} is damaged: {what}")]
    Corrupt { id: BlobId, what: &'static str },
    #[error("the disk is full")]
    DiskFull,
    #[error("{path}: in use by another process")]
    InUse { path: PathBuf },
    #[error("{path}: has the format {found:?}, this program knows {known:?}")]
    UnknownFormat { path: PathBuf, found: String, known: &'static str },
    #[error("{path}: {cause}")]
    Io { path: PathBuf, cause: io::Error },
}

impl BlobError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |cause| match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io { path, cause },
        }
    }
}
