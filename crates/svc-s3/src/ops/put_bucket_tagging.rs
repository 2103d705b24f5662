//! PutBucketTagging: replaces the bucket's tags.

use api_s3::{PutBucketTaggingInput, PutBucketTaggingOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::answer::to_tags;
use crate::tags;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutBucketTaggingInput,
) -> Result<PutBucketTaggingOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:PutBucketTagging")
        .await?;
    let tags = to_tags(input.tagging.tag_set);
    tags::check_bucket_tags(&tags)?;
    s3.change_bucket(&bucket, |bucket| tags::replace(&mut bucket.tags, &tags)).await?;
    Ok(PutBucketTaggingOutput::default())
}
