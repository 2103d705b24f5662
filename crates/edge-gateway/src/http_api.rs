//! Requests to HTTP APIs.

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use svc_apigateway::model::Owner;
use wire_codec::{ApiError, Body};

use crate::incoming::{Incoming, is_listed};
use crate::invoke::{CallError, Caller, function_of};
use crate::rest_api::split_stage;
use crate::rest_event::{self, Facts};
use crate::stages::{HttpRoute, HttpStage};
use crate::{Gateway, answer, cors, http_event, refusal};

/// Longest wait for an integration.
const LIMIT_MS: i64 = 30_000;
/// The stage without a name in the path.
const DEFAULT: &str = "$default";

/// A stage, its name and the path below it.
struct Placed {
    stage: Arc<HttpStage>,
    name: String,
    path: String,
}

impl Gateway {
    pub(crate) async fn serve_http(
        &self,
        api_id: &str,
        owner: &Owner,
        incoming: Incoming,
        request_id: &str,
    ) -> Response<Body> {
        let placed = match self.place(api_id, &incoming.path).await {
            Ok(Some(placed)) if !placed.stage.is_disabled => placed,
            Ok(_) => return refusal::plain(404, "Not Found"),
            Err(_) => return refusal::plain(500, "Internal Server Error"),
        };
        if let Some(answer) = placed.stage.cors.as_ref().and_then(|cors| cors::preflight(cors, &incoming)) {
            return answer;
        }
        let mut answer = self.route(api_id, owner, &placed, &incoming, request_id).await;
        if let Some(cors) = &placed.stage.cors {
            cors::apply(cors, &incoming, &mut answer);
        }
        answer
    }

    /// A stage named by the path's first part, else the default one.
    async fn place(&self, api_id: &str, path: &str) -> Result<Option<Placed>, ApiError> {
        let (name, below) = split_stage(path);
        if !name.is_empty()
            && let Some(stage) = self.http_stage(api_id, name).await?
        {
            return Ok(Some(Placed { stage, name: name.to_owned(), path: below.to_owned() }));
        }
        let stage = self.http_stage(api_id, DEFAULT).await?;
        Ok(stage.map(|stage| Placed { stage, name: DEFAULT.to_owned(), path: path.to_owned() }))
    }

    async fn route(
        &self,
        api_id: &str,
        owner: &Owner,
        placed: &Placed,
        incoming: &Incoming,
        request_id: &str,
    ) -> Response<Body> {
        let found = placed.stage.routes.find(incoming.method.as_str(), &placed.path);
        let (route, parameters) = match (found, &placed.stage.default) {
            (Some(found), _) => (found.target, found.parameters),
            (None, Some(default)) => (default, Vec::new()),
            (None, None) => return refusal::plain(404, "Not Found"),
        };
        let Some(integration) = &route.integration else {
            return refusal::plain(500, "Internal Server Error");
        };
        if route.authorization_type != "NONE" {
            return refusal::plain(500, "Internal Server Error");
        }
        let is_version_1 = integration.payload_format_version.as_deref() == Some("1.0");
        let facts = Facts {
            account: &owner.account,
            api_id,
            stage: &placed.name,
            resource: route.route_key.split_once(' ').map_or(route.route_key.as_str(), |(_, path)| path),
            resource_id: &route.route_key,
            path: &placed.path,
            full_path: &incoming.path,
            parameters: &parameters,
            variables: &placed.stage.variables,
            request_id,
            extended_request_id: request_id,
            time: self.0.clock.now(),
            is_binary: !is_text(incoming.header("content-type")),
            is_http_api: true,
        };
        let event = match is_version_1 {
            true => rest_event::event(incoming, &facts),
            false => http_event::event(incoming, &facts, &route.route_key),
        };
        let function =
            function_of(integration.integration_uri.as_deref().unwrap_or_default(), &placed.stage.variables);
        let limit = integration.timeout_in_millis.unwrap_or(LIMIT_MS).clamp(50, LIMIT_MS);
        let caller = caller(api_id, owner, placed, route, request_id);
        let payload =
            self.call(&caller, &function, &event, Duration::from_millis(limit.unsigned_abs())).await;
        match payload {
            Ok(payload) if is_version_1 => answer::version_1(&payload, |_| true),
            Ok(payload) => answer::version_2(&payload),
            Err(CallError::TimedOut) => return refusal::plain(503, "Service Unavailable"),
            Err(CallError::Throttled) => return refusal::plain(429, "Too Many Requests"),
            Err(CallError::Function | CallError::Refused) => Err(answer::Malformed),
        }
        .unwrap_or_else(|_| refusal::plain(500, "Internal Server Error"))
    }
}

/// `arn:aws:execute-api:…:api/stage/GET/path`, or `…/$default` for the route of that name.
fn caller<'a>(
    api_id: &str,
    owner: &'a Owner,
    placed: &Placed,
    route: &HttpRoute,
    request_id: &'a str,
) -> Caller<'a> {
    let Owner { account, region, .. } = owner;
    let key = match route.route_key.split_once(' ') {
        Some((method, path)) => format!("{}{path}", if method == "ANY" { "*" } else { method }),
        None => route.route_key.clone(),
    };
    let source_arn = format!("arn:aws:execute-api:{region}:{account}:{api_id}/{}/{key}", placed.name);
    Caller { account, region, request_id, source_arn }
}

/// Bodies of these types reach the function as text, others as base 64.
fn is_text(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else { return true };
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let texts = [
        "text/*",
        "application/json",
        "application/xml",
        "application/javascript",
        "application/x-www-form-urlencoded",
    ];
    let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
    is_listed(&media_type, &texts) || media_type.ends_with("+json") || media_type.ends_with("+xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_from_binaries_by_their_type() {
        assert!(is_text(None));
        assert!(is_text(Some("application/json; charset=utf-8")));
        assert!(is_text(Some("application/vnd.api+json")));
        assert!(!is_text(Some("image/png")));
        assert!(!is_text(Some("multipart/form-data; boundary=x")));
    }
}
