//! GetBucketTagging: the bucket's tags.

use api_s3::{GetBucketTaggingInput, GetBucketTaggingOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::answer::from_tags;
use crate::error::S3Error;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketTaggingInput,
) -> Result<GetBucketTaggingOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketTagging")
        .await?;
    if bucket.tags.is_empty() {
        let text = "The TagSet does not exist";
        return Err(S3Error::no_such_configuration("NoSuchTagSet", text, &bucket.name).into());
    }
    Ok(GetBucketTaggingOutput { tag_set: from_tags(&bucket.tags) })
}
