//! TagResource: functions and event source mappings.

use api_lambda::types::{TagResourceInput, TagResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::{Lambda, error};

/// Tags of a resource (Lambda quotas).
const MAX_TAGS: usize = 50;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: TagResourceInput,
) -> Result<TagResourceOutput, ApiError> {
    lambda
        .change_tags(cx, "lambda:TagResource", &input.resource, |tags| {
            tags.extend(input.tags.clone());
            if tags.len() > MAX_TAGS {
                return Err(error::invalid_parameter(format!(
                    "A resource can have at most {MAX_TAGS} tags."
                )));
            }
            Ok(())
        })
        .await?;
    Ok(TagResourceOutput::default())
}
