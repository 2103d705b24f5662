//! Tests of the service on a store in memory.

use std::sync::Arc;

use api_apigateway::types as rest;
use api_apigatewayv2::types as http;
use base_id::Ids;
use base_time::{Clock, Timestamp};
use port::{
    Access, AccessDenied, Authorizer, BoxFuture, Principal, RequestContext, RequestSource, ResourceProvider,
    ResourceRequest,
};
use serde_json::{Value, json};
use store_kv::Store;

use crate::ApiGateway;
use crate::http::ops as http_ops;
use crate::rest::ops;

struct AllowAll;

impl Authorizer for AllowAll {
    fn authorize<'a>(
        &'a self,
        _cx: &'a RequestContext,
        _access: Access<'a>,
    ) -> BoxFuture<'a, Result<(), AccessDenied>> {
        Box::pin(async { Ok(()) })
    }
}

fn service() -> (ApiGateway, RequestContext) {
    let (clock, ids) = (Clock::manual(Timestamp::from_secs(1_700_000_000)), Ids::seeded(1));
    let store = Store::in_memory(clock.clone(), ids.clone()).unwrap();
    let account = "123456789012".to_owned();
    let cx = RequestContext::new(
        Principal::Root { account: account.clone() },
        account,
        "us-east-1".to_owned(),
        "r".to_owned(),
        clock.now(),
        RequestSource::default(),
        Arc::new(AllowAll),
    );
    (ApiGateway::open(store, ids), cx)
}

fn uri() -> String {
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations")
}

/// As the SAM transform writes it for `Api` events with CORS.
fn sam_swagger() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"version": "1.0", "title": "notes"},
        "paths": {
            "/notes/{id}": {
                "get": {
                    "x-amazon-apigateway-integration": {"httpMethod": "POST", "type": "aws_proxy", "uri": uri()},
                    "responses": {},
                },
                "options": {
                    "summary": "CORS support",
                    "consumes": ["application/json"],
                    "produces": ["application/json"],
                    "x-amazon-apigateway-integration": {
                        "type": "mock",
                        "requestTemplates": {"application/json": "{\n  \"statusCode\" : 200\n}\n"},
                        "responses": {"default": {
                            "statusCode": "200",
                            "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"},
                            "responseTemplates": {"application/json": "{}\n"},
                        }},
                    },
                    "responses": {"200": {
                        "description": "Default response for CORS method",
                        "headers": {"Access-Control-Allow-Origin": {"type": "string"}},
                    }},
                },
            },
        },
    })
}

fn request(resource_type: &str, logical_id: &str, properties: Value) -> ResourceRequest {
    ResourceRequest {
        resource_type: resource_type.to_owned(),
        stack_id: "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1".to_owned(),
        stack_name: "s".to_owned(),
        logical_id: logical_id.to_owned(),
        generated_name: format!("s-{logical_id}-ABC"),
        physical_id: None,
        properties: properties.as_object().unwrap().clone(),
        previous_properties: None,
        tags: vec![("team".to_owned(), "a".to_owned())],
    }
}

