//! Lambda's errors, with AWS's codes and texts.

use api_lambda::types::{
    InvalidParameterValueException, InvalidRequestContentException, PreconditionFailedException,
    ResourceConflictException, ResourceNotFoundException, TooManyRequestsException,
};
use fn_pool::InvokeRefused;
use store_kv::CommitError;
use store_table::TableError;
use wire_codec::ApiError;

fn user() -> Option<String> {
    Some("User".to_owned())
}

pub fn function_not_found(arn: &str) -> ApiError {
    not_found(format!("Function not found: {arn}"))
}

pub fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::from_shape(ResourceNotFoundException { r#type: user(), message: Some(message.into()) })
}

pub fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::from_shape(ResourceConflictException { r#type: user(), message: Some(message.into()) })
}

pub fn invalid_parameter(message: impl Into<String>) -> ApiError {
    ApiError::from_shape(InvalidParameterValueException { r#type: user(), message: Some(message.into()) })
}

pub fn invalid_name(name: &str) -> ApiError {
    let message = format!(
        "1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{{2}}(-gov)?-[a-z]+-\\d{{1}}:)?(\\d{{12}}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
    );
    ApiError::new("ValidationException", 400, message)
}

pub fn invalid_request_content(message: impl Into<String>) -> ApiError {
    ApiError::from_shape(InvalidRequestContentException { r#type: user(), message: Some(message.into()) })
}

/// A body above the operation's limit. The model's name for it is RequestTooLargeException; the service answers this one.
pub fn too_large(limit_bytes: usize, operation: &str) -> ApiError {
    let message = format!("Request must be smaller than {limit_bytes} bytes for the {operation} operation");
    ApiError::new("RequestEntityTooLargeException", 413, message)
}

/// An asynchronous event above the limit.
pub fn event_too_large(size_bytes: usize, limit_bytes: usize) -> ApiError {
    let message = format!(
        "{size_bytes} byte payload is too large for the Event invocation type (limit {limit_bytes} bytes)"
    );
    ApiError::new("RequestEntityTooLargeException", 413, message)
}

pub fn precondition_failed() -> ApiError {
    let message = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API \
                   to retrieve the latest Revision Id";
    ApiError::from_shape(PreconditionFailedException { r#type: user(), message: Some(message.to_owned()) })
}

pub fn throttled(reason: fn_pool::ThrottleReason) -> ApiError {
    use api_lambda::types::ThrottleReason as Wire;
    let reason = match reason {
        fn_pool::ThrottleReason::ConcurrentInvocationLimitExceeded => Wire::ConcurrentInvocationLimitExceeded,
        fn_pool::ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded => {
            Wire::ReservedFunctionConcurrentInvocationLimitExceeded
        }
    };
    ApiError::from_shape(TooManyRequestsException {
        r#type: user(),
        message: Some("Rate Exceeded.".to_owned()),
        reason: Some(reason),
        ..TooManyRequestsException::default()
    })
}

/// The function did not run.
pub fn refused(refused: InvokeRefused) -> ApiError {
    match refused {
        InvokeRefused::Throttled(reason) => throttled(reason),
        InvokeRefused::NoCapacity { max_environments } => {
            tracing::warn!(max_environments, "every execution environment of this machine is busy");
            throttled(fn_pool::ThrottleReason::ConcurrentInvocationLimitExceeded)
        }
        InvokeRefused::Credentials(cause) => ApiError::new("AccessDeniedException", 403, cause),
        InvokeRefused::RuntimeUnavailable(text) => ApiError::new("InvalidRuntimeException", 502, text),
        InvokeRefused::Environment(cause) => {
            tracing::error!(%cause, "an execution environment could not be made");
            ApiError::new(
                "ServiceException",
                500,
                format!("The execution environment could not be made: {cause}"),
            )
        }
        InvokeRefused::ShuttingDown => {
            ApiError::new("ServiceException", 503, "The service is shutting down.")
        }
    }
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
    ApiError::new("ServiceException", 500, store_table::public_message(error))
}
