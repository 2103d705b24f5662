//! PutObjectAcl: only what is so anyway is accepted; ACLs are disabled (BucketOwnerEnforced).

use api_s3::{PutObjectAclInput, PutObjectAclOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access::Wanted;
use crate::acl;
use crate::request::check_object_acl;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutObjectAclInput,
) -> Result<PutObjectAclOutput, ApiError> {
    let wanted = Wanted {
        action: "s3:PutObjectAcl",
        version_action: "s3:PutObjectVersionAcl",
        method: "PUT",
        ..Wanted::get(
            &input.bucket,
            &input.key,
            input.version_id.as_deref(),
            input.expected_bucket_owner.as_deref(),
        )
    };
    let (seen, _) = s3.see_object(cx, wanted).await?;
    let has_grants = input.grant_full_control.is_some()
        || input.grant_read.is_some()
        || input.grant_read_acp.is_some()
        || input.grant_write.is_some()
        || input.grant_write_acp.is_some();
    check_object_acl(input.acl, has_grants)?;
    acl::check_policy(input.access_control_policy.as_ref(), &seen.bucket.owner)?;
    Ok(PutObjectAclOutput::default())
}
