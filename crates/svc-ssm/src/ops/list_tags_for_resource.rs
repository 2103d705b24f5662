//! ListTagsForResource, for parameters.

use api_ssm::types::{ListTagsForResourceInput, ListTagsForResourceOutput, Tag};
use port::RequestContext;
use wire_codec::ApiError;

use crate::error::storage;
use crate::{Ssm, tags};

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, ApiError> {
    let reference =
        tags::reference(cx, "ListTagsForResource", input.resource_type, &input.resource_id).await?;
    let snapshot = ssm.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let found = reference.find(&snapshot).await.map_err(tags::no_resource)?;
    let tags = found.parameter.tags.into_iter().map(|(key, value)| Tag { key, value });
    Ok(ListTagsForResourceOutput { tag_list: Some(tags.collect()) })
}
