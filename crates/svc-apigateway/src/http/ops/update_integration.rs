//! UpdateIntegration.

use api_apigatewayv2::types::{UpdateIntegrationInput, UpdateIntegrationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::http::{check, describe};
use crate::model::http::HttpIntegration;
use crate::{document, error};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateIntegrationInput,
) -> Result<UpdateIntegrationOutput, ApiError> {
    apis.authorize(cx, Verb::Patch, &format!("/apis/{}/integrations/{}", input.api_id, input.integration_id))
        .await?;
    let input = &input;
    let made = apis
        .change_http(cx, &input.api_id, |api| {
            let id = &input.integration_id;
            let found = api.definition.integrations.get(id);
            let found = found.ok_or_else(|| error::no_integration(&input.api_id, id))?;
            let integration: HttpIntegration = document::updated(found, input, &["apiId", "integrationId"])?;
            check::integration(&integration)?;
            api.definition.integrations.insert(id.clone(), integration.clone());
            Ok(integration)
        })
        .await?;
    describe::identified("integrationId", &input.integration_id, &made)
}
