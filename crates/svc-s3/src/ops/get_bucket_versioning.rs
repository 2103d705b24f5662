//! GetBucketVersioning: nothing where it was never enabled.

use api_s3::BucketVersioningStatus;
use api_s3::{GetBucketVersioningInput, GetBucketVersioningOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::model::Versioning;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketVersioningInput,
) -> Result<GetBucketVersioningOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketVersioning")
        .await?;
    let status = match bucket.versioning {
        Versioning::Off => None,
        Versioning::Enabled => Some(BucketVersioningStatus::Enabled),
        Versioning::Suspended => Some(BucketVersioningStatus::Suspended),
    };
    Ok(GetBucketVersioningOutput { status, mfa_delete: None })
}
