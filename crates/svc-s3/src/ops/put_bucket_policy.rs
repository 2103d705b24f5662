//! PutBucketPolicy: replaces the policy; a public one only where BlockPublicPolicy is off.

use api_s3::{PutBucketPolicyInput, PutBucketPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::error::S3Error;
use crate::policy;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutBucketPolicyInput,
) -> Result<PutBucketPolicyOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:PutBucketPolicy")
        .await?;
    policy::check(&input.policy, &bucket.name)?;
    if bucket.public_access_block.is_some_and(|block| block.block_public_policy)
        && policy::is_public(&input.policy)
    {
        return Err(blocked(cx, &bucket.name).into());
    }
    s3.change_bucket(&bucket, |bucket| bucket.policy = Some(input.policy.clone())).await?;
    Ok(PutBucketPolicyOutput::default())
}

fn blocked(cx: &RequestContext, bucket: &str) -> S3Error {
    let text = format!(
        "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::{bucket}\" because public \
         policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
        cx.principal().arn()
    );
    S3Error::new("AccessDenied", 403, text)
}
