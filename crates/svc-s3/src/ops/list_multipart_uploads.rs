//! ListMultipartUploads: uploads in progress, by key and upload id.

use api_s3::{EncodingType, Initiator, MultipartUpload};
use api_s3::{ListMultipartUploadsInput, ListMultipartUploadsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::answer::{self, owner};
use crate::error::S3Error;
use crate::listing::{Marker, Query, page_size};
use crate::model::Bucket;
use crate::ops::list_objects::{Texts, list_keys};
use crate::scan::{self, ListedUpload};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: ListMultipartUploadsInput,
) -> Result<ListMultipartUploadsOutput, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let texts = Texts { is_encoded: input.encoding_type == Some(EncodingType::Url) };
    let keys = list_keys(&input.prefix, &input.delimiter, input.max_uploads);
    keys.authorize_as(cx, &bucket, "s3:ListBucketMultipartUploads").await?;
    let max_uploads = page_size("max-uploads", input.max_uploads)?;
    let key_marker = input.key_marker.clone().filter(|marker| !marker.is_empty());
    // Without a key marker, the upload id marker is ignored.
    let behind = input.upload_id_marker.as_deref().filter(|id| !id.is_empty() && key_marker.is_some());
    let query = Query {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
        after: key_marker.map(if behind.is_some() { Marker::Within } else { Marker::Key }),
        max_keys: max_uploads,
    };
    let snapshot = s3.store().snapshot().await.map_err(S3Error::from)?;
    let listed = scan::uploads(&snapshot, bucket.id, query, behind).await?;
    let last = listed.last.as_ref().filter(|_| listed.is_truncated);
    let last_id = match last {
        Some(Marker::Key(_)) => listed.rows.last().map(|(_, (id, _))| id.clone()),
        _ => None,
    };
    Ok(ListMultipartUploadsOutput {
        bucket: Some(bucket.name.clone()),
        key_marker: Some(texts.write(input.key_marker.as_deref().unwrap_or_default())),
        upload_id_marker: Some(input.upload_id_marker.clone().unwrap_or_default()),
        next_key_marker: last.map(|last| texts.write(last.text())),
        next_upload_id_marker: last_id,
        prefix: Some(texts.write(input.prefix.as_deref().unwrap_or_default())),
        delimiter: input.delimiter.as_deref().map(|text| texts.write(text)),
        max_uploads: Some(answer::count(max_uploads)),
        is_truncated: Some(listed.is_truncated),
        uploads: Some(listed.rows.iter().map(|(key, row)| to_upload(texts, &bucket, key, row)).collect()),
        common_prefixes: texts.common_prefixes(&listed.common_prefixes),
        encoding_type: input.encoding_type,
        request_charged: None,
    })
}

fn to_upload(
    texts: Texts,
    bucket: &Bucket,
    key: &str,
    (upload_id, upload): &ListedUpload,
) -> MultipartUpload {
    MultipartUpload {
        upload_id: Some(upload_id.clone()),
        key: Some(texts.write(key)),
        initiated: Some(upload.initiated),
        storage_class: answer::storage_class(&upload.description),
        owner: Some(owner(&bucket.owner)),
        initiator: Some(Initiator { id: Some(upload.initiator.clone()), display_name: None }),
        checksum_algorithm: upload.algorithm.map(answer::algorithm),
        checksum_type: upload.checksum_type.map(answer::checksum_type),
        version_id: None,
    }
}
