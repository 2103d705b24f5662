//! GetBucketWebsite: no bucket has one, since none can be put.

use api_s3::{GetBucketWebsiteInput, GetBucketWebsiteOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::error::S3Error;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketWebsiteInput,
) -> Result<GetBucketWebsiteOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketWebsite")
        .await?;
    Err(S3Error::no_such_configuration(
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
        &bucket.name,
    )
    .into())
}
