//! PutBucketOwnershipControls: BucketOwnerEnforced is accepted, the others refused by name.

use api_s3::{PutBucketOwnershipControlsInput, PutBucketOwnershipControlsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::acl;
use crate::error::S3Error;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutBucketOwnershipControlsInput,
) -> Result<PutBucketOwnershipControlsOutput, ApiError> {
    s3.allowed_bucket(
        cx,
        &input.bucket,
        input.expected_bucket_owner.as_deref(),
        "s3:PutBucketOwnershipControls",
    )
    .await?;
    let [rule] = input.ownership_controls.rules.as_slice() else {
        return Err(S3Error::malformed_xml().into());
    };
    acl::check_ownership(Some(rule.object_ownership))?;
    Ok(PutBucketOwnershipControlsOutput::default())
}
