//! GetBucketRequestPayment: the owner pays; it cannot be changed.

use api_s3::{GetBucketRequestPaymentInput, GetBucketRequestPaymentOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketRequestPaymentInput,
) -> Result<GetBucketRequestPaymentOutput, ApiError> {
    s3.allowed_bucket(
        cx,
        &input.bucket,
        input.expected_bucket_owner.as_deref(),
        "s3:GetBucketRequestPayment",
    )
    .await?;
    Ok(GetBucketRequestPaymentOutput { payer: Some(api_s3::Payer::BucketOwner) })
}
