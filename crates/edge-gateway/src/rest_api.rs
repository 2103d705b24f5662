//! Requests to REST APIs.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use indexmap::IndexMap;
use serde_json::{Value, json};
use svc_apigateway::model::Owner;
use svc_apigateway::model::rest::{Integration, IntegrationResponse};
use wire_codec::Body;

use crate::incoming::{Incoming, is_listed};
use crate::invoke::{CallError, Caller, function_of};
use crate::rest_event::{Facts, event};
use crate::routes::Found;
use crate::stages::{RestRoute, RestStage};
use crate::{Gateway, answer, refusal};

/// Longest wait for an integration.
const LIMIT_MS: i64 = 29_000;

impl Gateway {
    pub(crate) async fn serve_rest(
        &self,
        api_id: &str,
        owner: &Owner,
        incoming: Incoming,
        request_id: &str,
    ) -> Response<Body> {
        let full_path = incoming.path.clone();
        let (stage_name, path) = split_stage(&full_path);
        let stage = match self.rest_stage(api_id, stage_name).await {
            Ok(Some(stage)) if !stage.is_disabled => stage,
            Ok(_) => return refusal::forbidden(),
            Err(_) => return refusal::internal(),
        };
        let Some(found) = stage.routes.find(incoming.method.as_str(), path) else {
            let refused =
                refusal::rest(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
            return customized(&stage, request_id, "MISSING_AUTHENTICATION_TOKEN", refused);
        };
        let route = found.target;
        if route.authorization_type != "NONE" {
            let refused = refusal::rest(500, "AuthorizerConfigurationException", "Internal server error");
            return customized(&stage, request_id, "AUTHORIZER_CONFIGURATION_ERROR", refused);
        }
        match &route.integration {
            Some(integration) if integration.r#type == "AWS_PROXY" => {
                let request = RestRequest { api_id, owner, stage_name, path, request_id };
                self.proxy(&request, &stage, &found, integration, &incoming).await
            }
            Some(integration) if integration.r#type == "MOCK" => mock(integration),
            _ => customized(&stage, request_id, "API_CONFIGURATION_ERROR", refusal::internal()),
        }
    }

    async fn proxy(
        &self,
        request: &RestRequest<'_>,
        stage: &RestStage,
        found: &Found<'_, RestRoute>,
        integration: &Integration,
        incoming: &Incoming,
    ) -> Response<Body> {
        let route = found.target;
        let content_type = incoming.header("content-type").unwrap_or_default();
        let facts = Facts {
            account: &request.owner.account,
            api_id: request.api_id,
            stage: request.stage_name,
            resource: &route.resource,
            resource_id: &route.resource_id,
            path: request.path,
            full_path: &incoming.path,
            parameters: &found.parameters,
            variables: &stage.variables,
            request_id: request.request_id,
            extended_request_id: request.request_id,
            time: self.0.clock.now(),
            is_binary: is_listed(content_type, &stage.binary_media_types),
            is_http_api: false,
        };
        let caller = request.caller(incoming.method.as_str());
        let function = function_of(integration.uri.as_deref().unwrap_or_default(), &stage.variables);
        let limit = integration.timeout_in_millis.unwrap_or(LIMIT_MS).clamp(50, LIMIT_MS);
        let limit = Duration::from_millis(limit.unsigned_abs());
        let accepts = incoming.header("accept").unwrap_or_default().split(',').next().unwrap_or_default();
        match self.call(&caller, &function, &event(incoming, &facts), limit).await {
            Ok(payload) => {
                let decodes = |content_type: &str| {
                    is_listed(accepts, &stage.binary_media_types)
                        || is_listed(content_type, &stage.binary_media_types)
                };
                answer::version_1(&payload, decodes).unwrap_or_else(|_| {
                    let refused = refusal::rest(502, "InternalServerErrorException", "Internal server error");
                    customized(stage, request.request_id, "INTEGRATION_FAILURE", refused)
                })
            }
            Err(error) => failed(stage, request.request_id, error),
        }
    }
}

/// What a request is about.
struct RestRequest<'a> {
    api_id: &'a str,
    owner: &'a Owner,
    stage_name: &'a str,
    path: &'a str,
    request_id: &'a str,
}

impl<'a> RestRequest<'a> {
    fn caller(&self, method: &str) -> Caller<'a> {
        let Owner { account, region, .. } = self.owner;
        let source_arn = format!(
            "arn:aws:execute-api:{region}:{account}:{}/{}/{method}{}",
            self.api_id, self.stage_name, self.path
        );
        Caller { account, region, request_id: self.request_id, source_arn }
    }
}

/// `/Prod/notes` is stage `Prod`, path `/notes`.
pub fn split_stage(path: &str) -> (&str, &str) {
    let below = path.strip_prefix('/').unwrap_or(path);
    match below.find('/') {
        Some(end) => (&below[..end], &below[end..]),
        None => (below, "/"),
    }
}

fn failed(stage: &RestStage, request_id: &str, error: CallError) -> Response<Body> {
    match error {
        CallError::TimedOut => {
            let refused = refusal::rest(504, "InternalServerErrorException", "Endpoint request timed out");
            customized(stage, request_id, "INTEGRATION_TIMEOUT", refused)
        }
        CallError::Function => {
            let refused = refusal::rest(502, "InternalServerErrorException", "Internal server error");
            customized(stage, request_id, "INTEGRATION_FAILURE", refused)
        }
        CallError::Throttled => customized(
            stage,
            request_id,
            "THROTTLED",
            refusal::rest(429, "TooManyRequestsException", "Too Many Requests"),
        ),
        CallError::Refused => customized(stage, request_id, "API_CONFIGURATION_ERROR", refusal::internal()),
    }
}

