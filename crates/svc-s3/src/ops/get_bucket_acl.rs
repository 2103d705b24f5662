//! GetBucketAcl: the owner's full control, the only grant there is.

use api_s3::{GetBucketAclInput, GetBucketAclOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::answer::{owner, owner_grant};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketAclInput,
) -> Result<GetBucketAclOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketAcl")
        .await?;
    Ok(GetBucketAclOutput {
        owner: Some(owner(&bucket.owner)),
        grants: Some(vec![owner_grant(&bucket.owner)]),
    })
}
