//! What of HTTP APIs can be served. All else is refused by name when it is defined, not when it is called.

use wire_codec::ApiError;

use crate::error::{bad_request, conflict};
use crate::model::http::{Cors, HttpApiSettings, HttpDefinition, HttpIntegration, Route};

/// Milliseconds an integration may take (HTTP API quotas).
pub const TIMEOUT_MS: std::ops::RangeInclusive<i64> = 50..=30_000;

/// Routes and integrations of an API at most (HTTP API quotas).
pub const MAX_ROUTES: usize = 300;

const ROUTE_SELECTION: &str = "${request.method} ${request.path}";

const HTTP_METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "ANY"];

pub fn settings(settings: &HttpApiSettings) -> Result<(), ApiError> {
    if settings.name.is_empty() {
        return Err(bad_request("Invalid API Name"));
    }
    if settings.protocol_type != "HTTP" {
        return Err(ApiError::not_implemented(format!("APIs of protocol {}", settings.protocol_type)));
    }
    if settings
        .route_selection_expression
        .as_deref()
        .is_some_and(|selection| selection != ROUTE_SELECTION && selection != "$request.method $request.path")
    {
        return Err(bad_request(format!(
            "Invalid RouteSelectionExpression: HTTP APIs use {ROUTE_SELECTION}"
        )));
    }
    settings.cors_configuration.as_ref().map_or(Ok(()), cors)
}

fn cors(cors: &Cors) -> Result<(), ApiError> {
    let credentials = cors.allow_credentials.unwrap_or(false);
    if credentials && cors.allow_origins.iter().any(|origin| origin == "*") {
        return Err(bad_request("allowCredentials cannot be true when allowOrigins is *"));
    }
    if cors.max_age.is_some_and(|seconds| !(-1..=86_400).contains(&seconds)) {
        return Err(bad_request("Invalid maxAge: it is between -1 and 86400 seconds"));
    }
    let parts = [&cors.allow_headers, &cors.allow_methods, &cors.allow_origins, &cors.expose_headers];
    for text in parts.into_iter().flatten() {
        if http::HeaderValue::from_str(text).is_err() {
            return Err(bad_request(format!("Invalid value in the CORS configuration: {text}")));
        }
    }
    Ok(())
}

pub fn integration(integration: &HttpIntegration) -> Result<(), ApiError> {
    if integration.integration_type != "AWS_PROXY" {
        return Err(ApiError::not_implemented(format!(
            "integrations of type {}",
            integration.integration_type
        )));
    }
    if integration.connection_type.as_deref() == Some("VPC_LINK") {
        return Err(ApiError::not_implemented("the connection type VPC_LINK"));
    }
    match integration.payload_format_version.as_deref() {
        None | Some("1.0" | "2.0") => {}
        Some(_) => return Err(bad_request("PayloadFormatVersion must be 1.0 or 2.0")),
    }
    let uri = integration.integration_uri.as_deref().unwrap_or_default();
    let is_path = uri.contains(":lambda:path/") && uri.ends_with("/invocations");
    if !uri.starts_with("arn:") || !(is_path || uri.contains(":lambda:") && uri.contains(":function:")) {
        return Err(bad_request("Invalid integration URI: a Lambda function's ARN is expected"));
    }
    if integration.timeout_in_millis.is_some_and(|timeout| !TIMEOUT_MS.contains(&timeout)) {
        return Err(bad_request("Timeout should be between 50 ms and 30000 ms"));
    }
    Ok(())
}

/// `except` is the route's own id, when it is changed.
pub fn route(route: &Route, definition: &HttpDefinition, except: Option<&str>) -> Result<(), ApiError> {
    route_key(&route.route_key)?;
    if route.api_key_required {
        return Err(bad_request("apiKeyRequired is not supported for HTTP APIs"));
    }
    match route.authorization_type.as_deref() {
        None | Some("NONE") => {}
        Some(kind) => {
            return Err(ApiError::not_implemented(format!("the authorization type {kind} of routes")));
        }
    }
    if let Some(target) = &route.target {
        let id = target.strip_prefix("integrations/").unwrap_or_default();
        if !definition.integrations.contains_key(id) {
            return Err(bad_request(format!("Invalid target: integration {id} does not exist")));
        }
    }
    let others = definition.routes.iter().filter(|(id, _)| Some(id.as_str()) != except);
    let mut same = others.filter(|(_, other)| other.route_key == route.route_key);
    if same.next().is_some() {
        return Err(conflict(format!("Route with key {} already exists for this API", route.route_key)));
    }
    match except.is_none() && definition.routes.len() >= MAX_ROUTES {
        true => Err(ApiError::new(
            "LimitExceededException",
            429,
            "Maximum number of routes for this API has been reached",
        )),
        false => Ok(()),
    }
}

/// `$default`, or a method and a path whose variables fill whole segments.
fn route_key(key: &str) -> Result<(), ApiError> {
    if key == "$default" {
        return Ok(());
    }
    let invalid = || {
        bad_request(format!(
            "The provided route key is not formatted properly for HTTP protocol. Format should be \"<HTTP METHOD> /<RESOURCE PATH>\" or \"$default\": {key}"
        ))
    };
    let (method, path) = key.split_once(' ').ok_or_else(invalid)?;
    if !HTTP_METHODS.contains(&method) || !path.starts_with('/') {
        return Err(invalid());
    }
    let mut greedy = false;
    for part in path.split('/').skip(1) {
        if greedy {
            return Err(invalid());
        }
        let name = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        greedy = name.is_some_and(|name| name.ends_with('+'));
        let bare = name.map_or(part, |name| name.strip_suffix('+').unwrap_or(name));
        if bare.contains(['{', '}']) || (name.is_some() && bare.is_empty()) {
            return Err(invalid());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_key_is_a_method_and_a_path_or_the_default() {
        for key in ["$default", "GET /", "ANY /{proxy+}", "POST /notes/{id}/tags"] {
            assert!(route_key(key).is_ok(), "{key}");
        }
        for key in ["", "GET", "FETCH /", "GET notes", "GET /{proxy+}/more", "GET /a{b}", "GET /{}"] {
            assert!(route_key(key).is_err(), "{key}");
        }
    }
}
