//! AddTagsToResource, for parameters.

use api_ssm::types::{AddTagsToResourceInput, AddTagsToResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::{Ssm, tags};

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: AddTagsToResourceInput,
) -> Result<AddTagsToResourceOutput, ApiError> {
    let reference = tags::reference(cx, "AddTagsToResource", input.resource_type, &input.resource_id).await?;
    let added = tags::parse(input.tags)?;
    tags::change(ssm, &reference, &|tags| tags.extend(added.clone())).await?;
    Ok(AddTagsToResourceOutput {})
}
