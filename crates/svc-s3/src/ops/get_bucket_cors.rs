//! GetBucketCors: the cross-origin rules.

use api_s3::CORSRule;
use api_s3::{GetBucketCorsInput, GetBucketCorsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::cors::CorsRule;
use crate::error::S3Error;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketCorsInput,
) -> Result<GetBucketCorsOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketCORS")
        .await?;
    if bucket.cors.is_empty() {
        let text = "The CORS configuration does not exist";
        return Err(S3Error::no_such_configuration("NoSuchCORSConfiguration", text, &bucket.name).into());
    }
    Ok(GetBucketCorsOutput { cors_rules: Some(bucket.cors.into_iter().map(to_api).collect()) })
}

fn to_api(rule: CorsRule) -> CORSRule {
    CORSRule {
        id: rule.id,
        allowed_headers: Some(rule.allowed_headers).filter(|headers| !headers.is_empty()),
        allowed_methods: rule.allowed_methods,
        allowed_origins: rule.allowed_origins,
        expose_headers: Some(rule.expose_headers).filter(|headers| !headers.is_empty()),
        max_age_seconds: rule.max_age_seconds,
    }
}
