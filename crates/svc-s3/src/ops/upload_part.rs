//! UploadPart: the bytes of one part.

use api_s3::{UploadPartInput, UploadPartOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access;
use crate::answer::{ChecksumMembers, ENCRYPTION};
use crate::checksum::Algorithm;
use crate::content::Expectations;
use crate::delivery::Cause;
use crate::error::S3Error;
use crate::etag;
use crate::model::Upload;
use crate::ops::put_object::MAX_BYTES;
use crate::request::{AskedChecksum, given_checksums, parse_md5, refuse_customer_key};
use crate::uploads::{self, UploadKey};

pub async fn run(s3: &S3, cx: &RequestContext, input: UploadPartInput) -> Result<UploadPartOutput, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    access::on_object(cx, &bucket, &input.key, "s3:PutObject", Vec::new()).await?;
    let number = uploads::part_number(input.part_number)?;
    refuse_customer_key(input.sse_customer_algorithm.is_some() || input.sse_customer_key.is_some())?;
    let at = UploadKey { key: &input.key, id: &input.upload_id };
    let upload = uploads::find(&s3.store().snapshot().await.map_err(S3Error::from)?, bucket.id, at).await?;
    let asked = AskedChecksum::parse(given_checksums!(input), input.checksum_algorithm)?;
    check_algorithm(&upload, &asked)?;
    let expectations = Expectations {
        md5: parse_md5(input.content_md5.as_deref())?,
        asked,
        stored_algorithm: upload.algorithm.unwrap_or(Algorithm::DEFAULT),
        max_bytes: MAX_BYTES,
    };
    let ingested = s3.ingest(input.body, expectations).await?;
    let part = uploads::new_part(number, &Cause::of(cx), &ingested);
    let sums = ChecksumMembers::of_part(ingested.asked.as_ref().unwrap_or(&ingested.checksum));
    s3.add_part(&bucket, at, &part, ingested.stored).await?;
    Ok(UploadPartOutput {
        server_side_encryption: ENCRYPTION,
        e_tag: Some(etag::quoted(&part.etag())),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        ..UploadPartOutput::default()
    })
}

/// A part's checksum must be of the upload's algorithm, where it has one.
fn check_algorithm(upload: &Upload, asked: &AskedChecksum) -> Result<(), S3Error> {
    match (upload.algorithm, asked.algorithm) {
        (Some(expected), Some(actual)) if expected != actual => {
            let text = format!(
                "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                expected.name().to_ascii_lowercase(),
                actual.name().to_ascii_lowercase()
            );
            Err(S3Error::invalid_request(text))
        }
        _ => Ok(()),
    }
}
