//! ImportApi.

use api_apigatewayv2::types::{ImportApiInput, ImportApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{bad_request, conflict};
use crate::http::describe;
use crate::model::http::{HttpApi, HttpApiSettings};
use crate::openapi::{self, http::Imported};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: ImportApiInput,
) -> Result<ImportApiOutput, ApiError> {
    apis.authorize(cx, Verb::Put, "/apis").await?;
    let id = apis.new_id(10);
    run_with_id(apis, cx, input, &id).await
}

/// The id must be free.
pub async fn run_with_id(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: ImportApiInput,
    id: &str,
) -> Result<ImportApiOutput, ApiError> {
    let (base, fail) = (input.basepath.as_deref(), input.fail_on_warnings);
    let imported = read(apis, &input.body, base, fail, HttpApiSettings::default())?;
    let api = HttpApi {
        account: cx.account().to_owned(),
        region: cx.region().to_owned(),
        created: cx.time(),
        settings: imported.settings,
        definition: imported.definition,
    };
    match apis.insert_http(cx, id, &api).await? {
        true => describe::api(id, &api, &imported.warnings),
        false => Err(conflict("An API with this id exists already")),
    }
}

/// Reads a document; shared with ReimportApi.
pub fn read(
    apis: &ApiGateway,
    body: &str,
    basepath: Option<&str>,
    fail_on_warnings: Option<bool>,
    settings: HttpApiSettings,
) -> Result<Imported, ApiError> {
    if let Some(other) = basepath.filter(|basepath| *basepath != "ignore") {
        return Err(ApiError::not_implemented(format!("the import parameter basepath={other}")));
    }
    let imported = openapi::http::import(&openapi::parse(body.as_bytes())?, settings, || apis.new_id(7))?;
    if fail_on_warnings.unwrap_or(false) && !imported.warnings.is_empty() {
        return Err(bad_request(format!("Warnings found during import: {}", imported.warnings.join("; "))));
    }
    Ok(imported)
}
