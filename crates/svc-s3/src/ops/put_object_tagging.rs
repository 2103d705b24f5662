//! PutObjectTagging: replaces an object's tags.

use api_s3::{PutObjectTaggingInput, PutObjectTaggingOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access::Wanted;
use crate::answer::{self, to_tags};
use crate::delivery::Cause;
use crate::notification::EventName;
use crate::tags;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutObjectTaggingInput,
) -> Result<PutObjectTaggingOutput, ApiError> {
    let wanted = Wanted {
        action: "s3:PutObjectTagging",
        version_action: "s3:PutObjectVersionTagging",
        method: "PUT",
        ..Wanted::get(
            &input.bucket,
            &input.key,
            input.version_id.as_deref(),
            input.expected_bucket_owner.as_deref(),
        )
    };
    let (seen, _) = s3.see_object(cx, wanted).await?;
    let tags = to_tags(input.tagging.tag_set);
    tags::check_object_tags(&tags)?;
    let (id, cause) = (input.version_id.as_deref(), Cause::of(cx));
    let put = |facts: &mut crate::model::ObjectFacts| facts.description.tags.clone_from(&tags);
    let version =
        s3.change_object_row(&seen.bucket, &input.key, id, EventName::TaggingPut, &cause, put).await?;
    Ok(PutObjectTaggingOutput { version_id: answer::version_id(&seen.bucket, &version) })
}
