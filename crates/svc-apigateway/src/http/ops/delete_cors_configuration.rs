//! DeleteCorsConfiguration.

use api_apigatewayv2::types::{DeleteCorsConfigurationInput, DeleteCorsConfigurationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteCorsConfigurationInput,
) -> Result<DeleteCorsConfigurationOutput, ApiError> {
    apis.authorize(cx, Verb::Delete, &format!("/apis/{}/cors", input.api_id)).await?;
    apis.change_http(cx, &input.api_id, |api| {
        api.settings.cors_configuration = None;
        Ok(())
    })
    .await?;
    Ok(DeleteCorsConfigurationOutput::default())
}
