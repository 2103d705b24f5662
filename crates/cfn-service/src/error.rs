//! CloudFormation's errors, with AWS's codes and texts.

use cfn_exec::ExecError;
use cfn_plan::capabilities::Capability;
use store_kv::{CommitError, StoreError};
use store_table::TableError;
use wire_codec::ApiError;

pub fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", 400, message)
}

pub fn no_stack(name: &str) -> ApiError {
    validation(format!("Stack with id {name} does not exist"))
}

/// The other operations' text for the same.
pub fn stack_does_not_exist(name: &str) -> ApiError {
    validation(format!("Stack [{name}] does not exist"))
}

pub fn already_exists(name: &str) -> ApiError {
    ApiError::new("AlreadyExistsException", 400, format!("Stack [{name}] already exists"))
}

pub fn no_change_set(name: &str) -> ApiError {
    ApiError::new("ChangeSetNotFound", 404, format!("ChangeSet [{name}] does not exist"))
}

pub fn change_set_status(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidChangeSetStatus", 400, message)
}

pub fn capabilities(missing: &[Capability]) -> ApiError {
    let names: Vec<&str> = missing.iter().map(|capability| capability.name()).collect();
    ApiError::new(
        "InsufficientCapabilitiesException",
        400,
        format!("Requires capabilities : [{}]", names.join(", ")),
    )
}

pub fn token_used(token: &str) -> ApiError {
    ApiError::new(
        "TokenAlreadyExistsException",
        400,
        format!("A client request token {token} was already used for another operation"),
    )
}

/// A parameter of the API that isn't built.
pub fn parameter_not_built(name: &str) -> ApiError {
    ApiError::not_implemented(format!("cloudformation parameter {name}"))
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
        Self::Api(storage(&error))
    }
}

impl From<ExecError> for Failure {
    fn from(error: ExecError) -> Self {
        Self::Api(storage(&error))
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

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Api(storage(&error))
    }
}

/// The store failed: logged here, told to the caller without detail.
pub fn storage(error: &(dyn std::error::Error + 'static)) -> ApiError {
    tracing::error!(%error, "the store failed");
    ApiError::new("InternalFailure", 500, store_table::public_message(error))
}
