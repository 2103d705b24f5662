//! HeadBucket: whether the bucket is there and the caller may list it.

use api_s3::{HeadBucketInput, HeadBucketOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::names::bucket_arn;

pub async fn run(s3: &S3, cx: &RequestContext, input: HeadBucketInput) -> Result<HeadBucketOutput, ApiError> {
    let bucket =
        s3.allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:ListBucket").await?;
    Ok(HeadBucketOutput {
        bucket_arn: Some(bucket_arn(&bucket.name)),
        bucket_region: Some(bucket.region),
        access_point_alias: Some(false),
        ..HeadBucketOutput::default()
    })
}
