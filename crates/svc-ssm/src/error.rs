//! The errors of Parameter Store, with AWS's codes and texts.

use api_ssm::types as t;
use store_kv::CommitError;
use store_table::TableError;
use wire_codec::ApiError;

pub fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", 400, message)
}

pub fn not_found() -> ApiError {
    ApiError::from_shape(t::ParameterNotFound::default())
}

pub fn exists() -> ApiError {
    let message = "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
    ApiError::from_shape(t::ParameterAlreadyExists { message: Some(message.to_owned()) })
}

pub fn no_version(name: &str, version: &str) -> ApiError {
    let message = format!(
        "Systems Manager could not find version {version} of {name}. Verify the version and try again."
    );
    ApiError::from_shape(t::ParameterVersionNotFound { message: Some(message) })
}

pub fn no_label(name: &str, label: &str) -> ApiError {
    let message = format!(
        "Systems Manager could not find label {label} for parameter {name}. Verify the label and try again."
    );
    ApiError::from_shape(t::ParameterVersionNotFound { message: Some(message) })
}

pub fn invalid_token() -> ApiError {
    let message = "The specified token is not valid.".to_owned();
    ApiError::from_shape(t::InvalidNextToken { message: Some(message) })
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
    ApiError::from_shape(t::InternalServerError {
        message: Some(store_table::public_message(error).to_owned()),
    })
}
