//! DeleteIntegration.

use api_apigateway::types::{DeleteIntegrationInput, DeleteIntegrationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::find;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteIntegrationInput,
) -> Result<DeleteIntegrationOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Delete,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/integration",
            input.rest_api_id, input.resource_id, input.http_method
        ),
    )
    .await?;
    let input = &input;
    apis.change_rest(cx, &input.rest_api_id, |api| {
        find::integration(api, &input.resource_id, &input.http_method)?;
        find::method_mut(api, &input.resource_id, &input.http_method)?.method_integration = None;
        Ok(())
    })
    .await?;
    Ok(DeleteIntegrationOutput::default())
}
