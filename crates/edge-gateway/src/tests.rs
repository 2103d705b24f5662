//! Requests through deployed APIs to a function that is not there: what it is sent, and what becomes of its answers.

use std::sync::Arc;

use base_id::Ids;
use base_time::{Clock, Timestamp};
use http::{Method, Request, Response};
use parking_lot::Mutex;
use port::{
    Access, AccessDenied, Authorizer, BoxFuture, FunctionInvoker, Invocation, InvocationResult, Principal,
    RequestContext, RequestSource, ResourceProvider, ResourceRequest,
};
use serde_json::{Value, json};
use store_kv::Store;
use svc_apigateway::ApiGateway;
use wire_codec::{ApiError, Body};

use crate::Gateway;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

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

/// What the function does with its next event.
#[derive(Clone)]
enum Does {
    Answer(Value),
    Fail,
    Deny,
    Hang,
}

struct Fake {
    does: Mutex<Does>,
    seen: Mutex<Option<(String, Principal, Value)>>,
}

impl FunctionInvoker for Fake {
    fn invoke<'a>(
        &'a self,
        cx: &'a RequestContext,
        invocation: Invocation,
    ) -> BoxFuture<'a, Result<InvocationResult, ApiError>> {
        let event = serde_json::from_slice(&invocation.payload).unwrap();
        *self.seen.lock() = Some((invocation.function, cx.principal().clone(), event));
        let does = self.does.lock().clone();
        let result = |payload: Value, error: Option<&str>| InvocationResult {
            status: 200,
            payload: payload.to_string().into(),
            function_error: error.map(str::to_owned),
            executed_version: "$LATEST".to_owned(),
            log_tail: Vec::new(),
        };
        Box::pin(async move {
            match does {
                Does::Answer(payload) => Ok(result(payload, None)),
                Does::Fail => Ok(result(json!({"errorMessage": "no"}), Some("Unhandled"))),
                Does::Deny => Err(ApiError::new("AccessDeniedException", 403, "not allowed")),
                Does::Hang => std::future::pending().await,
            }
        })
    }
}

struct World {
    apis: ApiGateway,
    gateway: Gateway,
    function: Arc<Fake>,
    clock: Clock,
    cx: RequestContext,
}

impl World {
    fn new() -> Self {
        let (clock, ids) = (Clock::manual(Timestamp::from_secs(1_700_000_000)), Ids::seeded(1));
        let store = Store::in_memory(clock.clone(), ids.clone()).unwrap();
        let apis = ApiGateway::open(store, ids.clone());
        let does = Mutex::new(Does::Answer(json!({"statusCode": 200, "body": "ok"})));
        let function = Arc::new(Fake { does, seen: Mutex::new(None) });
        let gateway = Gateway::new(apis.clone(), function.clone(), Arc::new(AllowAll), clock.clone(), ids);
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
        Self { apis, gateway, function, clock, cx }
    }

    async fn provision(&self, resource_type: &str, properties: Value) -> String {
        let request = ResourceRequest {
            resource_type: resource_type.to_owned(),
            stack_id: "stack".to_owned(),
            stack_name: "s".to_owned(),
            logical_id: "L".to_owned(),
            generated_name: format!("s-{resource_type}-ABC"),
            physical_id: None,
            properties: properties.as_object().unwrap().clone(),
            previous_properties: None,
            tags: Vec::new(),
        };
        self.apis.create(&self.cx, request).await.unwrap().physical_id
    }

