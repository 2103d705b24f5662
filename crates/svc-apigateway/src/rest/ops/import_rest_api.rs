//! ImportRestApi.

use api_apigateway::types::{ImportRestApiInput, ImportRestApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::model::rest::{RestApi, RestApiSettings, RestDefinition};
use crate::openapi;
use crate::rest::describe;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: ImportRestApiInput,
) -> Result<ImportRestApiOutput, ApiError> {
    apis.authorize(cx, Verb::Post, "/restapis").await?;
    let body = openapi::parse(&input.body)?;
    let new_id = || apis.new_id(6);
    let mut imported =
        openapi::rest::import(&body, RestDefinition::default(), RestApiSettings::default(), new_id)?;
    super::put_rest_api::check_warnings(&imported, input.fail_on_warnings)?;
    super::put_rest_api::apply_parameters(input.parameters.as_ref(), &mut imported.settings)?;
    let api = RestApi {
        account: cx.account().to_owned(),
        region: cx.region().to_owned(),
        created: cx.time(),
        settings: imported.settings,
        definition: imported.definition,
    };
    let id = apis.new_id(10);
    match apis.insert_rest(cx, &id, &api).await? {
        true => describe::api(&id, &api, imported.warnings),
        false => Err(ApiError::internal()),
    }
}