/// The API's own form of a refusal, where it has one for the kind or for its class of status.
fn customized(
    stage: &RestStage,
    request_id: &str,
    kind: &str,
    mut refused: Response<Body>,
) -> Response<Body> {
    let class = if refused.status().is_server_error() { "DEFAULT_5XX" } else { "DEFAULT_4XX" };
    let own = stage.gateway_responses.get(kind);
    let Some(response) = own.or_else(|| stage.gateway_responses.get(class)) else { return refused };
    if let Some(status) = response.status_code.as_deref().and_then(|text| text.parse().ok())
        && let Ok(status) = StatusCode::from_u16(status)
    {
        *refused.status_mut() = status;
    }
    set_literals(&mut refused, &response.response_parameters, "gatewayresponse.header.");
    if let Some(template) = response.response_templates.get("application/json") {
        let message = refused.body().as_bytes().and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
        let message = message.and_then(|m| m["message"].as_str().map(str::to_owned)).unwrap_or_default();
        let body = template
            .replace("$context.requestId", request_id)
            .replace("$context.error.responseType", kind)
            .replace("$context.error.messageString", &json!(message).to_string())
            .replace("$context.error.message", &message);
        *refused.body_mut() = Body::bytes(body);
    }
    refused
}

/// A MOCK integration with literal templates: the status of its request template picks the response.
fn mock(integration: &Integration) -> Response<Body> {
    // Without a template the request itself would have to name the status, which no client's does.
    let Some(template) = integration.request_templates.get("application/json") else {
        return refusal::internal();
    };
    let status = serde_json::from_str::<Value>(template).ok().and_then(|value| value["statusCode"].as_u64());
    let wanted = status.unwrap_or(200).to_string();
    let Some(response) = pick(&integration.integration_responses, &wanted) else {
        return refusal::internal();
    };
    let body = response.response_templates.get("application/json").cloned().unwrap_or_default();
    let mut answer = Response::new(Body::bytes(body));
    let code = response.status_code.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
    *answer.status_mut() = code.unwrap_or(StatusCode::OK);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    set_literals(&mut answer, &response.response_parameters, "method.response.header.");
    answer
}

/// The response whose selection pattern is the status, else the default one (without a pattern).
fn pick<'a>(
    responses: &'a IndexMap<String, IntegrationResponse>,
    wanted: &str,
) -> Option<&'a IntegrationResponse> {
    let by_pattern =
        responses.values().find(|response| response.selection_pattern.as_deref() == Some(wanted));
    by_pattern.or_else(|| {
        responses.values().find(|response| response.selection_pattern.as_deref().is_none_or(str::is_empty))
    })
}

/// Header parameters whose values are literals in single quotes.
fn set_literals(answer: &mut Response<Body>, parameters: &IndexMap<String, String>, prefix: &str) {
    for (target, value) in parameters {
        let literal = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let (Some(name), Some(literal)) = (target.strip_prefix(prefix), literal) else { continue };
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(literal)) {
            answer.headers_mut().insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stage_is_the_first_part_of_the_path() {
        assert_eq!(split_stage("/Prod/notes/1"), ("Prod", "/notes/1"));
        assert_eq!(split_stage("/Prod"), ("Prod", "/"));
        assert_eq!(split_stage("/Prod/"), ("Prod", "/"));
        assert_eq!(split_stage("/"), ("", "/"));
    }

    #[test]
    fn a_mock_answers_with_its_literal_headers() {
        let parameters =
            [("method.response.header.Access-Control-Allow-Origin".to_owned(), "'*'".to_owned())].into();
        let response = IntegrationResponse {
            status_code: "200".into(),
            response_parameters: parameters,
            ..Default::default()
        };
        let integration = Integration {
            r#type: "MOCK".into(),
            request_templates: [("application/json".to_owned(), "{\"statusCode\": 200}".to_owned())].into(),
            integration_responses: [("200".to_owned(), response)].into(),
            ..Default::default()
        };
        let answer = mock(&integration);
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    }

    #[test]
    fn a_refusals_template_may_name_the_request_and_the_kind() {
        let template = "{\"id\": \"$context.requestId\", \"kind\": \"$context.error.responseType\"}";
        let response = svc_apigateway::model::rest::GatewayResponse {
            response_templates: [("application/json".to_owned(), template.to_owned())].into(),
            ..Default::default()
        };
        let stage = RestStage {
            gateway_responses: [("DEFAULT_5XX".to_owned(), response)].into(),
            routes: crate::routes::RouteTable::default(),
            variables: IndexMap::new(),
            binary_media_types: Vec::new(),
            is_disabled: false,
        };
        let answer = customized(&stage, "r-1", "INTEGRATION_TIMEOUT", refusal::internal());
        let body = std::str::from_utf8(answer.body().as_bytes().unwrap()).unwrap();
        assert_eq!(body, "{\"id\": \"r-1\", \"kind\": \"INTEGRATION_TIMEOUT\"}");
    }
}