    /// A REST API as SAM's transform writes it, deployed to the stage `prod`.
    async fn rest_api(&self) -> String {
        let uri = format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}:${{stageVariables.alias}}/invocations"
        );
        let proxy = json!({"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}});
        let options = json!({"x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": "{\n  \"statusCode\" : 200\n}\n"},
            "responses": {"default": {
                "statusCode": "200",
                "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'https://a.example'"},
                "responseTemplates": {"application/json": "{}\n"},
            }},
        }});
        let body = json!({
            "swagger": "2.0",
            "info": {"title": "notes", "version": "1.0"},
            "paths": {"/notes/{id}": {"get": proxy, "post": proxy, "options": options}},
            "x-amazon-apigateway-binary-media-types": ["image/*"],
        });
        let api = self.provision("AWS::ApiGateway::RestApi", json!({"Body": body})).await;
        let deployment = self.provision("AWS::ApiGateway::Deployment", json!({"RestApiId": api})).await;
        let stage = json!({
            "RestApiId": api, "StageName": "prod", "DeploymentId": deployment, "Variables": {"alias": "live"},
        });
        self.provision("AWS::ApiGateway::Stage", stage).await;
        api
    }

    async fn http_api(&self) -> String {
        let integration = json!({"type": "aws_proxy", "httpMethod": "POST", "uri": FUNCTION, "payloadFormatVersion": "2.0"});
        let route = json!({"x-amazon-apigateway-integration": integration});
        let body = json!({
            "openapi": "3.0.1",
            "info": {"title": "read", "version": "1.0"},
            "paths": {"/notes/{id}": {"get": route}, "/files/{proxy+}": {"x-amazon-apigateway-any-method": route}},
            "x-amazon-apigateway-cors": {"allowOrigins": ["https://a.example"], "allowMethods": ["GET"], "maxAge": 600},
        });
        let api = self.provision("AWS::ApiGatewayV2::Api", json!({"Body": body})).await;
        let stage = json!({"ApiId": api, "StageName": "$default", "AutoDeploy": true});
        self.provision("AWS::ApiGatewayV2::Stage", stage).await;
        api
    }

    fn function(&self, does: Does) {
        *self.function.does.lock() = does;
    }

    fn seen(&self) -> (String, Principal, Value) {
        self.function.seen.lock().take().expect("the function was invoked")
    }

    async fn send(
        &self,
        api: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &'static [u8],
    ) -> Response<Body> {
        let mut request = Request::new(Body::bytes(body));
        *request.method_mut() = method;
        for (name, value) in headers {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        }
        let source = RequestSource {
            ip: Some([10, 0, 0, 9].into()),
            user_agent: Some("agent".to_owned()),
            ..RequestSource::default()
        };
        self.gateway.serve(api, path, request, source, "the-request".to_owned()).await
    }

    async fn get(&self, api: &str, path: &str) -> (u16, String) {
        let answer = self.send(api, Method::GET, path, &[], b"").await;
        (answer.status().as_u16(), text(&answer))
    }
}

fn text(answer: &Response<Body>) -> String {
    String::from_utf8_lossy(answer.body().as_bytes().unwrap()).into_owned()
}

fn source_arn(principal: Principal) -> String {
    match principal {
        Principal::Service { name, source_arn, .. } if name == "apigateway.amazonaws.com" => {
            source_arn.unwrap()
        }
        other => panic!("not API Gateway: {other:?}"),
    }
}

#[tokio::test]
async fn a_rest_request_is_sent_as_the_proxy_event() {
    let world = World::new();
    let api = world.rest_api().await;
    let headers = [("host", "x.execute-api.us-east-1.localhost:4566"), ("x-many", "1"), ("x-many", "2")];
    let answer = world.send(&api, Method::POST, "/prod/notes/a%20b?q=1&q=2&r=x%26y", &headers, b"{}").await;
    assert_eq!((answer.status().as_u16(), text(&answer).as_str()), (200, "ok"));
    assert_eq!(answer.headers()["x-amzn-requestid"], "the-request");
    assert!(answer.headers().contains_key("x-amz-apigw-id"));
    let (function, principal, event) = world.seen();
    assert_eq!(function, format!("{FUNCTION}:live"));
    let arn = source_arn(principal);
    assert!(
        arn.starts_with(&format!("arn:aws:execute-api:us-east-1:123456789012:{api}/prod/POST/notes/")),
        "{arn}"
    );
    assert_eq!(event["resource"], "/notes/{id}");
    assert_eq!(event["httpMethod"], "POST");
    assert_eq!(event["pathParameters"], json!({"id": "a b"}));
    assert_eq!(event["queryStringParameters"], json!({"q": "2", "r": "x&y"}));
    assert_eq!(event["multiValueQueryStringParameters"], json!({"q": ["1", "2"], "r": ["x&y"]}));
    assert_eq!(event["multiValueHeaders"]["X-Many"], json!(["1", "2"]));
    assert_eq!(event["headers"]["X-Many"], "2");
    assert_eq!(event["stageVariables"], json!({"alias": "live"}));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
    let context = &event["requestContext"];
    assert_eq!(context["stage"], "prod");
    assert_eq!(context["path"], "/prod/notes/a%20b");
    assert_eq!(context["resourcePath"], "/notes/{id}");
    assert_eq!(context["accountId"], "123456789012");
    assert_eq!(context["apiId"], json!(api));
    assert_eq!(context["identity"]["sourceIp"], "10.0.0.9");
    assert_eq!(context["requestTimeEpoch"], 1_700_000_000_000_i64);
    assert_eq!(context["requestTime"], "14/Nov/2023:22:13:20 +0000");
    assert_eq!(context["domainName"], "x.execute-api.us-east-1.localhost");

    let answer =
        world.send(&api, Method::POST, "/prod/notes/1", &[("content-type", "image/png")], b"\xff\x00").await;
    assert_eq!(answer.status(), 200);
    let (.., event) = world.seen();
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("/wA="), &json!(true)));
    assert_eq!(event["queryStringParameters"], Value::Null);
}

