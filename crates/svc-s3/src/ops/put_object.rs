//! PutObject: bytes and description, acknowledged once both are durable.

use api_s3::{PutObjectInput, PutObjectOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::answer::{self, ChecksumMembers, ENCRYPTION};
use crate::checksum::{Algorithm, ObjectChecksum};
use crate::content::Expectations;
use crate::delivery::Cause;
use crate::error::S3Error;
use crate::etag;
use crate::model::{Bucket, ObjectFacts, Version};
use crate::names::check_key;
use crate::notification::EventName;
use crate::objects::NewObject;
use crate::precondition::WriteCondition;
use crate::request::{AskedChecksum, given_checksums, parse_md5, write_request};

/// Greatest object put in one piece, in bytes.
pub const MAX_BYTES: u64 = 5 << 30;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    mut input: PutObjectInput,
) -> Result<PutObjectOutput, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_key(&input.key)?;
    if input.write_offset_bytes.is_some() {
        return Err(S3Error::not_built("x-amz-write-offset-bytes").into());
    }
    let request = write_request!(input);
    let description = request.describe()?;
    request.authorize(cx, &bucket, &input.key, &description.tags).await?;
    let condition = WriteCondition::parse(input.if_match.as_deref(), input.if_none_match.as_deref())?;
    let asked = AskedChecksum::parse(given_checksums!(input), input.checksum_algorithm)?;
    let expectations = Expectations {
        md5: parse_md5(input.content_md5.as_deref())?,
        stored_algorithm: asked.algorithm.unwrap_or(Algorithm::DEFAULT),
        asked,
        max_bytes: MAX_BYTES,
    };
    let ingested = s3.ingest(input.body, expectations).await?;
    let facts = ObjectFacts {
        size_bytes: ingested.size_bytes,
        etag: etag::of_object(&ingested.md5),
        checksum: Some(ObjectChecksum::full(ingested.checksum)),
        data: ingested.stored.data().clone(),
        parts: None,
        description,
    };
    let new =
        NewObject { key: input.key, condition, facts, event: EventName::CreatedPut, cause: Cause::of(cx) };
    let version = s3.put_object_row(&bucket, &new, ingested.stored).await?;
    Ok(answer(&bucket, &new.facts, &version))
}

fn answer(bucket: &Bucket, facts: &ObjectFacts, version: &Version) -> PutObjectOutput {
    let sums = ChecksumMembers::of_object(facts.checksum.as_ref());
    PutObjectOutput {
        e_tag: Some(etag::quoted(&facts.etag)),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.checksum_type,
        server_side_encryption: ENCRYPTION,
        version_id: answer::version_id(bucket, version),
        ..PutObjectOutput::default()
    }
}
