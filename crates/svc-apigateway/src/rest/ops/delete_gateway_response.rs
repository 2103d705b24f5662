//! DeleteGatewayResponse.

use api_apigateway::types::{DeleteGatewayResponseInput, DeleteGatewayResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteGatewayResponseInput,
) -> Result<DeleteGatewayResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Delete,
        &format!("/restapis/{}/gatewayresponses/{}", input.rest_api_id, input.response_type),
    )
    .await?;
    let kind = input.response_type;
    apis.change_rest(cx, &input.rest_api_id, |api| {
        let removed = api.definition.gateway_responses.shift_remove(kind.as_str());
        removed.map(drop).ok_or_else(|| error::not_found("Gateway response type not defined on api"))
    })
    .await?;
    Ok(DeleteGatewayResponseOutput::default())
}
