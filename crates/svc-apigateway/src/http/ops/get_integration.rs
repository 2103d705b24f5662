//! GetIntegration.

use api_apigatewayv2::types::{GetIntegrationInput, GetIntegrationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error;
use crate::http::describe;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetIntegrationInput,
) -> Result<GetIntegrationOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/apis/{}/integrations/{}", input.api_id, input.integration_id))
        .await?;
    let api = apis.http_api(cx, &input.api_id).await?;
    let found = api.definition.integrations.get(&input.integration_id);
    let found = found.ok_or_else(|| error::no_integration(&input.api_id, &input.integration_id))?;
    describe::identified("integrationId", &input.integration_id, found)
}
