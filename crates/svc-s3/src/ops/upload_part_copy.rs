//! UploadPartCopy: a part of another object's bytes.

use api_s3::CopyPartResult;
use api_s3::{UploadPartCopyInput, UploadPartCopyOutput};
use port::RequestContext;
use wire_codec::ApiError;
use wire_codec::Body;

use crate::S3;
use crate::access::{self, Wanted};
use crate::answer::{self, ChecksumMembers, ENCRYPTION};
use crate::checksum::Algorithm;
use crate::content::Expectations;
use crate::copy_source::CopySource;
use crate::delivery::Cause;
use crate::error::S3Error;
use crate::etag;
use crate::model::Part;
use crate::ops::put_object::MAX_BYTES;
use crate::precondition::Conditions;
use crate::range::select_copy_source;
use crate::request::{AskedChecksum, refuse_customer_key};
use crate::uploads::{self, UploadKey};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: UploadPartCopyInput,
) -> Result<UploadPartCopyOutput, ApiError> {
    let source = CopySource::parse(&input.copy_source)?;
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    access::on_object(cx, &bucket, &input.key, "s3:PutObject", Vec::new()).await?;
    let number = uploads::part_number(input.part_number)?;
    check_features(&input)?;
    let at = UploadKey { key: &input.key, id: &input.upload_id };
    let upload = uploads::find(&s3.store().snapshot().await.map_err(S3Error::from)?, bucket.id, at).await?;
    let owner = input.expected_source_bucket_owner.as_deref();
    let wanted = Wanted::get(&source.bucket, &source.key, source.version_id.as_deref(), owner);
    let (seen, facts) = s3.see_object(cx, wanted).await?;
    conditions(&input).evaluate_copy_source(&facts.etag, seen.version.modified)?;
    let bytes = match &input.copy_source_range {
        Some(header) => select_copy_source(header, facts.size_bytes)?,
        None => 0..facts.size_bytes,
    };
    let body =
        if bytes.is_empty() { Body::empty() } else { s3.read_data(&seen.snapshot, &facts, bytes).await? };
    let expectations = Expectations {
        md5: None,
        asked: AskedChecksum::default(),
        stored_algorithm: upload.algorithm.unwrap_or(Algorithm::DEFAULT),
        max_bytes: MAX_BYTES,
    };
    let ingested = s3.ingest(body, expectations).await?;
    let part = uploads::new_part(number, &Cause::of(cx), &ingested);
    s3.add_part(&bucket, at, &part, ingested.stored).await?;
    Ok(UploadPartCopyOutput {
        copy_source_version_id: answer::version_id(&seen.bucket, &seen.version),
        copy_part_result: Some(result(&part)),
        server_side_encryption: ENCRYPTION,
        ..UploadPartCopyOutput::default()
    })
}

fn check_features(input: &UploadPartCopyInput) -> Result<(), S3Error> {
    refuse_customer_key(
        input.sse_customer_algorithm.is_some()
            || input.sse_customer_key.is_some()
            || input.copy_source_sse_customer_algorithm.is_some()
            || input.copy_source_sse_customer_key.is_some(),
    )
}

fn conditions(input: &UploadPartCopyInput) -> Conditions<'_> {
    Conditions {
        if_match: input.copy_source_if_match.as_deref(),
        if_none_match: input.copy_source_if_none_match.as_deref(),
        if_modified_since: input.copy_source_if_modified_since,
        if_unmodified_since: input.copy_source_if_unmodified_since,
    }
}

fn result(part: &Part) -> CopyPartResult {
    let sums = ChecksumMembers::of_part(&part.checksum);
    CopyPartResult {
        e_tag: Some(etag::quoted(&part.etag())),
        last_modified: Some(part.modified),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        ..CopyPartResult::default()
    }
}
