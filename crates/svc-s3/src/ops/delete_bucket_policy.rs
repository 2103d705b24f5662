//! DeleteBucketPolicy: takes the policy away.

use api_s3::{DeleteBucketPolicyInput, DeleteBucketPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteBucketPolicyInput,
) -> Result<DeleteBucketPolicyOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:DeleteBucketPolicy")
        .await?;
    s3.change_bucket(&bucket, |bucket| bucket.policy = None).await?;
    Ok(DeleteBucketPolicyOutput::default())
}
