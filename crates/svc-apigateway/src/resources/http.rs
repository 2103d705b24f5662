//! The types of HTTP APIs.

use api_apigatewayv2::types as t;
use port::{RequestContext, ResourceFailure, ResourceRequest};
use serde_json::{Map, Value, json};
use wire_codec::ApiError;

use super::types::{HTTP_API, HTTP_DEPLOYMENT, HTTP_STAGE, INTEGRATION, ROUTE};
use super::{Outcome, id_of, input, is_true, physical, provisioned, tags, text, without_dropped};
use crate::ApiGateway;
use crate::access::Verb;
use crate::http::{check, ops};

type Properties = Map<String, Value>;

pub async fn create(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let api_id = text(&request.properties, "ApiId");
    match request.resource_type.as_str() {
        HTTP_API => create_api(apis, cx, request).await,
        ROUTE => {
            let id = id_of(&request, 7);
            apis.authorize(cx, Verb::Post, &format!("/apis/{api_id}/routes")).await?;
            ops::create_route::run_with_id(apis, cx, input(&request.properties)?, &id).await?;
            Ok(provisioned(id.clone(), &[("RouteId", json!(id))]))
        }
        INTEGRATION => {
            let id = id_of(&request, 7);
            apis.authorize(cx, Verb::Post, &format!("/apis/{api_id}/integrations")).await?;
            ops::create_integration::run_with_id(apis, cx, input(&request.properties)?, &id).await?;
            Ok(provisioned(id.clone(), &[("IntegrationId", json!(id))]))
        }
        HTTP_STAGE => create_stage(apis, cx, request).await,
        HTTP_DEPLOYMENT => {
            let id = id_of(&request, 6);
            apis.authorize(cx, Verb::Post, &format!("/apis/{api_id}/deployments")).await?;
            ops::create_deployment::run_with_id(apis, cx, input(&request.properties)?, &id).await?;
            Ok(provisioned(id.clone(), &[("DeploymentId", json!(id))]))
        }
        other => Err(ResourceFailure::new(format!("{other} is not provided"))),
    }
}

pub async fn update(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let id = physical(&request);
    match request.resource_type.as_str() {
        HTTP_API => {
            drop_settings(apis, cx, &request, &id).await?;
            configure_api(apis, cx, &request, &id).await
        }
        ROUTE => {
            let mut update: t::UpdateRouteInput = input(&request.properties)?;
            update.route_id.clone_from(&id);
            ops::update_route::run(apis, cx, update).await?;
            Ok(provisioned(id.clone(), &[("RouteId", json!(id))]))
        }
        INTEGRATION => {
            let mut update: t::UpdateIntegrationInput = input(&request.properties)?;
            update.integration_id.clone_from(&id);
            ops::update_integration::run(apis, cx, update).await?;
            Ok(provisioned(id.clone(), &[("IntegrationId", json!(id))]))
        }
        HTTP_STAGE => update_stage(apis, cx, &request).await,
        HTTP_DEPLOYMENT => {
            let (api_id, description) =
                (text(&request.properties, "ApiId"), text(&request.properties, "Description"));
            let update = t::UpdateDeploymentInput {
                api_id,
                deployment_id: id.clone(),
                description: Some(description),
            };
            ops::update_deployment::run(apis, cx, update).await?;
            Ok(provisioned(id.clone(), &[("DeploymentId", json!(id))]))
        }
        other => Err(ResourceFailure::new(format!("{other} cannot be changed in place"))),
    }
}

