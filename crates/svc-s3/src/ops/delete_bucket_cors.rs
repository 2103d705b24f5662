//! DeleteBucketCors: takes the cross-origin rules away.

use api_s3::{DeleteBucketCorsInput, DeleteBucketCorsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteBucketCorsInput,
) -> Result<DeleteBucketCorsOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:PutBucketCORS")
        .await?;
    s3.change_bucket(&bucket, |bucket| bucket.cors.clear()).await?;
    Ok(DeleteBucketCorsOutput::default())
}
