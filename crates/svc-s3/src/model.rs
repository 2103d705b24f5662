//! What a bucket, an object and an upload are. States are enums; what is stored carries no wire types.

use base_time::Timestamp;
use serde::{Deserialize, Serialize};
use store_blob::BlobId;

use crate::checksum::{Algorithm, Checksum, ChecksumType, ObjectChecksum};
use crate::cors::CorsRule;
use crate::etag::{self, Md5Digest};
use crate::notification::NotificationRule;
use crate::tags::Tag;

/// A bucket's number: another one if the name is used again, so that nothing of the old one can come back.
pub type BucketId = u64;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    pub id: BucketId,
    pub name: String,
    /// The account that owns it.
    pub owner: String,
    pub region: String,
    pub created: Timestamp,
    pub versioning: Versioning,
    pub public_access_block: Option<PublicAccessBlock>,
    /// JSON text, as it was put.
    pub policy: Option<String>,
    pub cors: Vec<CorsRule>,
    pub tags: Vec<Tag>,
    pub notifications: Vec<NotificationRule>,
    /// `BucketKeyEnabled` of the default encryption; without effect under SSE-S3, but told.
    pub bucket_key: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    /// Never enabled.
    #[default]
    Off,
    Enabled,
    Suspended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    pub block_public_acls: bool,
    pub ignore_public_acls: bool,
    pub block_public_policy: bool,
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// What a new bucket has.
    pub const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
}

/// Where bytes are. 16 bytes, unique: the time and randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DataId(pub u64, pub u64);

/// The bytes of an object or of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Data {
    Empty,
    /// A row of `INLINE`.
    Inline(DataId),
    /// A blob of the blob store.
    Blob(BlobId),
    /// Rows of `MANIFEST`: the parts of a multipart object.
    Parts(DataId),
}

/// Headers that are kept and given back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentHeaders {
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub expires: Option<String>,
    pub website_redirect_location: Option<String>,
}

/// What a client says about an object besides its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    pub headers: ContentHeaders,
    /// `x-amz-meta-*` without the prefix, lower case.
    pub metadata: Vec<(String, String)>,
    pub tags: Vec<Tag>,
    /// AWS's name of the storage class; kept and told, every class is stored alike.
    pub storage_class: String,
}

/// An object's facts and where its bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectFacts {
    pub size_bytes: u64,
    /// Without quotes.
    pub etag: String,
    pub checksum: Option<ObjectChecksum>,
    pub data: Data,
    /// Number of parts; none for an object put in one piece.
    pub parts: Option<u32>,
    pub description: Description,
}

/// One version of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Greater for a later version of the same key.
    pub order: u64,
    /// None: the null version.
    pub version_id: Option<String>,
    pub modified: Timestamp,
    /// None: a delete marker.
    pub object: Option<ObjectFacts>,
}

impl Version {
    /// As listings and headers name it.
    pub fn id_text(&self) -> &str {
        self.version_id.as_deref().unwrap_or("null")
    }

    pub fn is_null(&self) -> bool {
        self.version_id.is_none()
    }

    pub fn is_delete_marker(&self) -> bool {
        self.object.is_none()
    }
}

/// A key's current version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub current: Version,
    /// The order of the null version among the noncurrent ones, if there.
    pub null_order: Option<u64>,
}

/// A multipart upload in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    pub initiated: Timestamp,
    pub description: Description,
    /// None: the client named no algorithm; a full-object CRC64NVME is computed.
    pub algorithm: Option<Algorithm>,
    pub checksum_type: Option<ChecksumType>,
    /// ARN of who started it.
    pub initiator: String,
}

/// A completed upload: what the answer was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    pub key: String,
    pub etag: String,
    pub version_id: Option<String>,
    pub checksum: Option<ObjectChecksum>,
}

/// An uploaded part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub number: u32,
    pub size_bytes: u64,
    pub md5: Md5Digest,
    pub modified: Timestamp,
    pub data: Data,
    pub checksum: Checksum,
}

impl Part {
    pub fn etag(&self) -> String {
        etag::of_object(&self.md5)
    }
}

/// Some parts of a multipart object, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestPage {
    pub parts: Vec<Part>,
}

/// Bytes that nothing refers to any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Garbage {
    pub data: Vec<Data>,
}
