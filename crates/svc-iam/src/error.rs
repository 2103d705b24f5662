//! IAM's errors in its own words.

use store_kv::{CommitError, StoreError};
use store_table::TableError;
use wire_codec::ApiError;

use crate::model::Entity;
use crate::policy::PolicyError;

/// What ends a transaction: an answer for the caller, or the store's failure.
pub(crate) enum Fault {
    Api(Box<ApiError>),
    Table(TableError),
}

impl From<ApiError> for Fault {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl From<TableError> for Fault {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

impl From<CommitError> for Fault {
    fn from(error: CommitError) -> Self {
        Self::Table(error.into())
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Table(error.into())
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Api(error) => *error,
            Fault::Table(error) if error.is_retriable() => concurrent_modification(),
            Fault::Table(error) => {
                tracing::error!(%error, "IAM's tables could not be used");
                service_failure()
            }
        }
    }
}

pub(crate) fn service_failure() -> ApiError {
    ApiError::new("ServiceFailure", 500, "The request processing has failed because of an unknown error")
}

fn concurrent_modification() -> ApiError {
    ApiError::new(
        "ConcurrentModification",
        409,
        "The request was rejected because multiple requests to change this object were submitted simultaneously.",
    )
}

pub(crate) fn no_such_entity(message: impl Into<String>) -> ApiError {
    ApiError::new("NoSuchEntity", 404, message)
}

/// `The role with name X cannot be found.`
pub(crate) fn no_such(entity: Entity<'_>) -> ApiError {
    no_such_entity(format!("The {} with name {} cannot be found.", entity.kind.word(), entity.name))
}

pub(crate) fn no_such_policy(arn: &str) -> ApiError {
    no_such_entity(format!("Policy {arn} was not found."))
}

pub(crate) fn already_exists(message: impl Into<String>) -> ApiError {
    ApiError::new("EntityAlreadyExists", 409, message)
}

pub(crate) fn delete_conflict(message: &str) -> ApiError {
    ApiError::new("DeleteConflict", 409, message)
}

pub(crate) fn limit_exceeded(message: impl Into<String>) -> ApiError {
    ApiError::new("LimitExceeded", 409, message)
}

pub(crate) fn invalid_input(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidInput", 400, message)
}

pub(crate) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", 400, message)
}

pub(crate) fn malformed(error: PolicyError) -> ApiError {
    ApiError::new("MalformedPolicyDocument", 400, error.0)
}
