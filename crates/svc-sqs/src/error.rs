//! SQS's errors, with AWS's codes and texts.

use api_sqs::types as t;
use store_kv::CommitError;
use store_table::TableError;
use wire_codec::ApiError;

pub fn no_queue() -> ApiError {
    ApiError::from_shape(t::QueueDoesNotExist {
        message: Some("The specified queue does not exist.".to_owned()),
    })
}

pub fn invalid_parameter(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterValue", 400, message)
}

pub fn missing_parameter(message: impl Into<String>) -> ApiError {
    ApiError::new("MissingParameter", 400, message)
}

pub fn invalid_attribute_value(name: &str) -> ApiError {
    ApiError::from_shape(t::InvalidAttributeValue {
        message: Some(format!("Invalid value for the parameter {name}.")),
    })
}

pub fn invalid_handle() -> ApiError {
    ApiError::from_shape(t::ReceiptHandleIsInvalid {
        message: Some("The input receipt handle is invalid.".to_owned()),
    })
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
    ApiError::new("InternalError", 500, store_table::public_message(error))
}
