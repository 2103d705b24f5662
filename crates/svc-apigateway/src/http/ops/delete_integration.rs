//! DeleteIntegration.

use api_apigatewayv2::types::{DeleteIntegrationInput, DeleteIntegrationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteIntegrationInput,
) -> Result<DeleteIntegrationOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Delete,
        &format!("/apis/{}/integrations/{}", input.api_id, input.integration_id),
    )
    .await?;
    apis.change_http(cx, &input.api_id, |api| {
        let target = format!("integrations/{}", input.integration_id);
        if api.definition.routes.values().any(|route| route.target.as_ref() == Some(&target)) {
            return Err(error::conflict("Cannot delete Integration: it is referenced by a Route"));
        }
        let removed = api.definition.integrations.shift_remove(&input.integration_id);
        removed.map(drop).ok_or_else(|| error::no_integration(&input.api_id, &input.integration_id))
    })
    .await?;
    Ok(DeleteIntegrationOutput::default())
}
