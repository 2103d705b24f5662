//! DeleteBucketEncryption: back to the default, which is SSE-S3 too.

use api_s3::{DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteBucketEncryptionInput,
) -> Result<DeleteBucketEncryptionOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(
            cx,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
            "s3:PutEncryptionConfiguration",
        )
        .await?;
    s3.change_bucket(&bucket, |bucket| bucket.bucket_key = false).await?;
    Ok(DeleteBucketEncryptionOutput::default())
}
