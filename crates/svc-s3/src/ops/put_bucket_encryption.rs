//! PutBucketEncryption: SSE-S3 as the default is accepted, KMS refused by name.

use api_s3::ServerSideEncryptionRule;
use api_s3::{PutBucketEncryptionInput, PutBucketEncryptionOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::error::S3Error;
use crate::request::check_encryption;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutBucketEncryptionInput,
) -> Result<PutBucketEncryptionOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(
            cx,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
            "s3:PutEncryptionConfiguration",
        )
        .await?;
    let [rule] = input.server_side_encryption_configuration.rules.as_slice() else {
        return Err(S3Error::malformed_xml().into());
    };
    check_rule(rule)?;
    let bucket_key = rule.bucket_key_enabled.unwrap_or(false);
    s3.change_bucket(&bucket, |bucket| bucket.bucket_key = bucket_key).await?;
    Ok(PutBucketEncryptionOutput::default())
}

fn check_rule(rule: &ServerSideEncryptionRule) -> Result<(), S3Error> {
    if rule.blocked_encryption_types.is_some() {
        return Err(S3Error::not_built("BlockedEncryptionTypes"));
    }
    let Some(by_default) = &rule.apply_server_side_encryption_by_default else { return Ok(()) };
    check_encryption(Some(by_default.sse_algorithm))?;
    if by_default.kms_master_key_id.is_some() {
        let text =
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
        return Err(S3Error::invalid_argument("KMSMasterKeyID", "", text));
    }
    Ok(())
}
