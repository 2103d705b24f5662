//! PutIntegrationResponse.

use api_apigateway::types::{PutIntegrationResponseInput, PutIntegrationResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;
use crate::model::rest::IntegrationResponse;
use crate::rest::{check, find};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: PutIntegrationResponseInput,
) -> Result<PutIntegrationResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Put,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/integration/responses/{}",
            input.rest_api_id, input.resource_id, input.http_method, input.status_code
        ),
    )
    .await?;
    let response: IntegrationResponse =
        document::settings(&input, &["restApiId", "resourceId", "httpMethod"])?;
    check::integration_response(&response)?;
    let (input, response) = (&input, &response);
    apis.change_rest(cx, &input.rest_api_id, |api| {
        let integration = find::integration_mut(api, &input.resource_id, &input.http_method)?;
        integration.integration_responses.insert(input.status_code.clone(), response.clone());
        Ok(())
    })
    .await?;
    document::show(response)
}
