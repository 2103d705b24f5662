//! API Gateway's errors, with AWS's codes and texts. Both APIs share the codes.

use store_kv::CommitError;
use store_table::TableError;
use wire_codec::ApiError;

pub fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new("NotFoundException", 404, message)
}

pub fn bad_request(message: impl Into<String>) -> ApiError {
    ApiError::new("BadRequestException", 400, message)
}

pub fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new("ConflictException", 409, message)
}

/// `Invalid Stage identifier specified`.
pub fn no_such(what: &str) -> ApiError {
    not_found(format!("Invalid {what} identifier specified"))
}

pub fn no_route(api_id: &str, id: &str) -> ApiError {
    not_found(format!("Unable to find Route by ID {id} within the ApiId {api_id}"))
}

pub fn no_integration(api_id: &str, id: &str) -> ApiError {
    not_found(format!("Unable to find Integration by ID {id} within the ApiId {api_id}"))
}

pub fn no_deployment(api_id: &str, id: &str) -> ApiError {
    not_found(format!("Unable to find Deployment by ID {id} within the ApiId {api_id}"))
}

pub fn no_stage(name: &str) -> ApiError {
    not_found(format!("Unable to find Stage by name {name}"))
}

pub fn no_api(account: &str, id: &str) -> ApiError {
    not_found(format!("Invalid API identifier specified {account}:{id}"))
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
            error => Self::Api(storage(&error)),
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
