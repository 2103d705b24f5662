//! PutGatewayResponse.

use api_apigateway::types::{PutGatewayResponseInput, PutGatewayResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;
use crate::model::rest::GatewayResponse;
use crate::rest::check;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: PutGatewayResponseInput,
) -> Result<PutGatewayResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Put,
        &format!("/restapis/{}/gatewayresponses/{}", input.rest_api_id, input.response_type),
    )
    .await?;
    let response: GatewayResponse = document::settings(&input, &["restApiId"])?;
    check::gateway_response(&response)?;
    let response = &response;
    apis.change_rest(cx, &input.rest_api_id, |api| {
        api.definition.gateway_responses.insert(response.response_type.clone(), response.clone());
        Ok(())
    })
    .await?;
    document::show(response)
}
