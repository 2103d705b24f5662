//! UpdateApi.

use api_apigatewayv2::types::{UpdateApiInput, UpdateApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;
use crate::http::{check, describe};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateApiInput,
) -> Result<UpdateApiOutput, ApiError> {
    apis.authorize(cx, Verb::Patch, &format!("/apis/{}", input.api_id)).await?;
    let input = &input;
    let api = apis
        .change_http(cx, &input.api_id, |api| {
            api.settings = document::updated(&api.settings, input, &["apiId"])?;
            check::settings(&api.settings)?;
            Ok(api.clone())
        })
        .await?;
    describe::api(&input.api_id, &api, &[])
}
