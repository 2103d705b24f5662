//! CompleteMultipartUpload: makes the object of its parts, atomically; asked again, it answers the same.

use api_s3::CompletedPart;
use api_s3::{CompleteMultipartUploadInput, CompleteMultipartUploadOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access;
use crate::answer::{self, ChecksumMembers, ENCRYPTION};
use crate::delivery::Cause;
use crate::error::S3Error;
use crate::etag;
use crate::model::Completed;
use crate::precondition::WriteCondition;
use crate::request::{AskedChecksum, claimed_text, given_checksums, refuse_customer_key};
use crate::uploads::{ChosenPart, Completion, UploadKey};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: CompleteMultipartUploadInput,
) -> Result<CompleteMultipartUploadOutput, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    access::on_object(cx, &bucket, &input.key, "s3:PutObject", Vec::new()).await?;
    refuse_customer_key(input.sse_customer_algorithm.is_some() || input.sse_customer_key.is_some())?;
    let parts = input.multipart_upload.clone().and_then(|upload| upload.parts).unwrap_or_default();
    if parts.is_empty() || parts.len() > 10_000 {
        return Err(S3Error::malformed_xml().into());
    }
    let parts: Result<Vec<_>, S3Error> = parts.into_iter().map(to_chosen).collect();
    let (condition, cause) =
        (WriteCondition::parse(input.if_match.as_deref(), input.if_none_match.as_deref())?, Cause::of(cx));
    let completion = Completion {
        parts: &parts?,
        checksum: claimed_text(given_checksums!(input))?,
        checksum_type: input.checksum_type.map(answer::to_checksum_type),
        size_bytes: input.mpu_object_size,
        condition: &condition,
        cause: &cause,
    };
    let at = UploadKey { key: &input.key, id: &input.upload_id };
    let completed = s3.complete_upload(&bucket, at, &completion).await?;
    let location = format!("{}/{}/{}", cx.source().endpoint, input.bucket, input.key);
    Ok(answer(location, input.bucket, input.key, completed))
}

fn to_chosen(part: CompletedPart) -> Result<ChosenPart, S3Error> {
    let asked = AskedChecksum::parse(given_checksums!(part), None)?;
    match (part.part_number, part.e_tag) {
        (Some(number), Some(etag)) => Ok(ChosenPart { number, etag, checksum: asked.claimed }),
        _ => Err(S3Error::malformed_xml()),
    }
}

fn answer(
    location: String,
    bucket: String,
    key: String,
    completed: Completed,
) -> CompleteMultipartUploadOutput {
    let sums = ChecksumMembers::of_object(completed.checksum.as_ref());
    CompleteMultipartUploadOutput {
        location: Some(location),
        bucket: Some(bucket),
        key: Some(key),
        e_tag: Some(etag::quoted(&completed.etag)),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.checksum_type,
        server_side_encryption: ENCRYPTION,
        version_id: completed.version_id,
        ..CompleteMultipartUploadOutput::default()
    }
}
