//! ListParts: the parts uploaded so far.

use api_s3::{Initiator, Part};
use api_s3::{ListPartsInput, ListPartsOutput};
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::S3;
use crate::access;
use crate::answer::{self, ChecksumMembers, count, owner, size};
use crate::error::S3Error;
use crate::etag;
use crate::listing::page_size;
use crate::model;
use crate::request::refuse_customer_key;
use crate::tables::PARTS;
use crate::uploads::{self, UploadKey};

pub async fn run(s3: &S3, cx: &RequestContext, input: ListPartsInput) -> Result<ListPartsOutput, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    access::on_object(cx, &bucket, &input.key, "s3:ListMultipartUploadParts", Vec::new()).await?;
    refuse_customer_key(input.sse_customer_algorithm.is_some() || input.sse_customer_key.is_some())?;
    let most = page_size("max-parts", input.max_parts)?;
    let marker = u32::try_from(input.part_number_marker.unwrap_or(0)).unwrap_or(0);
    let snapshot = s3.store().snapshot().await.map_err(S3Error::from)?;
    let at = UploadKey { key: &input.key, id: &input.upload_id };
    let upload = uploads::find(&snapshot, bucket.id, at).await?;
    let from = (bucket.id, at.id, marker.saturating_add(1));
    let scan = Scan::forward().limit(most + 1);
    let page = PARTS.scan_from(&snapshot, (bucket.id, at.id), from, scan).await.map_err(S3Error::from)?;
    let mut parts: Vec<_> = page.rows.iter().map(|(_, part)| to_api(part)).collect();
    let is_truncated = parts.len() > most || page.next.is_some();
    parts.truncate(most);
    Ok(ListPartsOutput {
        bucket: Some(bucket.name.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(input.upload_id.clone()),
        part_number_marker: Some(i32::try_from(marker).unwrap_or(i32::MAX)),
        next_part_number_marker: Some(parts.last().and_then(|part| part.part_number).unwrap_or(0)),
        max_parts: Some(count(most)),
        is_truncated: Some(is_truncated && most > 0),
        parts: Some(parts),
        initiator: Some(Initiator { id: Some(upload.initiator.clone()), display_name: None }),
        owner: Some(owner(&bucket.owner)),
        storage_class: answer::storage_class(&upload.description),
        checksum_algorithm: upload.algorithm.map(answer::algorithm),
        checksum_type: upload.checksum_type.map(answer::checksum_type),
        ..ListPartsOutput::default()
    })
}

fn to_api(part: &model::Part) -> Part {
    let sums = ChecksumMembers::of_part(&part.checksum);
    Part {
        part_number: i32::try_from(part.number).ok(),
        last_modified: Some(part.modified),
        e_tag: Some(etag::quoted(&part.etag())),
        size: Some(size(part.size_bytes)),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        ..Part::default()
    }
}
