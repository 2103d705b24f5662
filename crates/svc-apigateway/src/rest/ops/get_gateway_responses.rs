//! GetGatewayResponses.

use api_apigateway::types::{GatewayResponse, GetGatewayResponsesInput, GetGatewayResponsesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetGatewayResponsesInput,
) -> Result<GetGatewayResponsesOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/restapis/{}/gatewayresponses", input.rest_api_id)).await?;
    let api = apis.rest_api(cx, &input.rest_api_id).await?;
    if input.position.is_some() || input.limit.is_some() {
        return Err(ApiError::not_implemented("pages of gateway responses"));
    }
    let items = api.definition.gateway_responses.values().map(document::show::<GatewayResponse>);
    Ok(GetGatewayResponsesOutput { items: Some(items.collect::<Result<_, _>>()?), position: None })
}
