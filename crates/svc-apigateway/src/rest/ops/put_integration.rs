//! PutIntegration.

use api_apigateway::types::{PutIntegrationInput, PutIntegrationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;
use crate::model::rest::Integration;
use crate::rest::{check, find};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: PutIntegrationInput,
) -> Result<PutIntegrationOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Put,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/integration",
            input.rest_api_id, input.resource_id, input.http_method
        ),
    )
    .await?;
    let mut members = document::members(&input);
    for name in ["restApiId", "resourceId", "httpMethod"] {
        members.shift_remove(name);
    }
    if let Some(method) = members.shift_remove("integrationHttpMethod") {
        members.insert("httpMethod".to_owned(), method);
    }
    let integration: Integration = document::read(members.into())?;
    check::integration(&integration)?;
    let (input, integration) = (&input, &integration);
    apis.change_rest(cx, &input.rest_api_id, |api| {
        let method = find::method_mut(api, &input.resource_id, &input.http_method)?;
        method.method_integration = Some(integration.clone());
        Ok(())
    })
    .await?;
    document::show(integration)
}
