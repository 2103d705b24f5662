//! DeleteBucketOwnershipControls: refused: without BucketOwnerEnforced, ACLs would have to be offered.

use api_s3::{DeleteBucketOwnershipControlsInput, DeleteBucketOwnershipControlsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteBucketOwnershipControlsInput,
) -> Result<DeleteBucketOwnershipControlsOutput, ApiError> {
    s3.allowed_bucket(
        cx,
        &input.bucket,
        input.expected_bucket_owner.as_deref(),
        "s3:PutBucketOwnershipControls",
    )
    .await?;
    Err(ApiError::not_implemented("s3:DeleteBucketOwnershipControls (buckets without BucketOwnerEnforced)"))
}
