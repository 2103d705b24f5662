//! GetBucketLogging: access logs are never configured.

use api_s3::{GetBucketLoggingInput, GetBucketLoggingOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketLoggingInput,
) -> Result<GetBucketLoggingOutput, ApiError> {
    s3.allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketLogging")
        .await?;
    Ok(GetBucketLoggingOutput::default())
}
