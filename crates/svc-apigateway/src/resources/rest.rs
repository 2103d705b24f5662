//! The types of REST APIs.

use api_apigateway::types as t;
use port::{RequestContext, ResourceFailure, ResourceRequest};
use serde_json::{Map, Value, json};
use wire_codec::ApiError;

use super::types::{ACCOUNT, DEPLOYMENT, GATEWAY_RESPONSE, METHOD, RESOURCE, REST_API, STAGE};
use super::{Outcome, id_of, input, is_true, physical, provisioned, tags, text, without_dropped};
use crate::ApiGateway;
use crate::error::bad_request;
use crate::rest::{check, ops, tree};

type Properties = Map<String, Value>;

pub async fn create(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    match request.resource_type.as_str() {
        REST_API => create_api(apis, cx, request).await,
        RESOURCE => create_resource(apis, cx, request).await,
        METHOD => put_method(apis, cx, &request).await,
        DEPLOYMENT => create_deployment(apis, cx, request).await,
        STAGE => create_stage(apis, cx, request).await,
        GATEWAY_RESPONSE => put_gateway_response(apis, cx, &request).await,
        ACCOUNT => put_account(apis, cx, &request).await,
        other => Err(ResourceFailure::new(format!("{other} is not provided"))),
    }
}

pub async fn update(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    match request.resource_type.as_str() {
        REST_API => {
            let id = physical(&request);
            drop_settings(apis, cx, &request, &id).await?;
            configure_api(apis, cx, &request, &id).await
        }
        METHOD => put_method(apis, cx, &request).await,
        DEPLOYMENT => update_deployment(apis, cx, request).await,
        STAGE => update_stage(apis, cx, &request).await,
        GATEWAY_RESPONSE => put_gateway_response(apis, cx, &request).await,
        ACCOUNT => put_account(apis, cx, &request).await,
        other => Err(ResourceFailure::new(format!("{other} cannot be changed in place"))),
    }
}

