//! CreateIntegration.

use api_apigatewayv2::types::{CreateIntegrationInput, CreateIntegrationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;
use crate::http::{check, describe};
use crate::model::http::HttpIntegration;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateIntegrationInput,
) -> Result<CreateIntegrationOutput, ApiError> {
    apis.authorize(cx, Verb::Post, &format!("/apis/{}/integrations", input.api_id)).await?;
    let id = apis.new_id(7);
    run_with_id(apis, cx, input, &id).await
}

/// A repeated request under the same id changes nothing more.
pub async fn run_with_id(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateIntegrationInput,
    id: &str,
) -> Result<CreateIntegrationOutput, ApiError> {
    let mut integration: HttpIntegration = document::settings(&input, &["apiId"])?;
    integration.payload_format_version.get_or_insert_with(|| "1.0".to_owned());
    let made = apis
        .change_http(cx, &input.api_id, |api| {
            let integration = integration.clone();
            check::integration(&integration)?;
            if api.definition.integrations.len() >= check::MAX_ROUTES {
                return Err(ApiError::new(
                    "LimitExceededException",
                    429,
                    "Maximum number of integrations for this API has been reached",
                ));
            }
            api.definition.integrations.insert(id.to_owned(), integration.clone());
            Ok(integration)
        })
        .await?;
    describe::identified("integrationId", id, &made)
}
