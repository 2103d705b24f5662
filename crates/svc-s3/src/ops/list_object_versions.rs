//! ListObjectVersions: all versions and delete markers, each key's newest first.

use api_s3::{DeleteMarkerEntry, EncodingType, ObjectVersion, ObjectVersionStorageClass};
use api_s3::{ListObjectVersionsInput, ListObjectVersionsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::answer::{self, owner, size};
use crate::error::S3Error;
use crate::etag;
use crate::listing::{Marker, Query, page_size};
use crate::model::Bucket;
use crate::ops::list_objects::{Texts, list_keys};
use crate::scan::{self, Listed, ListedVersion};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: ListObjectVersionsInput,
) -> Result<ListObjectVersionsOutput, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let texts = Texts { is_encoded: input.encoding_type == Some(EncodingType::Url) };
    let keys = list_keys(&input.prefix, &input.delimiter, input.max_keys);
    keys.authorize_as(cx, &bucket, "s3:ListBucketVersions").await?;
    let max_keys = page_size("max-keys", input.max_keys)?;
    let snapshot = s3.store().snapshot().await.map_err(S3Error::from)?;
    let key_marker = input.key_marker.clone().filter(|marker| !marker.is_empty());
    let behind = match (&key_marker, input.version_id_marker.as_deref().filter(|id| !id.is_empty())) {
        (Some(key), Some(id)) => scan::order_of_marker(&snapshot, bucket.id, key, id).await?,
        (None, Some(id)) => {
            let text = "A version-id marker cannot be specified without a key marker.";
            return Err(S3Error::invalid_argument("version-id-marker", id, text).into());
        }
        _ => None,
    };
    let query = Query {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
        after: key_marker.map(if behind.is_some() { Marker::Within } else { Marker::Key }),
        max_keys,
    };
    let listed = scan::versions(&snapshot, bucket.id, query, behind).await?;
    let (next_key_marker, next_version_id_marker) = next_markers(texts, &listed);
    Ok(ListObjectVersionsOutput {
        is_truncated: Some(listed.is_truncated),
        key_marker: Some(texts.write(input.key_marker.as_deref().unwrap_or_default())),
        version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
        next_key_marker,
        next_version_id_marker,
        versions: Some(
            listed.rows.iter().filter_map(|(key, row)| to_version(texts, &bucket, key, row)).collect(),
        ),
        delete_markers: Some(
            listed.rows.iter().filter_map(|(key, row)| to_marker(texts, &bucket, key, row)).collect(),
        ),
        name: Some(bucket.name.clone()),
        prefix: Some(texts.write(input.prefix.as_deref().unwrap_or_default())),
        delimiter: input.delimiter.as_deref().map(|text| texts.write(text)),
        max_keys: Some(answer::count(max_keys)),
        common_prefixes: texts.common_prefixes(&listed.common_prefixes),
        encoding_type: input.encoding_type,
        request_charged: None,
    })
}

fn next_markers(texts: Texts, listed: &Listed<ListedVersion>) -> (Option<String>, Option<String>) {
    let Some(last) = listed.last.as_ref().filter(|_| listed.is_truncated) else { return (None, None) };
    let id = match last {
        Marker::Prefix(_) => None,
        _ => listed.rows.last().map(|(_, row)| row.version.id_text().to_owned()),
    };
    (Some(texts.write(last.text())), id)
}

fn to_version(texts: Texts, bucket: &Bucket, key: &str, row: &ListedVersion) -> Option<ObjectVersion> {
    let facts = row.version.object.as_ref()?;
    let checksum = facts.checksum.as_ref();
    Some(ObjectVersion {
        e_tag: Some(etag::quoted(&facts.etag)),
        checksum_algorithm: checksum.map(|checksum| vec![answer::algorithm(checksum.checksum.algorithm)]),
        checksum_type: checksum.map(|checksum| answer::checksum_type(checksum.checksum_type)),
        size: Some(size(facts.size_bytes)),
        // The model lists STANDARD alone; another class is left out rather than misnamed.
        storage_class: ObjectVersionStorageClass::parse(&facts.description.storage_class),
        key: Some(texts.write(key)),
        version_id: Some(row.version.id_text().to_owned()),
        is_latest: Some(row.is_latest),
        last_modified: Some(row.version.modified),
        owner: Some(owner(&bucket.owner)),
        restore_status: None,
    })
}

fn to_marker(texts: Texts, bucket: &Bucket, key: &str, row: &ListedVersion) -> Option<DeleteMarkerEntry> {
    row.version.is_delete_marker().then(|| DeleteMarkerEntry {
        owner: Some(owner(&bucket.owner)),
        key: Some(texts.write(key)),
        version_id: Some(row.version.id_text().to_owned()),
        is_latest: Some(row.is_latest),
        last_modified: Some(row.version.modified),
    })
}
