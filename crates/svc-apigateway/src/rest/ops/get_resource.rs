//! GetResource.

use api_apigateway::types::{GetResourceInput, GetResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error;
use crate::rest::describe;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetResourceInput,
) -> Result<GetResourceOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Get,
        &format!("/restapis/{}/resources/{}", input.rest_api_id, input.resource_id),
    )
    .await?;
    let api = apis.rest_api(cx, &input.rest_api_id).await?;
    let found = api.definition.resources.get(&input.resource_id).ok_or_else(|| error::no_such("Resource"))?;
    let with_methods = input.embed.is_some_and(|embed| embed.iter().any(|name| name == "methods"));
    describe::resource(&input.resource_id, found, with_methods)
}
