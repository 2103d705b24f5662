//! DeleteObjectTagging: takes an object's tags away.

use api_s3::{DeleteObjectTaggingInput, DeleteObjectTaggingOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access::Wanted;
use crate::answer;
use crate::delivery::Cause;
use crate::notification::EventName;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteObjectTaggingInput,
) -> Result<DeleteObjectTaggingOutput, ApiError> {
    let wanted = Wanted {
        action: "s3:DeleteObjectTagging",
        version_action: "s3:DeleteObjectVersionTagging",
        method: "DELETE",
        ..Wanted::get(
            &input.bucket,
            &input.key,
            input.version_id.as_deref(),
            input.expected_bucket_owner.as_deref(),
        )
    };
    let (seen, _) = s3.see_object(cx, wanted).await?;
    let (id, cause) = (input.version_id.as_deref(), Cause::of(cx));
    let clear = |facts: &mut crate::model::ObjectFacts| facts.description.tags.clear();
    let version =
        s3.change_object_row(&seen.bucket, &input.key, id, EventName::TaggingDelete, &cause, clear).await?;
    Ok(DeleteObjectTaggingOutput { version_id: answer::version_id(&seen.bucket, &version) })
}
