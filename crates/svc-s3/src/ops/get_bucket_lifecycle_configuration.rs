//! GetBucketLifecycleConfiguration: no bucket has one, since none can be put.

use api_s3::{GetBucketLifecycleConfigurationInput, GetBucketLifecycleConfigurationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::error::S3Error;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketLifecycleConfigurationInput,
) -> Result<GetBucketLifecycleConfigurationOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(
            cx,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
            "s3:GetLifecycleConfiguration",
        )
        .await?;
    Err(S3Error::no_such_configuration(
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
        &bucket.name,
    )
    .into())
}
