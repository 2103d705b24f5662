//! DeleteBucketTagging: takes the bucket's tags away.

use api_s3::{DeleteBucketTaggingInput, DeleteBucketTaggingOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::tags;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteBucketTaggingInput,
) -> Result<DeleteBucketTaggingOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:PutBucketTagging")
        .await?;
    s3.change_bucket(&bucket, |bucket| tags::replace(&mut bucket.tags, &[])).await?;
    Ok(DeleteBucketTaggingOutput::default())
}
