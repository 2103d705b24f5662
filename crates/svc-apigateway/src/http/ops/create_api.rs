//! CreateApi.

use api_apigatewayv2::types::{CreateApiInput, CreateApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;
use crate::error::conflict;
use crate::http::{check, describe};
use crate::model::http::{
    HttpApi, HttpApiSettings, HttpDefinition, HttpIntegration, HttpStageSettings, Route,
};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateApiInput,
) -> Result<CreateApiOutput, ApiError> {
    apis.authorize(cx, Verb::Post, "/apis").await?;
    let id = apis.new_id(10);
    run_with_id(apis, cx, input, &id).await
}

/// The id must be free. With a target ("quick create"): one integration, one route, and a `$default` stage that deploys
/// by itself.
pub async fn run_with_id(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateApiInput,
    id: &str,
) -> Result<CreateApiOutput, ApiError> {
    let settings: HttpApiSettings = document::settings(&input, &["target", "routeKey"])?;
    check::settings(&settings)?;
    let mut definition = HttpDefinition::default();
    if let Some(target) = &input.target {
        quick_route(&mut definition, apis, target, input.route_key.as_deref())?;
    } else if input.route_key.is_some() {
        return Err(ApiError::not_implemented("the parameter routeKey without a target"));
    }
    let api = HttpApi {
        account: cx.account().to_owned(),
        region: cx.region().to_owned(),
        created: cx.time(),
        settings,
        definition,
    };
    if !apis.insert_http(cx, id, &api).await? {
        return Err(conflict("An API with this id exists already"));
    }
    if input.target.is_some() {
        let stage_name = "$default".to_owned();
        let settings = HttpStageSettings { stage_name, auto_deploy: true, ..HttpStageSettings::default() };
        super::create_stage::insert(apis, cx, id, settings).await?;
    }
    describe::api(id, &api, &[])
}

fn quick_route(
    definition: &mut HttpDefinition,
    apis: &ApiGateway,
    target: &str,
    route_key: Option<&str>,
) -> Result<(), ApiError> {
    let integration = HttpIntegration {
        integration_type: if target.starts_with("arn:") { "AWS_PROXY" } else { "HTTP_PROXY" }.to_owned(),
        integration_uri: Some(target.to_owned()),
        payload_format_version: Some("2.0".to_owned()),
        ..HttpIntegration::default()
    };
    check::integration(&integration)?;
    let id = apis.new_id(7);
    let route = Route {
        route_key: route_key.unwrap_or("$default").to_owned(),
        target: Some(format!("integrations/{id}")),
        authorization_type: Some("NONE".to_owned()),
        ..Route::default()
    };
    definition.integrations.insert(id, integration);
    check::route(&route, definition, None)?;
    definition.routes.insert(apis.new_id(7), route);
    Ok(())
}
