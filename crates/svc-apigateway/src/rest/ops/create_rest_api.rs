//! CreateRestApi.

use api_apigateway::types::{CreateRestApiInput, CreateRestApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;
use crate::error::conflict;
use crate::model::rest::{RestApi, RestApiSettings, RestDefinition};
use crate::rest::{check, describe, tree};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateRestApiInput,
) -> Result<CreateRestApiOutput, ApiError> {
    apis.authorize(cx, Verb::Post, "/restapis").await?;
    let id = apis.new_id(10);
    run_with_id(apis, cx, input, &id).await
}

/// The id must be free.
pub async fn run_with_id(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateRestApiInput,
    id: &str,
) -> Result<CreateRestApiOutput, ApiError> {
    let settings: RestApiSettings = document::settings(&input, &[])?;
    check::settings(&settings)?;
    let mut definition = RestDefinition::default();
    tree::ensure_root(&mut definition, &mut || apis.new_id(10));
    let api = RestApi {
        account: cx.account().to_owned(),
        region: cx.region().to_owned(),
        created: cx.time(),
        settings,
        definition,
    };
    match apis.insert_rest(cx, id, &api).await? {
        true => describe::api(id, &api, Vec::new()),
        false => Err(conflict("An API with this id exists already")),
    }
}
