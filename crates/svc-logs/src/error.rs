//! The errors of CloudWatch Logs, with AWS's codes and texts.

use store_kv::CommitError;
use store_table::TableError;
use wire_codec::ApiError;

pub fn no_group() -> ApiError {
    not_found("The specified log group does not exist.")
}

pub fn no_stream() -> ApiError {
    not_found("The specified log stream does not exist.")
}

pub fn not_found(message: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", 400, message)
}

pub fn exists(message: &str) -> ApiError {
    ApiError::new("ResourceAlreadyExistsException", 400, message)
}

pub fn invalid_parameter(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterException", 400, message)
}

/// What can end a transaction besides its own conditions.
#[derive(Debug)]
pub enum Failure {
    Api(ApiError),
    Commit(CommitError),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        Self::Commit(error)
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Commit(error) => Self::Commit(error),
            other => Self::Api(storage(&other)),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Api(error) => error,
            Failure::Commit(error) => storage(&error),
        }
    }
}

/// The store failed: logged here, told to the caller without detail.
pub fn storage(error: &(dyn std::error::Error + 'static)) -> ApiError {
    tracing::error!(%error, "the store failed");
    ApiError::new("ServiceUnavailableException", 503, store_table::public_message(error))
}
