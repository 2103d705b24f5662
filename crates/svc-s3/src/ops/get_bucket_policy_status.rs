//! GetBucketPolicyStatus: whether the policy lets everyone in.

use api_s3::PolicyStatus;
use api_s3::{GetBucketPolicyStatusInput, GetBucketPolicyStatusOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::policy;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketPolicyStatusInput,
) -> Result<GetBucketPolicyStatusOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketPolicyStatus")
        .await?;
    let policy = bucket.policy.ok_or_else(|| policy::missing(&bucket.name))?;
    let status = PolicyStatus { is_public: Some(policy::is_public(&policy)) };
    Ok(GetBucketPolicyStatusOutput { policy_status: Some(status) })
}
