//! GetBucketEncryption: SSE-S3, the default of every bucket.

use api_s3::{GetBucketEncryptionInput, GetBucketEncryptionOutput};
use api_s3::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketEncryptionInput,
) -> Result<GetBucketEncryptionOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(
            cx,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
            "s3:GetEncryptionConfiguration",
        )
        .await?;
    let by_default = ServerSideEncryptionByDefault {
        sse_algorithm: ServerSideEncryption::Aes256,
        kms_master_key_id: None,
    };
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(by_default),
        bucket_key_enabled: Some(bucket.bucket_key),
        ..ServerSideEncryptionRule::default()
    };
    let configuration = ServerSideEncryptionConfiguration { rules: vec![rule] };
    Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) })
}
