//! GetMethod.

use api_apigateway::types::{GetMethodInput, GetMethodOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::{describe, find};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetMethodInput,
) -> Result<GetMethodOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Get,
        &format!(
            "/restapis/{}/resources/{}/methods/{}",
            input.rest_api_id, input.resource_id, input.http_method
        ),
    )
    .await?;
    let api = apis.rest_api(cx, &input.rest_api_id).await?;
    describe::method(find::method(&api, &input.resource_id, &input.http_method)?)
}
