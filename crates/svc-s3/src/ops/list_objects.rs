//! ListObjects: version 1: pages by marker.

use api_s3::{CommonPrefix, EncodingType, Object, ObjectStorageClass};
use api_s3::{ListObjectsInput, ListObjectsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access::{self, OwnedKeys};
use crate::answer::{self, owner, size};
use crate::encoding::url_encode;
use crate::error::S3Error;
use crate::etag;
use crate::listing::{Marker, Query, page_size};
use crate::model::{Bucket, Version};
use crate::scan;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: ListObjectsInput,
) -> Result<ListObjectsOutput, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let texts = Texts { is_encoded: input.encoding_type == Some(EncodingType::Url) };
    list_keys(&input.prefix, &input.delimiter, input.max_keys).authorize(cx, &bucket).await?;
    let max_keys = page_size("max-keys", input.max_keys)?;
    let query = Query {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
        after: input.marker.clone().filter(|marker| !marker.is_empty()).map(Marker::Key),
        max_keys,
    };
    let has_delimiter = query.delimiter.is_some();
    let snapshot = s3.store().snapshot().await.map_err(S3Error::from)?;
    let listed = scan::objects(&snapshot, bucket.id, query).await?;
    let next = listed.last.as_ref().filter(|_| listed.is_truncated && has_delimiter).map(Marker::text);
    Ok(ListObjectsOutput {
        is_truncated: Some(listed.is_truncated),
        next_marker: next.map(|next| texts.write(next)),
        contents: Some(
            listed.rows.iter().map(|(key, version)| to_object(texts, &bucket, key, version, true)).collect(),
        ),
        name: Some(bucket.name.clone()),
        prefix: Some(texts.write(input.prefix.as_deref().unwrap_or_default())),
        marker: Some(texts.write(input.marker.as_deref().unwrap_or_default())),
        delimiter: input.delimiter.as_deref().map(|text| texts.write(text)),
        max_keys: Some(answer::count(max_keys)),
        common_prefixes: texts.common_prefixes(&listed.common_prefixes),
        encoding_type: input.encoding_type,
        request_charged: None,
    })
}

/// How keys and the like are written: as they are, or URL-encoded (`encoding-type=url`).
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    pub is_encoded: bool,
}

impl Texts {
    pub fn write(self, text: &str) -> String {
        if self.is_encoded { url_encode(text) } else { text.to_owned() }
    }

    pub fn common_prefixes(self, prefixes: &[String]) -> Option<Vec<CommonPrefix>> {
        let write = |prefix: &String| CommonPrefix { prefix: Some(self.write(prefix)) };
        (!prefixes.is_empty()).then(|| prefixes.iter().map(write).collect())
    }
}

/// The condition keys of a listing, and its decision.
pub struct ListKeys(OwnedKeys);

pub fn list_keys(prefix: &Option<String>, delimiter: &Option<String>, max_keys: Option<i32>) -> ListKeys {
    let mut keys = OwnedKeys::default();
    keys.add("s3:prefix", prefix.as_deref().unwrap_or_default());
    if let Some(delimiter) = delimiter {
        keys.add("s3:delimiter", delimiter);
    }
    keys.add("s3:max-keys", max_keys.unwrap_or(1000).to_string());
    ListKeys(keys)
}

impl ListKeys {
    pub async fn authorize(self, cx: &RequestContext, bucket: &Bucket) -> Result<(), ApiError> {
        self.authorize_as(cx, bucket, "s3:ListBucket").await
    }

    pub async fn authorize_as(
        self,
        cx: &RequestContext,
        bucket: &Bucket,
        action: &str,
    ) -> Result<(), ApiError> {
        access::on_bucket(cx, bucket, action, self.0.borrow()).await
    }
}

/// An object's entry in a listing; a delete marker never gets here.
pub fn to_object(texts: Texts, bucket: &Bucket, key: &str, version: &Version, with_owner: bool) -> Object {
    let facts = version.object.as_ref();
    let checksum = facts.and_then(|facts| facts.checksum.as_ref());
    Object {
        key: Some(texts.write(key)),
        last_modified: Some(version.modified),
        e_tag: facts.map(|facts| etag::quoted(&facts.etag)),
        checksum_algorithm: checksum.map(|checksum| vec![answer::algorithm(checksum.checksum.algorithm)]),
        checksum_type: checksum.map(|checksum| answer::checksum_type(checksum.checksum_type)),
        size: facts.map(|facts| size(facts.size_bytes)),
        storage_class: facts.and_then(|facts| ObjectStorageClass::parse(&facts.description.storage_class)),
        owner: with_owner.then(|| owner(&bucket.owner)),
        restore_status: None,
    }
}
