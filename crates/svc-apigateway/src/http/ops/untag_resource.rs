//! UntagResource.

use api_apigatewayv2::types::{UntagResourceInput, UntagResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UntagResourceInput,
) -> Result<UntagResourceOutput, ApiError> {
    let tags = apis
        .change_tags(cx, Verb::Delete, &input.resource_arn, |tags| {
            tags.retain(|key, _| !input.tag_keys.contains(key))
        })
        .await?;
    drop(tags);
    Ok(UntagResourceOutput::default())
}
