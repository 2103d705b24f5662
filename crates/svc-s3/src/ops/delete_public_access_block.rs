//! DeletePublicAccessBlock: all four settings off.

use api_s3::{DeletePublicAccessBlockInput, DeletePublicAccessBlockOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeletePublicAccessBlockInput,
) -> Result<DeletePublicAccessBlockOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(
            cx,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
            "s3:PutBucketPublicAccessBlock",
        )
        .await?;
    s3.change_bucket(&bucket, |bucket| bucket.public_access_block = None).await?;
    Ok(DeletePublicAccessBlockOutput::default())
}