#[tokio::test]
async fn a_rest_api_refuses_in_amazons_words() {
    let world = World::new();
    let api = world.rest_api().await;
    let token = (403, r#"{"message":"Missing Authentication Token"}"#.to_owned());
    assert_eq!(world.get(&api, "/prod/unknown").await, token);
    assert_eq!(world.get(&api, "/dev/notes/1").await, (403, r#"{"message":"Forbidden"}"#.to_owned()));
    assert_eq!(world.get("nothere", "/prod/notes/1").await, (403, r#"{"message":"Forbidden"}"#.to_owned()));
    let failed = r#"{"message":"Internal server error"}"#.to_owned();
    world.function(Does::Answer(json!({"statusCode": 200, "body": {"not": "text"}})));
    assert_eq!(world.get(&api, "/prod/notes/1").await, (502, failed.clone()));
    world.function(Does::Fail);
    assert_eq!(world.get(&api, "/prod/notes/1").await, (502, failed.clone()));
    world.function(Does::Deny);
    assert_eq!(world.get(&api, "/prod/notes/1").await, (500, failed));
    let large: &'static [u8] = vec![b'x'; 10_485_761].leak();
    assert_eq!(world.send(&api, Method::POST, "/prod/notes/1", &[], large).await.status(), 413);
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_given_up() {
    let world = World::new();
    let api = world.rest_api().await;
    world.function(Does::Hang);
    let waiting = world.get(&api, "/prod/notes/1");
    let passing = async {
        while world.function.seen.lock().is_none() {
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
        world.clock.advance(std::time::Duration::from_secs(30));
    };
    let (answer, ()) = tokio::join!(waiting, passing);
    assert_eq!(answer, (504, r#"{"message":"Endpoint request timed out"}"#.to_owned()));
}

#[tokio::test]
async fn sams_preflight_is_answered_without_the_function() {
    let world = World::new();
    let api = world.rest_api().await;
    let answer = world.send(&api, Method::OPTIONS, "/prod/notes/1", &[], b"").await;
    assert_eq!((answer.status().as_u16(), text(&answer).as_str()), (200, "{}\n"));
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://a.example");
    assert!(world.function.seen.lock().is_none());
}

#[tokio::test]
async fn an_http_request_is_sent_as_payload_2() {
    let world = World::new();
    let api = world.http_api().await;
    world.function(Does::Answer(json!({"id": 1})));
    let headers = [("cookie", "a=1; b=2"), ("x-many", "1"), ("x-many", "2"), ("origin", "https://a.example")];
    let answer = world.send(&api, Method::GET, "/notes/7?q=1&q=2", &headers, b"").await;
    assert_eq!((answer.status().as_u16(), text(&answer).as_str()), (200, r#"{"id":1}"#));
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://a.example");
    let (function, principal, event) = world.seen();
    assert_eq!(function, FUNCTION);
    let arn = source_arn(principal);
    assert_eq!(arn, format!("arn:aws:execute-api:us-east-1:123456789012:{api}/$default/GET/notes/{{id}}"));
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "GET /notes/{id}");
    assert_eq!((&event["rawPath"], &event["rawQueryString"]), (&json!("/notes/7"), &json!("q=1&q=2")));
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"]["x-many"], "1,2");
    assert_eq!(event["queryStringParameters"], json!({"q": "1,2"}));
    assert_eq!(event["pathParameters"], json!({"id": "7"}));
    assert_eq!(event["requestContext"]["http"]["method"], "GET");
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "10.0.0.9");
    assert_eq!(event["requestContext"]["stage"], "$default");
    assert!(event.get("body").is_none() && event.get("stageVariables").is_none());

    assert_eq!(world.get(&api, "/files/a/b").await.0, 200);
    assert_eq!(world.seen().2["pathParameters"], json!({"proxy": "a/b"}));
    assert_eq!(world.get(&api, "/nowhere").await, (404, r#"{"message":"Not Found"}"#.to_owned()));
    world.function(Does::Fail);
    let failed = (500, r#"{"message":"Internal Server Error"}"#.to_owned());
    assert_eq!(world.get(&api, "/notes/7").await, failed);
}

#[tokio::test]
async fn an_http_apis_preflight_is_answered_by_its_configuration() {
    let world = World::new();
    let api = world.http_api().await;
    let headers = [("origin", "https://a.example"), ("access-control-request-method", "GET")];
    let answer = world.send(&api, Method::OPTIONS, "/notes/7", &headers, b"").await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://a.example");
    assert_eq!(answer.headers()["access-control-allow-methods"], "GET");
    assert_eq!(answer.headers()["access-control-max-age"], "600");
    let headers = [("origin", "https://b.example"), ("access-control-request-method", "GET")];
    let answer = world.send(&api, Method::OPTIONS, "/notes/7", &headers, b"").await;
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
    assert!(world.function.seen.lock().is_none());
}
