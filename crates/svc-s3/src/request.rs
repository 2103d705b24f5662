//! What writing requests say of an object besides its bytes, checked: headers, metadata, tags, storage class, and the many
//! headers of features that are refused by name.

use api_s3 as api;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use port::RequestContext;
use wire_codec::ApiError;

use crate::access::{self, OwnedKeys};
use crate::checksum::{Algorithm, Checksum};
use crate::error::S3Error;
use crate::etag::Md5Digest;
use crate::model::{Bucket, ContentHeaders, Description};
use crate::tags::{self, Tag};

/// Most user metadata, names and values together, in bytes.
const MAX_METADATA_BYTES: usize = 2 << 10;
/// What S3 says where the client says nothing.
pub const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

/// The members that PutObject, CreateMultipartUpload and CopyObject have in common.
#[derive(Debug, Default)]
pub struct WriteRequest {
    pub headers: ContentHeaders,
    pub metadata: Option<IndexMap<String, String>>,
    pub tagging: Option<String>,
    pub storage_class: Option<api::StorageClass>,
    pub acl: Option<api::ObjectCannedACL>,
    pub encryption: Option<api::ServerSideEncryption>,
    pub has_grants: bool,
    pub has_kms: bool,
    pub has_customer_key: bool,
    pub has_lock: bool,
    pub has_event_hold: bool,
}

/// Takes those members out of one of the three inputs.
macro_rules! write_request {
    ($input:ident) => {
        $crate::request::WriteRequest {
            headers: $crate::model::ContentHeaders {
                content_type: $input.content_type.take(),
                cache_control: $input.cache_control.take(),
                content_disposition: $input.content_disposition.take(),
                content_encoding: $input.content_encoding.take(),
                content_language: $input.content_language.take(),
                expires: $input.expires.take(),
                website_redirect_location: $input.website_redirect_location.take(),
            },
            metadata: $input.metadata.take(),
            tagging: $input.tagging.take(),
            storage_class: $input.storage_class,
            acl: $input.acl,
            encryption: $input.server_side_encryption,
            has_grants: $input.grant_full_control.is_some()
                || $input.grant_read.is_some()
                || $input.grant_read_acp.is_some()
                || $input.grant_write_acp.is_some(),
            has_kms: $input.ssekms_key_id.is_some() || $input.ssekms_encryption_context.is_some(),
            has_customer_key: $input.sse_customer_algorithm.is_some() || $input.sse_customer_key.is_some(),
            has_lock: $input.object_lock_mode.is_some()
                || $input.object_lock_retain_until_date.is_some()
                || $input.object_lock_legal_hold_status.is_some(),
            has_event_hold: $input.object_lock_event_hold.is_some()
                || $input.object_lock_event_hold_duration_days.is_some()
                || $input.object_lock_event_hold_duration_years.is_some(),
        }
    };
}
pub(crate) use write_request;

impl WriteRequest {
    /// Refuses what isn't offered; gives what is to be stored.
    pub fn describe(&self) -> Result<Description, S3Error> {
        self.check_features()?;
        let tags = self.tagging.as_deref().map(tags::parse_header).transpose()?.unwrap_or_default();
        Ok(Description {
            headers: self.stored_headers(),
            metadata: self.checked_metadata()?,
            tags,
            storage_class: check_storage_class(self.storage_class)?.as_str().to_owned(),
        })
    }

    fn check_features(&self) -> Result<(), S3Error> {
        check_encryption(self.encryption)?;
        if self.has_kms {
            return Err(S3Error::not_built("SSE-KMS (x-amz-server-side-encryption-aws-kms-key-id)"));
        }
        refuse_customer_key(self.has_customer_key)?;
        if self.has_event_hold {
            return Err(S3Error::not_built("x-amz-object-lock-event-hold"));
        }
        if self.has_lock {
            return Err(S3Error::invalid_request("Bucket is missing Object Lock Configuration"));
        }
        check_object_acl(self.acl, self.has_grants)
    }

    fn stored_headers(&self) -> ContentHeaders {
        let mut headers = self.headers.clone();
        headers.content_encoding = headers.content_encoding.as_deref().and_then(without_aws_chunked);
        headers
    }

    fn checked_metadata(&self) -> Result<Vec<(String, String)>, S3Error> {
        let Some(metadata) = &self.metadata else { return Ok(Vec::new()) };
        let size: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        if size > MAX_METADATA_BYTES {
            return Err(S3Error::metadata_too_large(size, MAX_METADATA_BYTES));
        }
        Ok(metadata.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect())
    }

