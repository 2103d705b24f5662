//! UpdateIntegration.

use api_apigateway::types::{UpdateIntegrationInput, UpdateIntegrationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::{check, find};
use crate::{document, patch};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateIntegrationInput,
) -> Result<UpdateIntegrationOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Patch,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/integration",
            input.rest_api_id, input.resource_id, input.http_method
        ),
    )
    .await?;
    let input = &input;
    let integration = apis
        .change_rest(cx, &input.rest_api_id, |api| {
            let integration = find::integration_mut(api, &input.resource_id, &input.http_method)?;
            *integration =
                patch::apply(integration, input.patch_operations.clone(), &["integrationResponses"])?;
            check::integration(integration)?;
            Ok(integration.clone())
        })
        .await?;
    document::show(&integration)
}
