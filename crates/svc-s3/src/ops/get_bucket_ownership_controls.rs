//! GetBucketOwnershipControls: BucketOwnerEnforced, the only one offered.

use api_s3::{GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput};
use api_s3::{ObjectOwnership, OwnershipControls, OwnershipControlsRule};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketOwnershipControlsInput,
) -> Result<GetBucketOwnershipControlsOutput, ApiError> {
    s3.allowed_bucket(
        cx,
        &input.bucket,
        input.expected_bucket_owner.as_deref(),
        "s3:GetBucketOwnershipControls",
    )
    .await?;
    let rules = vec![OwnershipControlsRule { object_ownership: ObjectOwnership::BucketOwnerEnforced }];
    Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(OwnershipControls { rules }) })
}