    /// Whether the caller may write this to the key.
    pub async fn authorize(
        &self,
        cx: &RequestContext,
        bucket: &Bucket,
        key: &str,
        tags: &[Tag],
    ) -> Result<(), ApiError> {
        let keys = self.condition_keys(tags);
        access::on_object(cx, bucket, key, "s3:PutObject", keys.borrow()).await?;
        if !tags.is_empty() {
            access::on_object(cx, bucket, key, "s3:PutObjectTagging", keys.borrow()).await?;
        }
        if self.acl.is_some() {
            access::on_object(cx, bucket, key, "s3:PutObjectAcl", keys.borrow()).await?;
        }
        Ok(())
    }

    fn condition_keys(&self, tags: &[Tag]) -> OwnedKeys {
        let mut keys = OwnedKeys::default();
        if let Some(acl) = self.acl {
            keys.add("s3:x-amz-acl", acl.as_str());
        }
        if let Some(class) = self.storage_class {
            keys.add("s3:x-amz-storage-class", class.as_str());
        }
        if let Some(encryption) = self.encryption {
            keys.add("s3:x-amz-server-side-encryption", encryption.as_str());
        }
        for tag in tags {
            keys.add(format!("s3:RequestObjectTag/{}", tag.key), &tag.value);
            keys.add("s3:RequestObjectTagKeys", &tag.key);
        }
        keys
    }
}

/// SSE-S3 or nothing.
pub fn check_encryption(encryption: Option<api::ServerSideEncryption>) -> Result<(), S3Error> {
    match encryption {
        None | Some(api::ServerSideEncryption::Aes256) => Ok(()),
        Some(other) => Err(S3Error::not_built(format!("server-side encryption with {other}"))),
    }
}

pub fn refuse_customer_key(is_given: bool) -> Result<(), S3Error> {
    if is_given { Err(S3Error::not_built("SSE-C (x-amz-server-side-encryption-customer-*)")) } else { Ok(()) }
}

/// The canned ACLs that say what is so anyway where the owner's is enforced.
pub fn check_object_acl(acl: Option<api::ObjectCannedACL>, has_grants: bool) -> Result<(), S3Error> {
    match acl {
        None | Some(api::ObjectCannedACL::Private | api::ObjectCannedACL::BucketOwnerFullControl)
            if !has_grants =>
        {
            Ok(())
        }
        _ => Err(S3Error::access_control_list_not_supported()),
    }
}

/// Classes that answer as STANDARD does. Archives would have to be restored before a read: they are refused.
fn check_storage_class(class: Option<api::StorageClass>) -> Result<api::StorageClass, S3Error> {
    use api::StorageClass as Class;
    match class.unwrap_or(Class::Standard) {
        class @ (Class::Standard
        | Class::ReducedRedundancy
        | Class::StandardIa
        | Class::OnezoneIa
        | Class::IntelligentTiering
        | Class::GlacierIr) => Ok(class),
        class @ (Class::Glacier | Class::DeepArchive) => {
            Err(S3Error::not_built(format!("the storage class {class}")))
        }
        _ => Err(S3Error::invalid_storage_class()),
    }
}

