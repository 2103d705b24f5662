//! S3's refusals: AWS's codes, statuses and texts (S3 API reference, "Error responses"). The wire layer writes the XML.

use std::borrow::Cow;

use store_blob::BlobError;
use store_kv::{CommitError, StoreError};
use store_table::TableError;
use wire_codec::ApiError;

/// A refusal. `details` become elements of the error document, such as `Key` and `BucketName`; `headers` go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Error {
    pub code: &'static str,
    pub status: u16,
    pub message: Cow<'static, str>,
    pub details: Vec<(&'static str, String)>,
    pub headers: Vec<(&'static str, String)>,
}

impl S3Error {
    pub fn new(code: &'static str, status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, status, message: message.into(), details: Vec::new(), headers: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Something AWS offers and we don't: it is named, never ignored.
    pub fn not_built(what: impl std::fmt::Display) -> Self {
        Self::new("NotImplemented", 501, format!("{what} is not implemented"))
    }

    /// Something AWS itself does not offer.
    pub fn header_not_implemented(header: &str) -> Self {
        Self::new(
            "NotImplemented",
            501,
            "A header you provided implies functionality that is not implemented",
        )
        .with("Header", header)
    }

    /// A fault of ours; the cause is logged, not shown.
    pub fn internal() -> Self {
        Self::new("InternalError", 500, "We encountered an internal error. Please try again.")
    }

    pub fn slow_down() -> Self {
        Self::new("SlowDown", 503, "Please reduce your request rate.")
    }

    pub fn access_denied() -> Self {
        Self::new("AccessDenied", 403, "Access Denied")
    }
}

/// Buckets.
impl S3Error {
    pub fn invalid_bucket_name(name: &str) -> Self {
        Self::new("InvalidBucketName", 400, "The specified bucket is not valid.").with("BucketName", name)
    }

    pub fn no_such_bucket(name: &str) -> Self {
        Self::new("NoSuchBucket", 404, "The specified bucket does not exist").with("BucketName", name)
    }

    pub fn bucket_already_exists(name: &str) -> Self {
        let text = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
                    Please select a different name and try again.";
        Self::new("BucketAlreadyExists", 409, text).with("BucketName", name)
    }

    pub fn bucket_already_owned_by_you(name: &str) -> Self {
        let text = "Your previous request to create the named bucket succeeded and you already own it.";
        Self::new("BucketAlreadyOwnedByYou", 409, text).with("BucketName", name)
    }

    pub fn bucket_not_empty(name: &str) -> Self {
        Self::new("BucketNotEmpty", 409, "The bucket you tried to delete is not empty")
            .with("BucketName", name)
    }

    pub fn too_many_buckets() -> Self {
        Self::new("TooManyBuckets", 400, "You have attempted to create more buckets than allowed")
    }

    /// A configuration that was never put: `NoSuchCORSConfiguration`, `NoSuchTagSet`, ...
    pub fn no_such_configuration(code: &'static str, message: &'static str, bucket: &str) -> Self {
        Self::new(code, 404, message).with("BucketName", bucket)
    }

    pub fn access_control_list_not_supported() -> Self {
        Self::new("AccessControlListNotSupported", 400, "The bucket does not allow ACLs")
    }
}

/// Objects.
impl S3Error {
    pub fn no_such_key(key: &str) -> Self {
        Self::new("NoSuchKey", 404, "The specified key does not exist.").with("Key", key)
    }

    pub fn no_such_version(key: &str, version_id: &str) -> Self {
        Self::new("NoSuchVersion", 404, "The specified version does not exist.")
            .with("Key", key)
            .with("VersionId", version_id)
    }

    pub fn invalid_version_id(version_id: &str) -> Self {
        Self::invalid_argument("versionId", version_id, "Invalid version id specified")
    }

    pub fn method_not_allowed(method: &str) -> Self {
        Self::new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
            .with("Method", method)
            .with("ResourceType", "DeleteMarker")
    }

    pub fn key_too_long(size_bytes: usize) -> Self {
        Self::new("KeyTooLongError", 400, "Your key is too long")
            .with("Size", size_bytes.to_string())
            .with("MaxSizeAllowed", crate::names::MAX_KEY_BYTES.to_string())
    }

    pub fn invalid_range(header: &str, size_bytes: u64) -> Self {
        Self::new("InvalidRange", 416, "The requested range is not satisfiable")
            .with("RangeRequested", header)
            .with("ActualObjectSize", size_bytes.to_string())
    }

    pub fn invalid_part_number(requested: i32, actual: usize) -> Self {
        Self::new("InvalidPartNumber", 416, "The requested partnumber is not satisfiable")
            .with("PartNumberRequested", requested.to_string())
            .with("ActualPartCount", actual.to_string())
    }

    pub fn precondition_failed(condition: &'static str) -> Self {
        Self::new("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")
            .with("Condition", condition)
    }

    pub fn conditional_conflict(condition: &'static str, key: &str) -> Self {
        let text =
            "The conditional request cannot succeed due to a conflicting operation against this resource.";
        Self::new("ConditionalRequestConflict", 409, text).with("Condition", condition).with("Key", key)
    }

    pub fn bad_digest(calculated: &str, expected: &str) -> Self {
        Self::new("BadDigest", 400, "The Content-MD5 you specified did not match what we received.")
            .with("CalculatedDigest", calculated)
            .with("ExpectedDigest", expected)
    }

    pub fn invalid_digest(given: &str) -> Self {
        Self::new("InvalidDigest", 400, "The Content-MD5 you specified was invalid.")
            .with("Content-MD5", given)
    }

    pub fn bad_checksum(algorithm: &str) -> Self {
        let text = format!("The {algorithm} you specified did not match the calculated checksum.");
        Self::new("BadDigest", 400, text)
    }

    pub fn incomplete_body(expected: u64, provided: u64) -> Self {
        Self::new(
            "IncompleteBody",
            400,
            "You did not provide the number of bytes specified by the Content-Length HTTP header",
        )
        .with("NumberBytesExpected", expected.to_string())
        .with("NumberBytesProvided", provided.to_string())
    }

    pub fn missing_content_length() -> Self {
        Self::new("MissingContentLength", 411, "You must provide the Content-Length HTTP header.")
    }

    pub fn entity_too_large(proposed: u64, max: u64) -> Self {
        Self::new("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
            .with("ProposedSize", proposed.to_string())
            .with("MaxSizeAllowed", max.to_string())
    }

    pub fn metadata_too_large(size_bytes: usize, max: usize) -> Self {
        Self::new("MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size")
            .with("Size", size_bytes.to_string())
            .with("MaxSizeAllowed", max.to_string())
    }

    pub fn invalid_storage_class() -> Self {
        Self::new("InvalidStorageClass", 400, "The storage class you specified is not valid")
    }
}

/// Multipart uploads.
impl S3Error {
    pub fn no_such_upload(upload_id: &str) -> Self {
        let text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted \
                    or completed.";
        Self::new("NoSuchUpload", 404, text).with("UploadId", upload_id)
    }

    pub fn invalid_part(upload_id: &str, number: i32, etag: &str) -> Self {
        let text = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
                    specified entity tag may not match the part's entity tag.";
        Self::new("InvalidPart", 400, text)
            .with("UploadId", upload_id)
            .with("PartNumber", number.to_string())
            .with("ETag", etag)
    }

    pub fn invalid_part_order(upload_id: &str) -> Self {
        let text = "The list of parts was not in ascending order. Parts must be ordered by part number.";
        Self::new("InvalidPartOrder", 400, text).with("UploadId", upload_id)
    }

    pub fn entity_too_small(proposed: u64, min: u64, number: i32, etag: &str) -> Self {
        Self::new("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size")
            .with("ProposedSize", proposed.to_string())
            .with("MinSizeAllowed", min.to_string())
            .with("PartNumber", number.to_string())
            .with("ETag", etag)
    }
}

/// Requests.
impl S3Error {
    pub fn malformed_xml() -> Self {
        let text =
            "The XML you provided was not well-formed or did not validate against our published schema";
        Self::new("MalformedXML", 400, text)
    }

    pub fn invalid_request(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InvalidRequest", 400, text)
    }

    pub fn invalid_argument(name: &str, value: &str, text: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InvalidArgument", 400, text).with("ArgumentName", name).with("ArgumentValue", value)
    }

    pub fn invalid_tag(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InvalidTag", 400, text)
    }

    pub fn bad_request(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new("BadRequest", 400, text)
    }

    pub fn malformed_policy(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new("MalformedPolicy", 400, text)
    }
}

/// The store's failures. They are logged here: the caller is told no more than that it was ours.
impl From<CommitError> for S3Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict | CommitError::TooOld => Self::new(
                "OperationAborted",
                409,
                "A conflicting conditional operation is currently in progress against this resource. Please try again.",
            ),
            CommitError::DiskFull { .. } => {
                tracing::error!(%error, "S3 cannot write");
                Self::new("ServiceUnavailable", 503, format!("Service is unable to handle request: {error}"))
            }
            error => {
                tracing::error!(%error, "S3's store failed");
                Self::internal()
            }
        }
    }
}

impl From<StoreError> for S3Error {
    fn from(error: StoreError) -> Self {
        CommitError::from(error).into()
    }
}

impl From<TableError> for S3Error {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Store(error) => error.into(),
            TableError::Commit(error) => error.into(),
            error => {
                tracing::error!(%error, "S3's table failed");
                Self::internal()
            }
        }
    }
}

impl From<BlobError> for S3Error {
    fn from(error: BlobError) -> Self {
        crate::content::blob_error(error)
    }
}

impl From<S3Error> for ApiError {
    fn from(error: S3Error) -> Self {
        let api = Self::new(error.code, error.status, error.message);
        let api = error.details.into_iter().fold(api, |api, (name, value)| api.with(name, value));
        error.headers.into_iter().fold(api, |api, (name, value)| api.with_header(name, value))
    }
}
