"""REST and HTTP APIs: made through boto3, called over HTTP, answered by a real function."""

import json

import pytest
from botocore.exceptions import ClientError

ECHO = """
import json

def handler(event, context):
    path = event.get("rawPath") or event["path"]
    if path.endswith("/broken"):
        return {"statusCode": "not a number"}
    if path.endswith("/fails"):
        raise RuntimeError("on purpose")
    return {"statusCode": 201, "headers": {"X-Made": "yes"}, "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def function(client, lambda_role, unique, zipped):
    functions = client("lambda")
    name = unique("echo")
    made = functions.create_function(
        FunctionName=name, Role=lambda_role, Runtime="python3.11", Handler="app.handler",
        Code={"ZipFile": zipped({"app.py": ECHO})},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return made["FunctionArn"]


@pytest.fixture(scope="module")
def allow(client, function, server):
    """Lets an API invoke the function, or only one route of it."""

    def permit(api, route="*"):
        account = function.split(":")[4]
        client("lambda").add_permission(
            FunctionName=function, StatementId=f"api-{api}", Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{server.region}:{account}:{api}/*/{route}",
        )

    return permit


@pytest.fixture(scope="module")
def uri(function, server):
    return f"arn:aws:apigateway:{server.region}:lambda:path/2015-03-31/functions/{function}/invocations"


@pytest.fixture(scope="module")
def rest(client):
    return client("apigateway")


@pytest.fixture(scope="module")
def http(client):
    return client("apigatewayv2")


def swagger(uri, title):
    proxy = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}}
    mock = {
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {"default": {
                "statusCode": "200",
                "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"},
                "responseTemplates": {"application/json": "{}"},
            }},
        }
    }
    return {
        "swagger": "2.0",
        "info": {"title": title, "version": "1.0"},
        "paths": {"/notes/{id}": {"get": proxy, "options": mock}, "/{proxy+}": {"post": proxy}},
    }


@pytest.fixture(scope="module")
def rest_api(rest, uri, allow, unique):
    api = rest.import_rest_api(body=json.dumps(swagger(uri, unique("notes"))).encode())["id"]
    rest.create_deployment(restApiId=api, stageName="prod", variables={"color": "blue"})
    allow(api)
    return api


@pytest.fixture(scope="module")
def http_api(http, function, allow, unique):
    api = http.create_api(
        Name=unique("read"), ProtocolType="HTTP",
        CorsConfiguration={"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"], "MaxAge": 60},
    )["ApiId"]
    target = http.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    http.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    http.create_route(ApiId=api, RouteKey="GET /notes/{id}", Target=f"integrations/{target}")
    allow(api)
    return api


def host(api, server):
    return {"Host": f"{api}.execute-api.{server.region}.localhost:{server.port}"}


def test_a_rest_api_is_served_under_its_host_and_by_path(raw, rest_api, server):
    by_host = raw("GET", "/prod/notes/7?q=1&q=2", host(rest_api, server))
    assert by_host.status == 201, by_host.text
    assert by_host.headers["X-Made"] == "yes"
    assert by_host.headers["x-amzn-RequestId"]
    event = json.loads(by_host.body)
    assert (event["resource"], event["path"]) == ("/notes/{id}", "/notes/7")
    assert event["pathParameters"] == {"id": "7"}
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "2"]}
    assert event["stageVariables"] == {"color": "blue"}
    assert event["requestContext"]["stage"] == "prod"
    by_path = raw("GET", f"/_aws/execute-api/{rest_api}/prod/notes/8")
    assert (by_path.status, json.loads(by_path.body)["pathParameters"]) == (201, {"id": "8"})
    greedy = raw("POST", "/prod/a/b/c", host(rest_api, server), b"text")
    assert json.loads(greedy.body)["pathParameters"] == {"proxy": "a/b/c"}
    assert json.loads(greedy.body)["body"] == "text"


def test_a_rest_api_refuses_in_amazons_words(raw, rest_api, server):
    at = host(rest_api, server)
    unknown = raw("DELETE", "/prod/notes/7", at)
    assert (unknown.status, json.loads(unknown.body)) == (403, {"message": "Missing Authentication Token"})
    assert unknown.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    assert raw("GET", "/other/notes/7", at).status == 403
    broken = raw("POST", "/prod/broken", at)
    assert (broken.status, json.loads(broken.body)) == (502, {"message": "Internal server error"})
    assert raw("POST", "/prod/fails", at).status == 502


def test_a_mocked_preflight_needs_no_function(raw, rest_api, server):
    answer = raw("OPTIONS", "/prod/notes/7", host(rest_api, server))
    assert (answer.status, answer.text) == (200, "{}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_without_the_functions_permission_a_rest_api_fails(raw, rest, uri, unique, server):
    api = rest.import_rest_api(body=json.dumps(swagger(uri, unique("denied"))).encode())["id"]
    rest.create_deployment(restApiId=api, stageName="prod")
    answer = raw("GET", "/prod/notes/7", host(api, server))
    assert (answer.status, json.loads(answer.body)) == (500, {"message": "Internal server error"})


def test_a_deployment_is_a_copy_until_the_next(raw, rest, uri, allow, unique, server):
    api = rest.create_rest_api(name=unique("steps"))
    root = api["rootResourceId"]
    resource = rest.create_resource(restApiId=api["id"], parentId=root, pathPart="a")["id"]
    rest.put_method(restApiId=api["id"], resourceId=resource, httpMethod="GET", authorizationType="NONE")
    with pytest.raises(ClientError, match="No integration defined for method"):
        rest.create_deployment(restApiId=api["id"], stageName="dev")
    rest.put_integration(
        restApiId=api["id"], resourceId=resource, httpMethod="GET", type="AWS_PROXY",
        integrationHttpMethod="POST", uri=uri,
    )
    first = rest.create_deployment(restApiId=api["id"], stageName="dev")["id"]
    allow(api["id"])
    at = host(api["id"], server)
    assert raw("GET", "/dev/a", at).status == 201
    rest.delete_method(restApiId=api["id"], resourceId=resource, httpMethod="GET")
    rest.put_method(restApiId=api["id"], resourceId=root, httpMethod="ANY", authorizationType="NONE")
    rest.put_integration(
        restApiId=api["id"], resourceId=root, httpMethod="ANY", type="AWS_PROXY",
        integrationHttpMethod="POST", uri=uri,
    )
    assert raw("GET", "/dev/a", at).status == 201
    second = rest.create_deployment(restApiId=api["id"], stageName="dev")["id"]
    assert (raw("GET", "/dev/a", at).status, raw("PUT", "/dev", at).status) == (403, 201)
    back = [{"op": "replace", "path": "/deploymentId", "value": first}]
    assert rest.update_stage(restApiId=api["id"], stageName="dev", patchOperations=back)["deploymentId"] == first
    assert (raw("GET", "/dev/a", at).status, raw("PUT", "/dev", at).status) == (201, 403)
    rest.delete_deployment(restApiId=api["id"], deploymentId=second)
    with pytest.raises(ClientError, match="Active stages"):
        rest.delete_deployment(restApiId=api["id"], deploymentId=first)
    assert [item["stageName"] for item in rest.get_stages(restApiId=api["id"])["item"]] == ["dev"]
    rest.delete_rest_api(restApiId=api["id"])
    assert raw("GET", "/dev/a", at).status == 403
    with pytest.raises(ClientError, match="Invalid API identifier specified"):
        rest.get_rest_api(restApiId=api["id"])


def test_an_http_api_is_sent_payload_2_and_deploys_by_itself(raw, http, http_api, function, server):
    at = host(http_api, server)
    answer = raw("GET", "/notes/7?q=1&q=2", {**at, "Cookie": "a=1; b=2", "Origin": "https://a.example"})
    assert answer.status == 201, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
    event = json.loads(answer.body)
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "GET /notes/{id}", "/notes/7")
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["queryStringParameters"] == {"q": "1,2"}
    assert raw("GET", f"/_aws/execute-api/{http_api}/notes/7").status == 201
    missing = raw("GET", "/other", at)
    assert (missing.status, json.loads(missing.body)) == (404, {"message": "Not Found"})
    target = http.get_integrations(ApiId=http_api)["Items"][0]["IntegrationId"]
    route = http.create_route(ApiId=http_api, RouteKey="$default", Target=f"integrations/{target}")["RouteId"]
    assert json.loads(raw("GET", "/other", at).body)["routeKey"] == "$default"
    http.delete_route(ApiId=http_api, RouteId=route)
    assert raw("GET", "/other", at).status == 404


def test_an_http_apis_preflight_is_answered_by_its_configuration(raw, http_api, server):
    asking = {**host(http_api, server), "Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    answer = raw("OPTIONS", "/notes/7", asking)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "GET"
    assert answer.headers["Access-Control-Max-Age"] == "60"


def test_what_is_not_built_is_refused_by_name(rest, http, http_api, rest_api, unique):
    with pytest.raises(ClientError, match="CreateUsagePlan"):
        rest.create_usage_plan(name=unique("plan"))
    root = next(item for item in rest.get_resources(restApiId=rest_api)["items"] if item["path"] == "/")
    with pytest.raises(ClientError, match="AWS_IAM"):
        rest.put_method(restApiId=rest_api, resourceId=root["id"], httpMethod="GET", authorizationType="AWS_IAM")
    with pytest.raises(ClientError, match="HTTP_PROXY"):
        http.create_integration(
            ApiId=http_api, IntegrationType="HTTP_PROXY", IntegrationUri="https://a.example", IntegrationMethod="GET",
            PayloadFormatVersion="1.0",
        )
    with pytest.raises(ClientError, match="accessLogSettings"):
        http.create_stage(ApiId=http_api, StageName="logged", AccessLogSettings={"Format": "x"})


def test_tags_are_kept_by_arn(rest, rest_api, server):
    arn = f"arn:aws:apigateway:{server.region}::/restapis/{rest_api}"
    rest.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    rest.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert rest.get_tags(resourceArn=arn)["tags"] == {"b": "2"}
    assert rest.get_rest_api(restApiId=rest_api)["tags"] == {"b": "2"}
