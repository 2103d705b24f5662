//! ReimportApi.

use api_apigatewayv2::types::{ReimportApiInput, ReimportApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::http::describe;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: ReimportApiInput,
) -> Result<ReimportApiOutput, ApiError> {
    apis.authorize(cx, Verb::Put, &format!("/apis/{}", input.api_id)).await?;
    let input = &input;
    let (base, fail) = (input.basepath.as_deref(), input.fail_on_warnings);
    let (api, warnings) = apis
        .change_http(cx, &input.api_id, |api| {
            let imported = super::import_api::read(apis, &input.body, base, fail, api.settings.clone())?;
            api.settings = imported.settings;
            api.definition = imported.definition;
            Ok((api.clone(), imported.warnings))
        })
        .await?;
    describe::api(&input.api_id, &api, &warnings)
}
