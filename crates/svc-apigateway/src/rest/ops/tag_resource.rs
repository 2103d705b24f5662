//! TagResource.

use api_apigateway::types::{TagResourceInput, TagResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: TagResourceInput,
) -> Result<TagResourceOutput, ApiError> {
    let tags =
        apis.change_tags(cx, Verb::Put, &input.resource_arn, |tags| tags.extend(input.tags.clone())).await?;
    drop(tags);
    Ok(TagResourceOutput::default())
}
