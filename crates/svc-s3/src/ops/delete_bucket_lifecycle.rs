//! DeleteBucketLifecycle: there is never one; deleting none succeeds, as on AWS.

use api_s3::{DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteBucketLifecycleInput,
) -> Result<DeleteBucketLifecycleOutput, ApiError> {
    s3.allowed_bucket(
        cx,
        &input.bucket,
        input.expected_bucket_owner.as_deref(),
        "s3:PutLifecycleConfiguration",
    )
    .await?;
    Ok(DeleteBucketLifecycleOutput::default())
}
