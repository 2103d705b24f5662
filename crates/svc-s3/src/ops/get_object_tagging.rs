//! GetObjectTagging: an object's tags.

use api_s3::{GetObjectTaggingInput, GetObjectTaggingOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access::Wanted;
use crate::answer::{self, from_tags};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetObjectTaggingInput,
) -> Result<GetObjectTaggingOutput, ApiError> {
    let wanted = Wanted {
        action: "s3:GetObjectTagging",
        version_action: "s3:GetObjectVersionTagging",
        method: "GET",
        ..Wanted::get(
            &input.bucket,
            &input.key,
            input.version_id.as_deref(),
            input.expected_bucket_owner.as_deref(),
        )
    };
    let (seen, facts) = s3.see_object(cx, wanted).await?;
    Ok(GetObjectTaggingOutput {
        version_id: answer::version_id(&seen.bucket, &seen.version),
        tag_set: from_tags(&facts.description.tags),
    })
}
