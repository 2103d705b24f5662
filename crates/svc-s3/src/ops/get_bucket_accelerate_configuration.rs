//! GetBucketAccelerateConfiguration: acceleration is never configured.

use api_s3::{GetBucketAccelerateConfigurationInput, GetBucketAccelerateConfigurationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketAccelerateConfigurationInput,
) -> Result<GetBucketAccelerateConfigurationOutput, ApiError> {
    s3.allowed_bucket(
        cx,
        &input.bucket,
        input.expected_bucket_owner.as_deref(),
        "s3:GetAccelerateConfiguration",
    )
    .await?;
    Ok(GetBucketAccelerateConfigurationOutput::default())
}
