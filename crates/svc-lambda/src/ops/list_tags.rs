//! ListTags.

use api_lambda::types::{ListTagsInput, ListTagsOutput};
use port::{Access, RequestContext};
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{self, storage};
use crate::tables::MAPPINGS;
use crate::tags::Tagged;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: ListTagsInput,
) -> Result<ListTagsOutput, ApiError> {
    let tagged = Tagged::parse(cx, &input.resource)?;
    cx.authorize(Access::new("lambda:ListTags", &input.resource)).await?;
    let snapshot = lambda.snapshot().await?;
    let tags = match &tagged {
        Tagged::Function(target) => lambda.function(&snapshot, target).await?.tags.clone(),
        Tagged::Mapping(key) => MAPPINGS
            .get(&snapshot, key)
            .await
            .map_err(|e| storage(&e))?
            .map(|mapping| mapping.tags)
            .ok_or_else(|| error::not_found("The resource you requested does not exist."))?,
    };
    Ok(ListTagsOutput { tags: Some(tags) })
}