/// `aws-chunked` is of the way, not of the object.
fn without_aws_chunked(encoding: &str) -> Option<String> {
    let kept: Vec<_> = encoding
        .split(',')
        .map(str::trim)
        .filter(|coding| !coding.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    let kept = kept.join(",");
    (!kept.is_empty()).then_some(kept)
}

/// `Content-MD5`.
pub fn parse_md5(text: Option<&str>) -> Result<Option<Md5Digest>, S3Error> {
    let Some(text) = text else { return Ok(None) };
    let bytes = STANDARD.decode(text).map_err(|_| S3Error::invalid_digest(text))?;
    bytes.try_into().map(Some).map_err(|_| S3Error::invalid_digest(text))
}

/// The one checksum a request gives, and the algorithm it asks for.
#[derive(Clone, Debug, Default)]
pub struct AskedChecksum {
    pub claimed: Option<Checksum>,
    pub algorithm: Option<Algorithm>,
}

/// Takes the checksum members out of an input of PutObject or UploadPart and their like.
macro_rules! given_checksums {
    ($input:ident) => {
        [
            ("CRC32", $input.checksum_crc32.as_deref()),
            ("CRC32C", $input.checksum_crc32c.as_deref()),
            ("CRC64NVME", $input.checksum_crc64nvme.as_deref()),
            ("SHA1", $input.checksum_sha1.as_deref()),
            ("SHA256", $input.checksum_sha256.as_deref()),
            ("SHA512", $input.checksum_sha512.as_deref()),
            ("MD5", $input.checksum_md5.as_deref()),
            ("XXHASH64", $input.checksum_xxhash64.as_deref()),
            ("XXHASH3", $input.checksum_xxhash3.as_deref()),
            ("XXHASH128", $input.checksum_xxhash128.as_deref()),
        ]
    };
}
pub(crate) use given_checksums;

impl AskedChecksum {
    /// `given` are the `x-amz-checksum-*` values by algorithm, `asked` is `x-amz-sdk-checksum-algorithm`.
    pub fn parse(
        given: [(&str, Option<&str>); 10],
        asked: Option<api::ChecksumAlgorithm>,
    ) -> Result<Self, S3Error> {
        let asked = asked.map(|asked| Algorithm::parse(asked.as_str())).transpose()?;
        let claimed = claimed(given)?;
        if let (Some(asked), Some(claimed)) = (asked, &claimed)
            && asked != claimed.algorithm
        {
            return Err(S3Error::invalid_request(
                "Value for x-amz-sdk-checksum-algorithm header is invalid.",
            ));
        }
        let algorithm = asked.or(claimed.as_ref().map(|claimed| claimed.algorithm));
        Ok(Self { claimed, algorithm })
    }
}

/// The one value given, of any algorithm.
fn claimed(given: [(&str, Option<&str>); 10]) -> Result<Option<Checksum>, S3Error> {
    let mut claimed = None;
    for (name, text) in given {
        let Some(text) = text else { continue };
        if claimed.is_some() {
            let text = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
            return Err(S3Error::invalid_request(text));
        }
        claimed = Some(Checksum::parse(Algorithm::parse(name)?, text)?);
    }
    Ok(claimed)
}

/// A composite checksum as CompleteMultipartUpload gives it, `value-N`: the text is compared, not parsed.
pub fn claimed_text(given: [(&str, Option<&str>); 10]) -> Result<Option<(Algorithm, String)>, S3Error> {
    let mut texts = given.into_iter().filter_map(|(name, text)| Some((name, text?)));
    let Some((name, text)) = texts.next() else { return Ok(None) };
    if texts.next().is_some() {
        return Err(S3Error::invalid_request("Expecting a single x-amz-checksum- header"));
    }
    Ok(Some((Algorithm::parse(name)?, text.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_chunked_is_not_stored() {
        assert_eq!(without_aws_chunked("aws-chunked"), None);
        assert_eq!(without_aws_chunked("aws-chunked, gzip").as_deref(), Some("gzip"));
        assert_eq!(without_aws_chunked("gzip").as_deref(), Some("gzip"));
    }

    #[test]
    fn metadata_over_two_kilobytes_is_refused() {
        let metadata = |len: usize| {
            let request = WriteRequest {
                metadata: Some([("A".to_owned(), "v".repeat(len))].into_iter().collect()),
                ..WriteRequest::default()
            };
            request.describe()
        };
        assert_eq!(metadata(2047).unwrap().metadata[0].0, "a");
        assert_eq!(metadata(2048).unwrap_err().code, "MetadataTooLarge");
    }

    #[test]
    fn what_is_not_built_is_refused_by_name() {
        let kms =
            WriteRequest { encryption: Some(api::ServerSideEncryption::AwsKms), ..WriteRequest::default() };
        assert!(kms.describe().unwrap_err().message.contains("aws:kms"));
        let archive =
            WriteRequest { storage_class: Some(api::StorageClass::Glacier), ..WriteRequest::default() };
        assert_eq!(archive.describe().unwrap_err().code, "NotImplemented");
        let public = WriteRequest { acl: Some(api::ObjectCannedACL::PublicRead), ..WriteRequest::default() };
        assert_eq!(public.describe().unwrap_err().code, "AccessControlListNotSupported");
        let private = WriteRequest { acl: Some(api::ObjectCannedACL::Private), ..WriteRequest::default() };
        assert!(private.describe().is_ok());
    }

    #[test]
    fn one_checksum_only_and_of_the_algorithm_asked_for() {
        let none = [("CRC32", None); 10];
        let one = {
            let mut given = none;
            given[0] = ("CRC32", Some("AAAAAA=="));
            given
        };
        let two = {
            let mut given = one;
            given[1] = ("SHA1", Some("AAAA"));
            given
        };
        assert!(AskedChecksum::parse(none, None).unwrap().algorithm.is_none());
        assert_eq!(AskedChecksum::parse(one, None).unwrap().algorithm, Some(Algorithm::Crc32));
        assert!(AskedChecksum::parse(two, None).is_err());
        assert!(AskedChecksum::parse(one, Some(api::ChecksumAlgorithm::Sha256)).is_err());
    }
}
