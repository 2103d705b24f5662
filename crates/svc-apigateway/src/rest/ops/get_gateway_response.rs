//! GetGatewayResponse.

use api_apigateway::types::{GetGatewayResponseInput, GetGatewayResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetGatewayResponseInput,
) -> Result<GetGatewayResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Get,
        &format!("/restapis/{}/gatewayresponses/{}", input.rest_api_id, input.response_type),
    )
    .await?;
    let api = apis.rest_api(cx, &input.rest_api_id).await?;
    let kind = input.response_type;
    match api.definition.gateway_responses.get(kind.as_str()) {
        Some(response) => document::show(response),
        None => Ok(GetGatewayResponseOutput {
            response_type: Some(kind),
            default_response: Some(true),
            ..GetGatewayResponseOutput::default()
        }),
    }
}
