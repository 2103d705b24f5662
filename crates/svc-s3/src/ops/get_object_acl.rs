//! GetObjectAcl: the owner's full control, the only grant there is.

use api_s3::{GetObjectAclInput, GetObjectAclOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access::Wanted;
use crate::answer::{owner, owner_grant};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetObjectAclInput,
) -> Result<GetObjectAclOutput, ApiError> {
    let wanted = Wanted {
        action: "s3:GetObjectAcl",
        version_action: "s3:GetObjectVersionAcl",
        method: "GET",
        ..Wanted::get(
            &input.bucket,
            &input.key,
            input.version_id.as_deref(),
            input.expected_bucket_owner.as_deref(),
        )
    };
    let (seen, _) = s3.see_object(cx, wanted).await?;
    Ok(GetObjectAclOutput {
        owner: Some(owner(&seen.bucket.owner)),
        grants: Some(vec![owner_grant(&seen.bucket.owner)]),
        request_charged: None,
    })
}
