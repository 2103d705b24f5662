//! RemoveTagsFromResource, for parameters.

use api_ssm::types::{RemoveTagsFromResourceInput, RemoveTagsFromResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::{Ssm, tags};

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: RemoveTagsFromResourceInput,
) -> Result<RemoveTagsFromResourceOutput, ApiError> {
    let reference =
        tags::reference(cx, "RemoveTagsFromResource", input.resource_type, &input.resource_id).await?;
    let gone = &input.tag_keys;
    tags::change(ssm, &reference, &|tags| tags.retain(|key, _| !gone.contains(key))).await?;
    Ok(RemoveTagsFromResourceOutput {})
}
