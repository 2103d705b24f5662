//! Rules of batches (SQS API reference, SendMessageBatch and the like).

use std::collections::HashSet;

use api_sqs::types as t;
use wire_codec::ApiError;

const MAX_ENTRIES: usize = 10;

/// 1 to 10 entries with ids of their own, 1 to 80 letters, digits, hyphens and underscores.
pub fn check<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), ApiError> {
    let ids: Vec<&str> = ids.collect();
    if ids.is_empty() {
        let message =
            Some("There should be at least one SendMessageBatchRequestEntry in the request.".to_owned());
        return Err(ApiError::from_shape(t::EmptyBatchRequest { message }));
    }
    if ids.len() > MAX_ENTRIES {
        let message =
            format!("Maximum number of entries per request are {MAX_ENTRIES}. You have sent {}.", ids.len());
        return Err(ApiError::from_shape(t::TooManyEntriesInBatchRequest { message: Some(message) }));
    }
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if ids.iter().any(|id| !(1..=80).contains(&id.len()) || !id.bytes().all(is_allowed)) {
        let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
        return Err(ApiError::from_shape(t::InvalidBatchEntryId { message: Some(message.to_owned()) }));
    }
    let mut seen = HashSet::new();
    if let Some(twice) = ids.iter().find(|id| !seen.insert(**id)) {
        let message = Some(format!("Id {twice} repeated."));
        return Err(ApiError::from_shape(t::BatchEntryIdsNotDistinct { message }));
    }
    Ok(())
}

pub fn too_long(size_bytes: usize) -> ApiError {
    let limit = crate::check::MAX_BATCH_BYTES;
    let message =
        format!("Batch requests cannot be longer than {limit} bytes. You have sent {size_bytes} bytes.");
    ApiError::from_shape(t::BatchRequestTooLong { message: Some(message) })
}

pub fn failed(id: String, error: &ApiError) -> t::BatchResultErrorEntry {
    t::BatchResultErrorEntry {
        id,
        sender_fault: error.is_sender(),
        code: error.code.to_string(),
        message: Some(error.message.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_few_distinct_and_plain() {
        assert!(check(["a", "b"].into_iter()).is_ok());
        let code = |ids: &[&str]| check(ids.iter().copied()).unwrap_err().code.into_owned();
        assert_eq!(code(&[]), "EmptyBatchRequest");
        assert_eq!(code(&["a", "a"]), "BatchEntryIdsNotDistinct");
        assert_eq!(code(&["a b"]), "InvalidBatchEntryId");
        assert_eq!(code(&["x"; 11]), "TooManyEntriesInBatchRequest");
    }
}
