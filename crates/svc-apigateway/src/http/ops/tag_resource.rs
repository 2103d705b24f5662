//! TagResource.

use api_apigatewayv2::types::{TagResourceInput, TagResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: TagResourceInput,
) -> Result<TagResourceOutput, ApiError> {
    let tags = apis
        .change_tags(cx, Verb::Post, &input.resource_arn, |tags| {
            tags.extend(input.tags.clone().unwrap_or_default())
        })
        .await?;
    drop(tags);
    Ok(TagResourceOutput::default())
}
