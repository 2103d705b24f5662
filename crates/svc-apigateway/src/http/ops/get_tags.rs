//! GetTags.

use api_apigatewayv2::types::{GetTagsInput, GetTagsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetTagsInput,
) -> Result<GetTagsOutput, ApiError> {
    let tags = apis.change_tags(cx, Verb::Get, &input.resource_arn, |_| ()).await?;
    Ok(GetTagsOutput { tags: Some(tags) })
}
