//! UpdateIntegrationResponse.

use api_apigateway::types::{UpdateIntegrationResponseInput, UpdateIntegrationResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::{check, find};
use crate::{document, error, patch};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateIntegrationResponseInput,
) -> Result<UpdateIntegrationResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Patch,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/integration/responses/{}",
            input.rest_api_id, input.resource_id, input.http_method, input.status_code
        ),
    )
    .await?;
    let input = &input;
    let response = apis
        .change_rest(cx, &input.rest_api_id, |api| {
            let integration = find::integration_mut(api, &input.resource_id, &input.http_method)?;
            let response = integration.integration_responses.get_mut(&input.status_code);
            let response = response.ok_or_else(|| error::no_such("Response status code"))?;
            *response = patch::apply(response, input.patch_operations.clone(), &["statusCode"])?;
            check::integration_response(response)?;
            Ok(response.clone())
        })
        .await?;
    document::show(&response)
}
