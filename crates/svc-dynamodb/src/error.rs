//! Domain errors and the DynamoDB errors they become, with AWS's texts (API Reference, each operation's "Errors").

use api_dynamodb as api;
use port::AccessDenied;
use store_kv::{CommitError, StoreError};
use store_table::TableError;
use wire_codec::ApiError;

use crate::convert;
use crate::value::Attributes;
use crate::value::codec::CorruptItem;
use crate::value::validate::{Invalid, invalid_parameter};

#[derive(Debug)]
pub enum Error {
    /// The request is wrong; the text is the service's.
    Validation(String),
    /// A table, index or other resource is not there.
    NotFound(String),
    /// The resource's state does not allow the call.
    InUse(String),
    LimitExceeded(String),
    /// The condition did not hold; with the item, where the request asked for it.
    ConditionFailed(Option<Attributes>),
    /// A transaction was not carried out: one reason for each of its actions.
    TransactionCanceled(Vec<CancellationReason>),
    /// Other writes of the same items came first, again and again.
    Conflict,
    /// The client token was used with other parameters.
    TokenMismatch,
    /// An item collection of a table with local indexes would exceed 10 GB.
    CollectionTooLarge,
    Denied(AccessDenied),
    Commit(CommitError),
    Table(TableError),
    Corrupt(CorruptItem),
    Api(ApiError),
}

/// Why one action of a transaction failed, or that it did not.
#[derive(Clone, Debug, PartialEq)]
pub enum CancellationReason {
    None,
    ConditionFailed(Option<Attributes>),
    Validation(String),
    CollectionTooLarge,
    Conflict,
}

pub type Result<T> = std::result::Result<T, Error>;

const CONDITION_FAILED: &str = "The conditional request failed";
const COLLECTION_TOO_LARGE: &str = "Item collection too large: aggregated size of items sharing the same partition key must be \
                                    less than 10 GB";
const CONFLICT: &str = "Transaction is ongoing for the item";

impl Error {
    /// `One or more parameter values were invalid: message`.
    pub fn invalid_parameter(message: impl AsRef<str>) -> Self {
        Self::Validation(invalid_parameter(message))
    }

    /// A table as data operations miss it.
    pub fn table_not_found() -> Self {
        Self::NotFound("Requested resource not found".to_owned())
    }

    /// A table as table operations miss it.
    pub fn named_table_not_found(name: &str) -> Self {
        Self::NotFound(format!("Requested resource not found: Table: {name} not found"))
    }

    pub fn not_implemented(what: impl std::fmt::Display) -> Self {
        Self::Api(ApiError::not_implemented(what))
    }
}

impl CancellationReason {
    fn code(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::ConditionFailed(_) => "ConditionalCheckFailed",
            Self::Validation(_) => "ValidationError",
            Self::CollectionTooLarge => "ItemCollectionSizeLimitExceeded",
            Self::Conflict => "TransactionConflict",
        }
    }

    fn into_api(self) -> api::CancellationReason {
        let code = Some(self.code().to_owned());
        let (message, item) = match self {
            Self::None => (None, None),
            Self::ConditionFailed(item) => (Some(CONDITION_FAILED.to_owned()), item.map(convert::to_api_map)),
            Self::Validation(message) => (Some(message), None),
            Self::CollectionTooLarge => (Some(COLLECTION_TOO_LARGE.to_owned()), None),
            Self::Conflict => (Some(CONFLICT.to_owned()), None),
        };
        api::CancellationReason { item, code, message }
    }
}

impl From<Invalid> for Error {
    fn from(message: Invalid) -> Self {
        Self::Validation(message)
    }
}

impl From<AccessDenied> for Error {
    fn from(denied: AccessDenied) -> Self {
        Self::Denied(denied)
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        if error.is_retriable() { Self::Conflict } else { Self::Commit(error) }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Commit(CommitError::Store(error))
    }
}

impl From<TableError> for Error {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Commit(error) => error.into(),
            other => Self::Table(other),
        }
    }
}

impl From<CorruptItem> for Error {
    fn from(error: CorruptItem) -> Self {
        Self::Corrupt(error)
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Validation(message) => ApiError::new("ValidationException", 400, message),
            Error::NotFound(message) => {
                ApiError::from_shape(api::ResourceNotFoundException { message: Some(message) })
            }
            Error::InUse(message) => {
                ApiError::from_shape(api::ResourceInUseException { message: Some(message) })
            }
            Error::LimitExceeded(message) => {
                ApiError::from_shape(api::LimitExceededException { message: Some(message) })
            }
            Error::ConditionFailed(item) => ApiError::from_shape(api::ConditionalCheckFailedException {
                message: Some(CONDITION_FAILED.to_owned()),
                item: item.map(convert::to_api_map),
            }),
            Error::TransactionCanceled(reasons) => transaction_canceled(reasons),
            Error::Conflict => {
                ApiError::from_shape(api::TransactionConflictException { message: Some(CONFLICT.to_owned()) })
            }
            Error::TokenMismatch => {
                ApiError::from_shape(api::IdempotentParameterMismatchException { message: None })
            }
            Error::CollectionTooLarge => {
                ApiError::from_shape(api::ItemCollectionSizeLimitExceededException {
                    message: Some(COLLECTION_TOO_LARGE.to_owned()),
                })
            }
            Error::Denied(denied) => denied.into(),
            Error::Api(error) => error,
            Error::Commit(CommitError::TooLarge { what, limit, actual }) => ApiError::new(
                "ValidationException",
                400,
                format!(
                    "The write with all its index entries is too large: {what} of {actual}, at most {limit}"
                ),
            ),
            Error::Commit(error @ CommitError::DiskFull { .. }) => internal(&error, "the disk is full"),
            Error::Commit(error) => internal(&error, "The request could not be stored"),
            Error::Table(error) => internal(&error, "Internal server error"),
            Error::Corrupt(error) => internal(&error, "Internal server error"),
        }
    }
}

fn internal(cause: &dyn std::fmt::Display, message: &str) -> ApiError {
    tracing::error!(%cause, "a DynamoDB request failed");
    ApiError::from_shape(api::InternalServerError { message: Some(message.to_owned()) })
}

fn transaction_canceled(reasons: Vec<CancellationReason>) -> ApiError {
    let codes: Vec<&str> = reasons.iter().map(CancellationReason::code).collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let reasons = reasons.into_iter().map(CancellationReason::into_api).collect();
    ApiError::from_shape(api::TransactionCanceledException {
        message: Some(message),
        cancellation_reasons: Some(reasons),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canceled_transaction_lists_its_reasons_in_order() {
        let error: ApiError = Error::TransactionCanceled(vec![
            CancellationReason::None,
            CancellationReason::ConditionFailed(None),
        ])
        .into();
        assert_eq!(error.code, "TransactionCanceledException");
        assert_eq!(
            error.message,
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"
        );
    }
}
