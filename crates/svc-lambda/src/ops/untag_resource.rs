//! UntagResource.

use api_lambda::types::{UntagResourceInput, UntagResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Lambda;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: UntagResourceInput,
) -> Result<UntagResourceOutput, ApiError> {
    lambda
        .change_tags(cx, "lambda:UntagResource", &input.resource, |tags| {
            tags.retain(|key, _| !input.tag_keys.contains(key));
            Ok(())
        })
        .await?;
    Ok(UntagResourceOutput::default())
}
