//! What ends a stretch of an operation's work without deciding it: it is taken up again later.

use store_kv::{CommitError, StoreError};
use store_table::TableError;

#[derive(Debug, Clone, thiserror::Error)]
pub enum ExecError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("a row of the operation is missing: {0}")]
    Missing(&'static str),
    /// The stored operation gives no plan any more.
    /// A provider panicked.
    #[error("a step ended abnormally: {0}")]
    Task(String),
    #[error("the operation can't be planned again: {0}")]
    Unplannable(String),
}

impl From<CommitError> for ExecError {
    fn from(error: CommitError) -> Self {
        Self::Table(error.into())
    }
}

impl From<StoreError> for ExecError {
    fn from(error: StoreError) -> Self {
        Self::Table(error.into())
    }
}
