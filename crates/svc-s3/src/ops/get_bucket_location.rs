//! GetBucketLocation: the region; none for us-east-1.

use api_s3::BucketLocationConstraint;
use api_s3::{GetBucketLocationInput, GetBucketLocationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketLocationInput,
) -> Result<GetBucketLocationOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketLocation")
        .await?;
    Ok(GetBucketLocationOutput { location_constraint: BucketLocationConstraint::parse(&bucket.region) })
}
