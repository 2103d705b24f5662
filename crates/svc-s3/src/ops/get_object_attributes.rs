//! GetObjectAttributes: chosen facts of an object, with its parts.

use api_s3::{Checksum, GetObjectAttributesParts, ObjectAttributes, ObjectPart};
use api_s3::{GetObjectAttributesInput, GetObjectAttributesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access::{self, Wanted};
use crate::answer::{self, ChecksumMembers, count, size};
use crate::error::S3Error;
use crate::model::{ObjectFacts, Part};
use crate::request::refuse_customer_key;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetObjectAttributesInput,
) -> Result<GetObjectAttributesOutput, ApiError> {
    refuse_customer_key(input.sse_customer_algorithm.is_some() || input.sse_customer_key.is_some())?;
    let wanted = Wanted::get(
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
        input.expected_bucket_owner.as_deref(),
    );
    let (seen, facts) = s3.see_object(cx, wanted).await?;
    let action =
        if input.version_id.is_some() { "s3:GetObjectVersionAttributes" } else { "s3:GetObjectAttributes" };
    access::on_object(cx, &seen.bucket, &input.key, action, Vec::new()).await?;
    let wants = |attribute| input.object_attributes.contains(&attribute);
    let object_parts = match facts.parts {
        Some(total) if wants(ObjectAttributes::ObjectParts) => {
            Some(list_parts(&input, s3.manifest(&seen.snapshot, &facts).await?, total)?)
        }
        _ => None,
    };
    Ok(GetObjectAttributesOutput {
        last_modified: Some(seen.version.modified),
        version_id: answer::version_id(&seen.bucket, &seen.version),
        e_tag: wants(ObjectAttributes::ETag).then(|| facts.etag.clone()),
        checksum: wants(ObjectAttributes::Checksum).then(|| to_checksum(&facts)),
        object_parts,
        storage_class: answer::storage_class(&facts.description)
            .filter(|_| wants(ObjectAttributes::StorageClass)),
        object_size: wants(ObjectAttributes::ObjectSize).then(|| size(facts.size_bytes)),
        ..GetObjectAttributesOutput::default()
    })
}

fn to_checksum(facts: &ObjectFacts) -> Checksum {
    let sums = ChecksumMembers::of_object(facts.checksum.as_ref());
    Checksum {
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.checksum_type,
        ..Checksum::default()
    }
}

/// A page of the parts.
fn list_parts(
    input: &GetObjectAttributesInput,
    parts: Vec<Part>,
    total: u32,
) -> Result<GetObjectAttributesParts, S3Error> {
    let most = crate::listing::page_size("max-parts", input.max_parts)?;
    let marker = input.part_number_marker.unwrap_or(0);
    let behind = parts.iter().filter(|part| i64::from(part.number) > i64::from(marker));
    let page: Vec<_> = behind.clone().take(most).map(to_part).collect();
    let is_truncated = behind.count() > page.len();
    Ok(GetObjectAttributesParts {
        total_parts_count: i32::try_from(total).ok(),
        part_number_marker: Some(marker),
        next_part_number_marker: Some(page.last().and_then(|part| part.part_number).unwrap_or(0)),
        max_parts: Some(count(most)),
        is_truncated: Some(is_truncated),
        parts: Some(page),
    })
}

fn to_part(part: &Part) -> ObjectPart {
    let sums = ChecksumMembers::of_part(&part.checksum);
    ObjectPart {
        part_number: i32::try_from(part.number).ok(),
        size: Some(size(part.size_bytes)),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        ..ObjectPart::default()
    }
}
