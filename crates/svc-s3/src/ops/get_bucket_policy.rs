//! GetBucketPolicy: the policy's JSON text, as it was put.

use api_s3::{GetBucketPolicyInput, GetBucketPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::policy;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketPolicyInput,
) -> Result<GetBucketPolicyOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketPolicy")
        .await?;
    let policy = bucket.policy.ok_or_else(|| policy::missing(&bucket.name))?;
    Ok(GetBucketPolicyOutput { policy: Some(policy) })
}
