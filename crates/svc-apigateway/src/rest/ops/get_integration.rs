//! GetIntegration.

use api_apigateway::types::{GetIntegrationInput, GetIntegrationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;
use crate::rest::find;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetIntegrationInput,
) -> Result<GetIntegrationOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Get,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/integration",
            input.rest_api_id, input.resource_id, input.http_method
        ),
    )
    .await?;
    let api = apis.rest_api(cx, &input.rest_api_id).await?;
    document::show(find::integration(&api, &input.resource_id, &input.http_method)?)
}
