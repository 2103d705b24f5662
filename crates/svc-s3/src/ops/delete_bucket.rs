//! DeleteBucket: an empty bucket goes; its unfinished uploads with it.

use api_s3::{DeleteBucketInput, DeleteBucketOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteBucketInput,
) -> Result<DeleteBucketOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:DeleteBucket")
        .await?;
    s3.remove_bucket(&bucket).await?;
    Ok(DeleteBucketOutput::default())
}