pub async fn delete(
    apis: &ApiGateway,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<(), ApiError> {
    let rest_api_id = text(&request.properties, "RestApiId");
    match request.resource_type.as_str() {
        REST_API => {
            let delete = t::DeleteRestApiInput { rest_api_id: physical(request) };
            ops::delete_rest_api::run(apis, cx, delete).await.map(drop)
        }
        RESOURCE => {
            let delete = t::DeleteResourceInput { rest_api_id, resource_id: physical(request) };
            ops::delete_resource::run(apis, cx, delete).await.map(drop)
        }
        METHOD => {
            let part = |name| text(&request.properties, name);
            let (resource_id, http_method) = (part("ResourceId"), part("HttpMethod"));
            let delete = t::DeleteMethodInput { rest_api_id, resource_id, http_method };
            ops::delete_method::run(apis, cx, delete).await.map(drop)
        }
        DEPLOYMENT => delete_deployment(apis, cx, request, rest_api_id).await,
        STAGE => {
            let delete = t::DeleteStageInput { rest_api_id, stage_name: physical(request) };
            ops::delete_stage::run(apis, cx, delete).await.map(drop)
        }
        GATEWAY_RESPONSE => {
            let kind = text(&request.properties, "ResponseType");
            let response_type =
                t::GatewayResponseType::parse(&kind).ok_or_else(|| bad_request("Invalid response type"))?;
            let delete = t::DeleteGatewayResponseInput { rest_api_id, response_type };
            ops::delete_gateway_response::run(apis, cx, delete).await.map(drop)
        }
        // The account's setting outlives the stack, as on AWS.
        _ => Ok(()),
    }
}

/// The stage that the deployment made itself goes with it.
async fn delete_deployment(
    apis: &ApiGateway,
    cx: &RequestContext,
    request: &ResourceRequest,
    rest_api_id: String,
) -> Result<(), ApiError> {
    let (deployment_id, stage_name) = (physical(request), text(&request.properties, "StageName"));
    if !stage_name.is_empty() {
        let get = t::GetStageInput { rest_api_id: rest_api_id.clone(), stage_name: stage_name.clone() };
        match ops::get_stage::run(apis, cx, get).await {
            Ok(stage) if stage.deployment_id.as_ref() == Some(&deployment_id) => {
                let delete = t::DeleteStageInput { rest_api_id: rest_api_id.clone(), stage_name };
                ops::delete_stage::run(apis, cx, delete).await?;
            }
            Ok(_) => {}
            Err(error) if error.status == 404 => {}
            Err(error) => return Err(error),
        }
    }
    let delete = t::DeleteDeploymentInput { rest_api_id, deployment_id };
    ops::delete_deployment::run(apis, cx, delete).await.map(drop)
}

async fn create_api(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let id = id_of(&request, 10);
    let name = api_name(&request.properties)?;
    let new = t::CreateRestApiInput { name, ..t::CreateRestApiInput::default() };
    match ops::create_rest_api::run_with_id(apis, cx, new, &id).await {
        // A repeated try of the same step finds its own API.
        Err(error) if error.status == 409 => {}
        other => drop(other?),
    }
    let made = configure_api(apis, cx, &request, &id).await;
    if made.is_err() {
        let delete = t::DeleteRestApiInput { rest_api_id: id };
        ops::delete_rest_api::run(apis, cx, delete).await?;
    }
    made
}

/// A template's name, or that of its definition.
fn api_name(properties: &Properties) -> Result<String, ResourceFailure> {
    let titled = || Some(properties.get("Body")?.get("info")?.get("title")?.as_str()?.to_owned());
    let name = Some(text(properties, "Name")).filter(|name| !name.is_empty()).or_else(titled);
    name.ok_or_else(|| ResourceFailure::new("RestApi needs a Name or a Body with a title"))
}

/// Makes the API what its properties say: the definition first, then what the properties lay over it.
async fn configure_api(
    apis: &ApiGateway,
    cx: &RequestContext,
    request: &ResourceRequest,
    id: &str,
) -> Outcome {
    let properties = &request.properties;
    if let Some(body) = properties.get("Body") {
        let mut put = t::PutRestApiInput {
            rest_api_id: id.to_owned(),
            mode: t::PutMode::parse(&text(properties, "Mode")),
            fail_on_warnings: Some(is_true(properties, "FailOnWarnings")),
            body: body.to_string().into(),
            ..t::PutRestApiInput::default()
        };
        let parameters = properties.get("Parameters").and_then(Value::as_object).into_iter().flatten();
        let parameters =
            parameters.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
        put.parameters = Some(parameters.collect());
        ops::put_rest_api::run(apis, cx, put).await?;
    }
    let laid_over = settings_over(properties)?;
    let (laid_over, tags) = (&laid_over, &tags(request)?);
    let root = apis
        .change_rest(cx, id, |api| {
            let mut members = crate::document::stored(&api.settings)?;
            members.extend(laid_over.clone());
            api.settings = crate::document::read(members.into())?;
            api.settings.tags.clone_from(tags);
            check::settings(&api.settings)?;
            Ok(tree::root(&api.definition))
        })
        .await?;
    Ok(provisioned(id, &[("RestApiId", json!(id)), ("RootResourceId", json!(root))]))
}

/// What the template says no more goes back to its default, before the definition may set it.
async fn drop_settings(
    apis: &ApiGateway,
    cx: &RequestContext,
    request: &ResourceRequest,
    id: &str,
) -> Result<(), ApiError> {
    const NAMES: [(&str, &str); 5] = [
        ("Description", "description"),
        ("BinaryMediaTypes", "binaryMediaTypes"),
        ("EndpointConfiguration", "endpointConfiguration"),
        ("DisableExecuteApiEndpoint", "disableExecuteApiEndpoint"),
        ("ApiKeySourceType", "apiKeySource"),
    ];
    apis.authorize(cx, crate::access::Verb::Patch, &format!("/restapis/{id}")).await?;
    let change = |api: &mut crate::model::rest::RestApi| {
        api.settings = without_dropped(&api.settings, request, &NAMES)?;
        Ok(())
    };
    apis.change_rest(cx, id, change).await
}

/// The properties that are settings, in the API's words.
fn settings_over(properties: &Properties) -> Result<Properties, ResourceFailure> {
    const NAMES: [&str; 6] = [
        "Name",
        "Description",
        "BinaryMediaTypes",
        "EndpointConfiguration",
        "DisableExecuteApiEndpoint",
        "ApiKeySourceType",
    ];
    let mut over = Properties::new();
    for name in NAMES {
        if let Some(value) = properties.get(name) {
            let name = if name == "ApiKeySourceType" { "ApiKeySource" } else { name };
            over.insert(name.to_owned(), value.clone());
        }
    }
    let read: t::CreateRestApiInput = input(&over)?;
    let mut members = crate::document::members(&read);
    if read.name.is_empty() {
        members.shift_remove("name");
    }
    Ok(members)
}

async fn create_resource(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let create: t::CreateResourceInput = input(&request.properties)?;
    let rest_api_id = create.rest_api_id.clone();
    let (parent, part) = (create.parent_id.clone(), create.path_part.clone());
    let id = match ops::create_resource::run(apis, cx, create).await {
        Ok(made) => made.id.unwrap_or_default(),
        // A repeated try of the same step finds its own resource.
        Err(error) if error.status == 409 => {
            let api = apis.rest_api(cx, &rest_api_id).await?;
            let own = api.definition.resources.into_iter().find(|(_, resource)| {
                resource.parent_id.as_ref() == Some(&parent) && resource.path_part == part
            });
            own.map(|(id, _)| id).ok_or(error)?
        }
        Err(error) => return Err(error.into()),
    };
    Ok(provisioned(id.clone(), &[("ResourceId", json!(id))]))
}

/// Method, responses and integration as one.
async fn put_method(apis: &ApiGateway, cx: &RequestContext, request: &ResourceRequest) -> Outcome {
    let mut properties = request.properties.clone();
    let integration = properties.shift_remove("Integration");
    let responses = properties.shift_remove("MethodResponses");
    properties.entry("AuthorizationType").or_insert_with(|| json!("NONE"));
    let put: t::PutMethodInput = input(&properties)?;
    let (rest_api_id, resource_id, http_method) =
        (put.rest_api_id.clone(), put.resource_id.clone(), put.http_method.clone());
    let delete = t::DeleteMethodInput {
        rest_api_id: rest_api_id.clone(),
        resource_id: resource_id.clone(),
        http_method: http_method.clone(),
    };
    match ops::delete_method::run(apis, cx, delete).await {
        Err(error) if error.status != 404 => return Err(error.into()),
        _ => {}
    }
    ops::put_method::run(apis, cx, put).await?;
    for response in responses.as_ref().and_then(Value::as_array).into_iter().flatten() {
        let mut put: t::PutMethodResponseInput = input(response.as_object().unwrap_or(&Properties::new()))?;
        put.rest_api_id.clone_from(&rest_api_id);
        put.resource_id.clone_from(&resource_id);
        put.http_method.clone_from(&http_method);
        ops::put_method_response::run(apis, cx, put).await?;
    }
    if let Some(Value::Object(integration)) = integration {
        put_integration(apis, cx, integration, [&rest_api_id, &resource_id, &http_method]).await?;
    }
    Ok(provisioned(format!("{rest_api_id}|{resource_id}|{http_method}"), &[]))
}

async fn put_integration(
    apis: &ApiGateway,
    cx: &RequestContext,
    mut integration: Properties,
    [api, resource, method]: [&String; 3],
) -> Result<(), ResourceFailure> {
    let responses = integration.shift_remove("IntegrationResponses");
    if let Some(method) = integration.shift_remove("IntegrationHttpMethod") {
        integration.insert("integrationHttpMethod".to_owned(), method);
    }
    let mut put: t::PutIntegrationInput = input(&integration)?;
    put.rest_api_id.clone_from(api);
    put.resource_id.clone_from(resource);
    put.http_method.clone_from(method);
    ops::put_integration::run(apis, cx, put).await?;
    for response in responses.as_ref().and_then(Value::as_array).into_iter().flatten() {
        let mut put: t::PutIntegrationResponseInput =
            input(response.as_object().unwrap_or(&Properties::new()))?;
        put.rest_api_id.clone_from(api);
        put.resource_id.clone_from(resource);
        put.http_method.clone_from(method);
        ops::put_integration_response::run(apis, cx, put).await?;
    }
    Ok(())
}

async fn create_deployment(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let mut properties = request.properties.clone();
    let about_stage = properties.shift_remove("StageDescription").unwrap_or_default();
    let mut create: t::CreateDeploymentInput = input(&properties)?;
    for (name, value) in about_stage.as_object().into_iter().flatten() {
        match name.as_str() {
            "Description" => create.stage_description = value.as_str().map(str::to_owned),
            "Variables" => {
                create.variables =
                    input::<t::CreateDeploymentInput>(&Map::from_iter([(name.clone(), value.clone())]))?
                        .variables
            }
            other => return Err(ApiError::not_implemented(format!("StageDescription.{other}")).into()),
        }
    }
    let id = id_of(&request, 6);
    apis.authorize(cx, crate::access::Verb::Post, &format!("/restapis/{}/deployments", create.rest_api_id))
        .await?;
    ops::create_deployment::run_with_id(apis, cx, create, &id).await?;
    Ok(provisioned(id.clone(), &[("DeploymentId", json!(id))]))
}

async fn update_deployment(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let id = physical(&request);
    let operation = t::PatchOperation {
        op: Some(t::Op::Replace),
        path: Some("/description".to_owned()),
        value: Some(text(&request.properties, "Description")),
        from: None,
    };
    let rest_api_id = text(&request.properties, "RestApiId");
    let update = t::UpdateDeploymentInput {
        rest_api_id,
        deployment_id: id.clone(),
        patch_operations: Some(vec![operation]),
    };
    ops::update_deployment::run(apis, cx, update).await?;
    Ok(provisioned(id.clone(), &[("DeploymentId", json!(id))]))
}

fn stage_input(request: &ResourceRequest) -> Result<t::CreateStageInput, ResourceFailure> {
    let mut properties = request.properties.clone();
    properties.shift_remove("Tags");
    let mut create: t::CreateStageInput = input(&properties)?;
    if create.deployment_id.is_empty() {
        return Err(ResourceFailure::new("Stage needs a DeploymentId"));
    }
    create.tags = Some(tags(request)?);
    Ok(create)
}

async fn create_stage(apis: &ApiGateway, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let create = stage_input(&request)?;
    let name = create.stage_name.clone();
    match ops::create_stage::run(apis, cx, create).await {
        Ok(_) => Ok(provisioned(name, &[])),
        // A repeated try of the same step finds its own stage, which has the very deployment.
        Err(error) if error.status == 409 => {
            let get = t::GetStageInput {
                rest_api_id: text(&request.properties, "RestApiId"),
                stage_name: name.clone(),
            };
            let found = ops::get_stage::run(apis, cx, get).await?;
            let is_own = found.deployment_id == Some(text(&request.properties, "DeploymentId"));
            if is_own { Ok(provisioned(name, &[])) } else { Err(error.into()) }
        }
        Err(error) => Err(error.into()),
    }
}

async fn update_stage(apis: &ApiGateway, cx: &RequestContext, request: &ResourceRequest) -> Outcome {
    let wanted = stage_input(request)?;
    let get =
        t::GetStageInput { rest_api_id: wanted.rest_api_id.clone(), stage_name: wanted.stage_name.clone() };
    let present = ops::get_stage::run(apis, cx, get).await?;
    let replace = |path: String, value: String| t::PatchOperation {
        op: Some(t::Op::Replace),
        path: Some(path),
        value: Some(value),
        from: None,
    };
    let mut operations = vec![
        replace("/deploymentId".to_owned(), wanted.deployment_id),
        replace("/description".to_owned(), wanted.description.unwrap_or_default()),
        replace("/cacheClusterEnabled".to_owned(), wanted.cache_cluster_enabled.unwrap_or(false).to_string()),
        replace("/tracingEnabled".to_owned(), wanted.tracing_enabled.unwrap_or(false).to_string()),
    ];
    let variables = wanted.variables.unwrap_or_default();
    for name in present.variables.unwrap_or_default().keys().filter(|name| !variables.contains_key(*name)) {
        let path = Some(format!("/variables/{name}"));
        operations.push(t::PatchOperation { op: Some(t::Op::Remove), path, value: None, from: None });
    }
    operations
        .extend(variables.into_iter().map(|(name, value)| replace(format!("/variables/{name}"), value)));
    let name = wanted.stage_name;
    let update = t::UpdateStageInput {
        rest_api_id: wanted.rest_api_id.clone(),
        stage_name: name.clone(),
        patch_operations: Some(operations),
    };
    ops::update_stage::run(apis, cx, update).await?;
    let arn = crate::access::arn(cx, &format!("/restapis/{}/stages/{name}", wanted.rest_api_id));
    let tags = wanted.tags.unwrap_or_default();
    apis.change_tags(cx, crate::access::Verb::Put, &arn, |present| present.clone_from(&tags)).await?;
    Ok(provisioned(name, &[]))
}

async fn put_gateway_response(apis: &ApiGateway, cx: &RequestContext, request: &ResourceRequest) -> Outcome {
    let put: t::PutGatewayResponseInput = input(&request.properties)?;
    let id = format!("{}|{}", put.rest_api_id, put.response_type);
    ops::put_gateway_response::run(apis, cx, put).await?;
    Ok(provisioned(id.clone(), &[("Id", json!(id))]))
}

async fn put_account(apis: &ApiGateway, cx: &RequestContext, request: &ResourceRequest) -> Outcome {
    let operation = t::PatchOperation {
        op: Some(t::Op::Replace),
        path: Some("/cloudwatchRoleArn".to_owned()),
        value: Some(text(&request.properties, "CloudWatchRoleArn")),
        from: None,
    };
    let update = t::UpdateAccountInput { patch_operations: Some(vec![operation]) };
    ops::update_account::run(apis, cx, update).await?;
    let id = request.physical_id.clone().unwrap_or_else(|| request.generated_name.clone());
    Ok(provisioned(id.clone(), &[("Id", json!(id))]))
}
