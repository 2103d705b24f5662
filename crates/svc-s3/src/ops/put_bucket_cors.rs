//! PutBucketCors: replaces the cross-origin rules.

use api_s3::CORSRule;
use api_s3::{PutBucketCorsInput, PutBucketCorsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::cors::{self, CorsRule};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutBucketCorsInput,
) -> Result<PutBucketCorsOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:PutBucketCORS")
        .await?;
    let rules: Vec<_> = input.cors_configuration.cors_rules.into_iter().map(from_api).collect();
    cors::check_rules(&rules)?;
    s3.change_bucket(&bucket, |bucket| bucket.cors.clone_from(&rules)).await?;
    Ok(PutBucketCorsOutput::default())
}

fn from_api(rule: CORSRule) -> CorsRule {
    CorsRule {
        id: rule.id,
        allowed_headers: rule.allowed_headers.unwrap_or_default(),
        allowed_methods: rule.allowed_methods,
        allowed_origins: rule.allowed_origins,
        expose_headers: rule.expose_headers.unwrap_or_default(),
        max_age_seconds: rule.max_age_seconds,
    }
}
