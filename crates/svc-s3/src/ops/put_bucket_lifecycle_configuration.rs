//! PutBucketLifecycleConfiguration: refused: objects do not expire yet.

use api_s3::{PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutBucketLifecycleConfigurationInput,
) -> Result<PutBucketLifecycleConfigurationOutput, ApiError> {
    s3.allowed_bucket(
        cx,
        &input.bucket,
        input.expected_bucket_owner.as_deref(),
        "s3:PutLifecycleConfiguration",
    )
    .await?;
    Err(ApiError::not_implemented("s3:PutBucketLifecycleConfiguration"))
}
