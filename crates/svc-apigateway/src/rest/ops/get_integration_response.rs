//! GetIntegrationResponse.

use api_apigateway::types::{GetIntegrationResponseInput, GetIntegrationResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::find;
use crate::{document, error};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetIntegrationResponseInput,
) -> Result<GetIntegrationResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Get,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/integration/responses/{}",
            input.rest_api_id, input.resource_id, input.http_method, input.status_code
        ),
    )
    .await?;
    let api = apis.rest_api(cx, &input.rest_api_id).await?;
    let integration = find::integration(&api, &input.resource_id, &input.http_method)?;
    let response = integration.integration_responses.get(&input.status_code);
    document::show(response.ok_or_else(|| error::no_such("Response status code"))?)
}
