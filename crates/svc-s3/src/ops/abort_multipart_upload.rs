//! AbortMultipartUpload: gives an upload up and frees its parts.

use api_s3::{AbortMultipartUploadInput, AbortMultipartUploadOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access;
use crate::error::S3Error;
use crate::uploads::UploadKey;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: AbortMultipartUploadInput,
) -> Result<AbortMultipartUploadOutput, ApiError> {
    if input.if_match_initiated_time.is_some() {
        return Err(S3Error::not_built("x-amz-if-match-initiated-time").into());
    }
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    access::on_object(cx, &bucket, &input.key, "s3:AbortMultipartUpload", Vec::new()).await?;
    s3.abort_upload(&bucket, UploadKey { key: &input.key, id: &input.upload_id }).await?;
    Ok(AbortMultipartUploadOutput::default())
}