pub async fn delete(
    apis: &ApiGateway,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<(), ApiError> {
    let (id, api_id) = (physical(request), text(&request.properties, "ApiId"));
    match request.resource_type.as_str() {
        HTTP_API => ops::delete_api::run(apis, cx, t::DeleteApiInput { api_id: id }).await.map(drop),
        ROUTE => {
            let delete = t::DeleteRouteInput { api_id, route_id: id };
            ops::delete_route::run(apis, cx, delete).await.map(drop)
        }
        INTEGRATION => {
            let delete = t::DeleteIntegrationInput { api_id, integration_id: id };
            ops::delete_integration::run(apis, cx, delete).await.map(drop)
        }
        HTTP_STAGE => {
            let delete = t::DeleteStageInput { api_id, stage_name: id };
            ops::delete_stage::run(apis, cx, delete).await.map(drop)
        }
        _ => {
            let delete = t::DeleteDeploymentInput { api_id, deployment_id: id };
            ops::delete_deployment::run(apis, cx, delete).await.map(drop)
        }
    }
}

async fn create_api(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let id = id_of(&request, 10);
    let properties = &request.properties;
    apis.authorize(cx, Verb::Post, "/apis").await?;
    let made = match properties.get("Body") {
        Some(body) => {
            if let Some(name) = ["Target", "RouteKey"].into_iter().find(|name| properties.contains_key(*name))
            {
                return Err(ResourceFailure::new(format!("{name} cannot be given beside a Body")));
            }
            let import = t::ImportApiInput {
                basepath: properties.get("BasePath").and_then(Value::as_str).map(str::to_owned),
                body: body.to_string(),
                fail_on_warnings: Some(is_true(properties, "FailOnWarnings")),
            };
            ops::import_api::run_with_id(apis, cx, import, &id).await.map(drop)
        }
        None => {
            let mut properties = properties.clone();
            properties.shift_remove("Tags");
            ops::create_api::run_with_id(apis, cx, input(&properties)?, &id).await.map(drop)
        }
    };
    match made {
        // A repeated try of the same step finds its own API.
        Err(error) if error.status == 409 => return configure_api(apis, cx, &request, &id).await,
        other => other?,
    }
    let made = lay_over(apis, cx, &request, &id).await;
    if made.is_err() {
        ops::delete_api::run(apis, cx, t::DeleteApiInput { api_id: id }).await?;
    }
    made
}

async fn configure_api(
    apis: &ApiGateway,
    cx: &RequestContext,
    request: &ResourceRequest,
    id: &str,
) -> Outcome {
    if let Some(body) = request.properties.get("Body") {
        let reimport = t::ReimportApiInput {
            api_id: id.to_owned(),
            basepath: request.properties.get("BasePath").and_then(Value::as_str).map(str::to_owned),
            body: body.to_string(),
            fail_on_warnings: Some(is_true(&request.properties, "FailOnWarnings")),
        };
        ops::reimport_api::run(apis, cx, reimport).await?;
    }
    lay_over(apis, cx, request, id).await
}

/// What the template says no more goes back to its default, before the definition may set it.
async fn drop_settings(
    apis: &ApiGateway,
    cx: &RequestContext,
    request: &ResourceRequest,
    id: &str,
) -> Result<(), ApiError> {
    const NAMES: [(&str, &str); 6] = [
        ("Description", "description"),
        ("Version", "version"),
        ("CorsConfiguration", "corsConfiguration"),
        ("DisableExecuteApiEndpoint", "disableExecuteApiEndpoint"),
        ("RouteSelectionExpression", "routeSelectionExpression"),
        ("IpAddressType", "ipAddressType"),
    ];
    apis.authorize(cx, Verb::Patch, &format!("/apis/{id}")).await?;
    let change = |api: &mut crate::model::http::HttpApi| {
        api.settings = without_dropped(&api.settings, request, &NAMES)?;
        api.settings.tags.clear();
        Ok(())
    };
    apis.change_http(cx, id, change).await
}

/// What the template says beside the definition.
async fn lay_over(apis: &ApiGateway, cx: &RequestContext, request: &ResourceRequest, id: &str) -> Outcome {
    let mut properties: Properties = request.properties.clone();
    for name in ["Body", "BasePath", "FailOnWarnings", "Tags", "ProtocolType", "RouteKey", "Target"] {
        properties.shift_remove(name);
    }
    let over: t::UpdateApiInput = input(&properties)?;
    apis.authorize(cx, Verb::Patch, &format!("/apis/{id}")).await?;
    let (over, tags) = (&over, &tags(request)?);
    let drops_cors = !request.properties.contains_key("Body") && over.cors_configuration.is_none();
    let api = apis
        .change_http(cx, id, |api| {
            api.settings = crate::document::updated(&api.settings, over, &["apiId"])?;
            if drops_cors {
                api.settings.cors_configuration = None;
            }
            api.settings.tags.extend(tags.clone());
            check::settings(&api.settings)?;
            Ok(api.clone())
        })
        .await?;
    let endpoint = crate::http::endpoint(id, &api);
    Ok(provisioned(id, &[("ApiId", json!(id)), ("ApiEndpoint", json!(endpoint))]))
}

async fn create_stage(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let mut properties = request.properties.clone();
    properties.shift_remove("Tags");
    let mut create: t::CreateStageInput = input(&properties)?;
    create.tags = Some(tags(&request)?);
    let name = create.stage_name.clone();
    match ops::create_stage::run(apis, cx, create).await {
        // A repeated try of the same step, or the stage that a quick create made: it becomes what is asked.
        Err(error) if error.status == 409 => update_stage(apis, cx, &request).await,
        other => other.map(|_| provisioned(name, &[])).map_err(ResourceFailure::from),
    }
}

async fn update_stage(apis: &ApiGateway, cx: &RequestContext, request: &ResourceRequest) -> Outcome {
    let mut properties = request.properties.clone();
    properties.shift_remove("Tags");
    let mut update: t::UpdateStageInput = input(&properties)?;
    update.auto_deploy.get_or_insert(false);
    update.stage_variables.get_or_insert_default();
    update.description.get_or_insert_default();
    let (api_id, name) = (update.api_id.clone(), update.stage_name.clone());
    ops::update_stage::run(apis, cx, update).await?;
    let arn = crate::access::arn(cx, &format!("/apis/{api_id}/stages/{name}"));
    let tags = tags(request)?;
    apis.change_tags(cx, Verb::Post, &arn, |present| present.clone_from(&tags)).await?;
    Ok(provisioned(name, &[]))
}