#[tokio::test]
async fn a_sam_rest_api_is_provisioned_changed_and_deleted() {
    let (apis, cx) = service();
    let api = request("AWS::ApiGateway::RestApi", "Api", json!({"Body": sam_swagger()}));
    let made = apis.create(&cx, api.clone()).await.unwrap();
    assert_eq!(apis.create(&cx, api.clone()).await.unwrap(), made, "a repeated step finds its own API");
    let id = made.physical_id.clone();
    assert_eq!(id.len(), 10);
    assert!(made.attributes["RootResourceId"].is_string());

    let properties = json!({"RestApiId": id, "StageName": "Stage"});
    let deployment = request("AWS::ApiGateway::Deployment", "Deploy1", properties);
    let first = apis.create(&cx, deployment.clone()).await.unwrap().physical_id;
    let properties = json!({"RestApiId": id, "StageName": "prod", "DeploymentId": first});
    let mut stage = request("AWS::ApiGateway::Stage", "Prod", properties);
    assert_eq!(apis.create(&cx, stage.clone()).await.unwrap().physical_id, "prod");
    let served = apis.rest_stage(&id, "prod").await.unwrap().unwrap();
    assert_eq!(served.definition.resources.len(), 3);

    let mut body = sam_swagger();
    body["paths"]["/more"] = body["paths"]["/notes/{id}"].clone();
    let mut update = request("AWS::ApiGateway::RestApi", "Api", json!({"Body": body}));
    update.physical_id = Some(id.clone());
    apis.update(&cx, update).await.unwrap();
    let unchanged = apis.rest_stage(&id, "prod").await.unwrap().unwrap();
    assert_eq!(unchanged.definition, served.definition, "a deployment is a copy");

    let mut next = deployment.clone();
    next.generated_name = "s-Deploy2-DEF".to_owned();
    let second = apis.create(&cx, next).await.unwrap().physical_id;
    assert_ne!(first, second);
    stage.physical_id = Some("prod".to_owned());
    stage.properties.insert("DeploymentId".to_owned(), json!(second));
    apis.update(&cx, stage.clone()).await.unwrap();
    let moved = apis.rest_stage(&id, "prod").await.unwrap().unwrap();
    assert!(moved.version > served.version);
    assert_eq!(moved.definition.resources.len(), 4);

    apis.delete(&cx, stage).await.unwrap();
    let mut last = deployment;
    last.physical_id = Some(second);
    apis.delete(&cx, last).await.unwrap();
    assert!(
        apis.rest_stage_version(&id, "Stage").await.unwrap().is_none(),
        "the deployment's stage goes too"
    );
    let mut gone = api;
    gone.physical_id = Some(id.clone());
    apis.delete(&cx, gone.clone()).await.unwrap();
    apis.delete(&cx, gone).await.unwrap();
    assert!(apis.owner(&id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_sam_http_api_deploys_by_itself() {
    let (apis, cx) = service();
    let integration = json!({
        "httpMethod": "POST", "type": "aws_proxy", "uri": uri(), "payloadFormatVersion": "2.0",
    });
    let body = json!({
        "openapi": "3.0.1",
        "info": {"version": "1.0", "title": "read"},
        "paths": {"/notes/{id}": {"get": {"x-amazon-apigateway-integration": integration, "responses": {}}}},
        "tags": [{"name": "httpapi:createdBy", "x-amazon-apigateway-tag-value": "SAM"}],
        "x-amazon-apigateway-cors": {"allowOrigins": ["https://a.example"], "maxAge": "600"},
    });
    let mut api = request("AWS::ApiGatewayV2::Api", "Api", json!({"Body": body}));
    let made = apis.create(&cx, api.clone()).await.unwrap();
    let id = made.physical_id.clone();
    let endpoint = made.attributes["ApiEndpoint"].as_str().unwrap();
    assert!(endpoint.starts_with(&format!("https://{id}.execute-api.us-east-1.")));
    let properties = json!({"ApiId": id, "StageName": "$default", "AutoDeploy": true, "Tags": {"a": "b"}});
    apis.create(&cx, request("AWS::ApiGatewayV2::Stage", "Stage", properties)).await.unwrap();
    let served = apis.http_stage(&id, "$default").await.unwrap().unwrap();
    assert_eq!(served.definition.routes.len(), 1);
    assert_eq!(served.definition.cors.as_ref().unwrap().max_age, Some(600));

    let mut body = body;
    body["paths"]["/more"] = body["paths"]["/notes/{id}"].clone();
    api.physical_id = Some(id.clone());
    api.properties.insert("Body".to_owned(), body);
    apis.update(&cx, api).await.unwrap();
    let redeployed = apis.http_stage(&id, "$default").await.unwrap().unwrap();
    assert_eq!(redeployed.definition.routes.len(), 2);
    let input = http::GetDeploymentsInput { api_id: id.clone(), ..Default::default() };
    let deployments = http_ops::get_deployments::run(&apis, &cx, input).await.unwrap().items.unwrap();
    assert_eq!(deployments.len(), 1, "superseded automatic deployments are dropped");
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_by_name() {
    let (apis, cx) = service();
    let mut body = sam_swagger();
    body["securityDefinitions"] = json!({"Users": {"type": "apiKey"}});
    let with_authorizer = request("AWS::ApiGateway::RestApi", "A", json!({"Body": body}));
    let refused = apis.create(&cx, with_authorizer).await.unwrap_err();
    assert!(refused.message.contains("'Users'"), "{refused:?}");

    let mut body = sam_swagger();
    body["paths"]["/notes/{id}"]["options"]["x-amazon-apigateway-integration"]["requestTemplates"]["application/json"] =
        json!("{\"statusCode\": $input.params('x')}");
    let refused = apis.create(&cx, request("AWS::ApiGateway::RestApi", "B", json!({"Body": body}))).await;
    assert!(refused.unwrap_err().message.contains("VTL"));

    let mut body = sam_swagger();
    body["paths"]["/notes/{id}"]["options"]["x-amazon-apigateway-integration"]["responses"]["default"]["responseTemplates"] =
        json!({"text/html": "<p>"});
    let refused = apis.create(&cx, request("AWS::ApiGateway::RestApi", "C", json!({"Body": body}))).await;
    assert!(refused.unwrap_err().message.contains("text/html"));

    let listed = ops::get_rest_apis::run(&apis, &cx, rest::GetRestApisInput::default()).await.unwrap();
    assert_eq!(listed.items, Some(vec![]), "a refused API leaves nothing behind");

    let input = rest::ImportRestApiInput { body: "swagger: '2.0'\n".into(), ..Default::default() };
    let refused = ops::import_rest_api::run(&apis, &cx, input).await.unwrap_err();
    assert!(refused.message.contains("YAML"), "{refused:?}");

    let settings = http::RouteSettings { throttling_burst_limit: Some(1), ..Default::default() };
    let input = http::CreateStageInput { default_route_settings: Some(settings), ..Default::default() };
    let refused = http_ops::create_stage::run(&apis, &cx, input).await.unwrap_err();
    assert!(refused.message.contains("defaultRouteSettings"), "{refused:?}");
}

#[tokio::test]
async fn private_apis_and_settings_of_no_stage_are_refused() {
    let (apis, cx) = service();
    let private = json!({"Name": "p", "EndpointConfiguration": {"Types": ["PRIVATE"]}});
    let refused = apis.create(&cx, request("AWS::ApiGateway::RestApi", "P", private)).await.unwrap_err();
    assert!(refused.message.contains("PRIVATE"), "{refused:?}");
    let regional = json!({"Name": "r", "EndpointConfiguration": {"Types": ["REGIONAL"]}});
    apis.create(&cx, request("AWS::ApiGateway::RestApi", "R", regional)).await.unwrap();

    let input = rest::CreateDeploymentInput { tracing_enabled: Some(true), ..Default::default() };
    let refused = ops::create_deployment::run(&apis, &cx, input).await.unwrap_err();
    assert!(refused.message.contains("tracingEnabled"), "{refused:?}");

    let both = json!({"Body": {"openapi": "3.0.1", "info": {"title": "h"}, "paths": {}}, "Target": "arn:f"});
    let refused = apis.create(&cx, request("AWS::ApiGatewayV2::Api", "H", both)).await.unwrap_err();
    assert!(refused.message.contains("Target"), "{refused:?}");
}

#[tokio::test]
async fn what_a_template_drops_goes_back_to_its_default() {
    let (apis, cx) = service();
    let before = json!({"Name": "r", "DisableExecuteApiEndpoint": true, "BinaryMediaTypes": ["*/*"]});
    let mut api = request("AWS::ApiGateway::RestApi", "R", before.clone());
    let id = apis.create(&cx, api.clone()).await.unwrap().physical_id;
    api.physical_id = Some(id.clone());
    api.previous_properties = before.as_object().cloned();
    api.properties = json!({"Name": "r"}).as_object().cloned().unwrap();
    apis.update(&cx, api).await.unwrap();
    let settings = apis.rest_api(&cx, &id).await.unwrap().settings;
    assert_eq!((settings.disable_execute_api_endpoint, settings.binary_media_types), (None, vec![]));

    let before =
        json!({"Name": "h", "ProtocolType": "HTTP", "DisableExecuteApiEndpoint": true, "Tags": {"x": "y"}});
    let mut api = request("AWS::ApiGatewayV2::Api", "H", before.clone());
    let id = apis.create(&cx, api.clone()).await.unwrap().physical_id;
    api.physical_id = Some(id.clone());
    api.previous_properties = before.as_object().cloned();
    api.properties = json!({"Name": "h", "ProtocolType": "HTTP"}).as_object().cloned().unwrap();
    apis.update(&cx, api).await.unwrap();
    let input = http::GetApiInput { api_id: id };
    let shown = http_ops::get_api::run(&apis, &cx, input).await.unwrap();
    assert_eq!(shown.disable_execute_api_endpoint, Some(false));
    assert_eq!(shown.tags.unwrap().keys().collect::<Vec<_>>(), ["team"]);
}

#[tokio::test]
async fn an_api_made_call_by_call_can_be_deployed_once_its_methods_are_complete() {
    let (apis, cx) = service();
    let input = rest::CreateRestApiInput { name: "calls".to_owned(), ..Default::default() };
    let api = ops::create_rest_api::run(&apis, &cx, input).await.unwrap();
    let (id, root) = (api.id.unwrap(), api.root_resource_id.unwrap());
    let deploy = rest::CreateDeploymentInput {
        rest_api_id: id.clone(),
        stage_name: Some("dev".to_owned()),
        ..Default::default()
    };
    let refused = ops::create_deployment::run(&apis, &cx, deploy.clone()).await.unwrap_err();
    assert_eq!(refused.message, "The REST API doesn't contain any methods");
    let input = rest::CreateResourceInput {
        rest_api_id: id.clone(),
        parent_id: root,
        path_part: "{proxy+}".to_owned(),
    };
    let resource = ops::create_resource::run(&apis, &cx, input.clone()).await.unwrap();
    assert_eq!(ops::create_resource::run(&apis, &cx, input).await.unwrap_err().status, 409);
    assert_eq!(resource.path.as_deref(), Some("/{proxy+}"));
    let (resource_id, http_method) = (resource.id.unwrap(), "ANY".to_owned());
    let input = rest::PutMethodInput {
        rest_api_id: id.clone(),
        resource_id: resource_id.clone(),
        http_method: http_method.clone(),
        authorization_type: "NONE".to_owned(),
        ..Default::default()
    };
    ops::put_method::run(&apis, &cx, input).await.unwrap();
    let refused = ops::create_deployment::run(&apis, &cx, deploy.clone()).await.unwrap_err();
    assert_eq!(refused.message, "No integration defined for method");
    let input = rest::PutIntegrationInput {
        rest_api_id: id.clone(),
        resource_id: resource_id.clone(),
        http_method: http_method.clone(),
        r#type: rest::IntegrationType::AwsProxy,
        integration_http_method: Some("POST".to_owned()),
        uri: Some(uri()),
        ..Default::default()
    };
    let put = ops::put_integration::run(&apis, &cx, input).await.unwrap();
    assert_eq!(put.http_method.as_deref(), Some("POST"));
    ops::create_deployment::run(&apis, &cx, deploy).await.unwrap();
    let input = rest::GetMethodInput { rest_api_id: id.clone(), resource_id, http_method };
    let method = ops::get_method::run(&apis, &cx, input).await.unwrap();
    assert_eq!(method.method_integration.unwrap().uri, Some(uri()));
    assert!(apis.rest_stage(&id, "dev").await.unwrap().is_some());
}
