//! Between the model and the generated types: owners, grants, tags, checksums, headers.

use api_s3 as api;
use indexmap::IndexMap;

use crate::checksum::{Algorithm, Checksum, ChecksumType, ObjectChecksum};
use crate::delivery::canonical_id;
use crate::model::{Bucket, Description, Version, Versioning};
use crate::tags::Tag;

/// Every object is told to be encrypted so; at rest it is as safe as the data directory.
pub const ENCRYPTION: Option<api::ServerSideEncryption> = Some(api::ServerSideEncryption::Aes256);

pub fn owner(account: &str) -> api::Owner {
    api::Owner { id: Some(canonical_id(account)), display_name: None }
}

/// The one grant there is where the owner's is enforced.
pub fn owner_grant(account: &str) -> api::Grant {
    let grantee = api::Grantee {
        id: Some(canonical_id(account)),
        r#type: api::Type::CanonicalUser,
        ..api::Grantee::default()
    };
    api::Grant { grantee: Some(grantee), permission: Some(api::Permission::FullControl) }
}

pub fn to_tags(tags: Vec<api::Tag>) -> Vec<Tag> {
    tags.into_iter().map(|tag| Tag { key: tag.key, value: tag.value }).collect()
}

pub fn from_tags(tags: &[Tag]) -> Vec<api::Tag> {
    tags.iter().map(|tag| api::Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

/// `x-amz-version-id`: told once a bucket has had versioning.
pub fn version_id(bucket: &Bucket, version: &Version) -> Option<String> {
    match (bucket.versioning, &version.version_id) {
        (Versioning::Off, None) => None,
        _ => Some(version.id_text().to_owned()),
    }
}

pub fn metadata(description: &Description) -> Option<IndexMap<String, String>> {
    (!description.metadata.is_empty()).then(|| description.metadata.iter().cloned().collect())
}

/// `x-amz-storage-class`: not told of STANDARD.
pub fn storage_class_header(description: &Description) -> Option<api::StorageClass> {
    storage_class(description).filter(|class| *class != api::StorageClass::Standard)
}

pub fn storage_class(description: &Description) -> Option<api::StorageClass> {
    api::StorageClass::parse(&description.storage_class)
}

pub fn size(size_bytes: u64) -> i64 {
    i64::try_from(size_bytes).unwrap_or(i64::MAX)
}

pub fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// A checksum in the members that answers have for it.
#[derive(Clone, Debug, Default)]
pub struct ChecksumMembers {
    pub crc32: Option<String>,
    pub crc32c: Option<String>,
    pub crc64nvme: Option<String>,
    pub sha1: Option<String>,
    pub sha256: Option<String>,
    pub checksum_type: Option<api::ChecksumType>,
}

impl ChecksumMembers {
    /// Of an object, with its type.
    pub fn of_object(checksum: Option<&ObjectChecksum>) -> Self {
        let Some(checksum) = checksum else { return Self::default() };
        let mut members = Self::of(checksum.checksum.algorithm, checksum.to_text());
        members.checksum_type = Some(checksum_type(checksum.checksum_type));
        members
    }

    /// Of a part, without one.
    pub fn of_part(checksum: &Checksum) -> Self {
        Self::of(checksum.algorithm, checksum.to_base64())
    }

    fn of(algorithm: Algorithm, text: String) -> Self {
        let mut members = Self::default();
        let member = match algorithm {
            Algorithm::Crc32 => &mut members.crc32,
            Algorithm::Crc32c => &mut members.crc32c,
            Algorithm::Crc64Nvme => &mut members.crc64nvme,
            Algorithm::Sha1 => &mut members.sha1,
            Algorithm::Sha256 => &mut members.sha256,
        };
        *member = Some(text);
        members
    }
}

pub fn checksum_type(checksum_type: ChecksumType) -> api::ChecksumType {
    match checksum_type {
        ChecksumType::FullObject => api::ChecksumType::FullObject,
        ChecksumType::Composite => api::ChecksumType::Composite,
    }
}

pub fn to_checksum_type(checksum_type: api::ChecksumType) -> ChecksumType {
    match checksum_type {
        api::ChecksumType::FullObject => ChecksumType::FullObject,
        api::ChecksumType::Composite => ChecksumType::Composite,
    }
}

pub fn algorithm(algorithm: Algorithm) -> api::ChecksumAlgorithm {
    match algorithm {
        Algorithm::Crc32 => api::ChecksumAlgorithm::Crc32,
        Algorithm::Crc32c => api::ChecksumAlgorithm::Crc32c,
        Algorithm::Crc64Nvme => api::ChecksumAlgorithm::Crc64nvme,
        Algorithm::Sha1 => api::ChecksumAlgorithm::Sha1,
        Algorithm::Sha256 => api::ChecksumAlgorithm::Sha256,
    }
}
