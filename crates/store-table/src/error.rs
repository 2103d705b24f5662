//! What can go wrong with a table.

use std::sync::Arc;

use store_kv::{CommitError, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A stored row cannot be understood: written by a newer program, or damaged.
    #[error("table {table:#06x}: {cause}")]
    Unreadable { table: u16, cause: DecodeError },
    /// The value has no stored form.
    #[error("table {table:#06x}: the value cannot be stored: {cause}")]
    Unwritable { table: u16, cause: Arc<str> },
}

impl TableError {
    /// Whether the same work, read again, may succeed.
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Commit(error) if error.is_retriable())
    }
}

/// Stored bytes that are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("the key is not of this table's form")]
    Key,
    #[error("the value has version {found}, this program knows up to {known}")]
    UnknownVersion { found: u8, known: u8 },
    #[error("the value is damaged: {0}")]
    Value(Arc<str>),
}

impl DecodeError {
    pub fn value(cause: impl std::fmt::Display) -> Self {
        Self::Value(cause.to_string().into())
    }
}

/// What a caller of a service may be told of a failure of the store, without detail: a full disk is for whoever runs the
/// platform to mend, and so is said.
pub fn public_message(error: &(dyn std::error::Error + 'static)) -> &'static str {
    let commit = match error.downcast_ref::<TableError>() {
        Some(TableError::Commit(commit)) => Some(commit),
        _ => error.downcast_ref::<CommitError>(),
    };
    match commit {
        Some(CommitError::DiskFull { .. }) => {
            "The platform's disk is full, so nothing was stored; it can be once there is room."
        }
        _ => "The service could not store or read its state.",
    }
}
