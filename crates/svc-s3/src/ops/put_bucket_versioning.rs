//! PutBucketVersioning: enables or suspends versioning.

use api_s3::{BucketVersioningStatus, MFADelete};
use api_s3::{PutBucketVersioningInput, PutBucketVersioningOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::error::S3Error;
use crate::model::Versioning;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutBucketVersioningInput,
) -> Result<PutBucketVersioningOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:PutBucketVersioning")
        .await?;
    if input.versioning_configuration.mfa_delete == Some(MFADelete::Enabled) {
        return Err(S3Error::not_built("MFA delete").into());
    }
    let versioning = match input.versioning_configuration.status {
        Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
        Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
        None => {
            let text = "The Versioning element must be specified";
            return Err(S3Error::new("IllegalVersioningConfigurationException", 400, text).into());
        }
    };
    s3.change_bucket(&bucket, |bucket| bucket.versioning = versioning).await?;
    Ok(PutBucketVersioningOutput::default())
}
