//! UpdateGatewayResponse.

use api_apigateway::types::{UpdateGatewayResponseInput, UpdateGatewayResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::check;
use crate::{document, patch};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateGatewayResponseInput,
) -> Result<UpdateGatewayResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Patch,
        &format!("/restapis/{}/gatewayresponses/{}", input.rest_api_id, input.response_type),
    )
    .await?;
    let input = &input;
    let response = apis
        .change_rest(cx, &input.rest_api_id, |api| {
            let kind = input.response_type.as_str();
            let responses = &mut api.definition.gateway_responses;
            let response = responses.entry(kind.to_owned()).or_default();
            kind.clone_into(&mut response.response_type);
            *response = patch::apply(response, input.patch_operations.clone(), &["responseType"])?;
            check::gateway_response(response)?;
            Ok(response.clone())
        })
        .await?;
    document::show(&response)
}
