//! GetTags. `position` and `limit` are in the API but not supported on AWS either: all tags come at once.

use api_apigateway::types::{GetTagsInput, GetTagsOutput};
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
