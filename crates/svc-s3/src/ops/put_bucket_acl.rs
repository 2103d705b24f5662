//! PutBucketAcl: only what is so anyway is accepted; ACLs are disabled (BucketOwnerEnforced).

use api_s3::{PutBucketAclInput, PutBucketAclOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::acl;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutBucketAclInput,
) -> Result<PutBucketAclOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:PutBucketAcl")
        .await?;
    let has_grants = input.grant_full_control.is_some()
        || input.grant_read.is_some()
        || input.grant_read_acp.is_some()
        || input.grant_write.is_some()
        || input.grant_write_acp.is_some();
    acl::check_bucket(input.acl, has_grants)?;
    acl::check_policy(input.access_control_policy.as_ref(), &bucket.owner)?;
    Ok(PutBucketAclOutput::default())
}
