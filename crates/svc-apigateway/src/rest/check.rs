//! What of methods and integrations can be served. All else is refused by name when it is defined, not when it is called.

use wire_codec::ApiError;

use crate::error::bad_request;
use crate::model::rest::{GatewayResponse, Integration, IntegrationResponse, Method, RestApiSettings};

/// Milliseconds an integration may take (API Gateway quotas).
pub const TIMEOUT_MS: std::ops::RangeInclusive<i64> = 50..=29_000;

const HTTP_METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "ANY"];

pub fn settings(settings: &RestApiSettings) -> Result<(), ApiError> {
    if settings.name.is_empty() {
        return Err(bad_request("Invalid API Name"));
    }
    if settings.api_key_source.as_deref() == Some("AUTHORIZER") {
        return Err(ApiError::not_implemented("the API key source AUTHORIZER"));
    }
    settings.endpoint_configuration.as_ref().map_or(Ok(()), endpoint)
}

/// A private API would be served to everyone.
fn endpoint(configuration: &serde_json::Value) -> Result<(), ApiError> {
    let has = |name: &str, wanted: &dyn Fn(&serde_json::Value) -> bool| {
        configuration.get(name).and_then(|list| list.as_array()).is_some_and(|list| list.iter().any(wanted))
    };
    if has("types", &|kind| kind == "PRIVATE") {
        return Err(ApiError::not_implemented("the endpoint type PRIVATE"));
    }
    if has("vpcEndpointIds", &|_| true) {
        return Err(ApiError::not_implemented("the parameter vpcEndpointIds"));
    }
    Ok(())
}

pub fn method(method: &Method) -> Result<(), ApiError> {
    if !HTTP_METHODS.contains(&method.http_method.as_str()) {
        return Err(bad_request(
            "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
        ));
    }
    match method.authorization_type.as_str() {
        "NONE" => {}
        "AWS_IAM" | "CUSTOM" | "COGNITO_USER_POOLS" => {
            let what = format!("the authorization type {} of methods", method.authorization_type);
            return Err(ApiError::not_implemented(what));
        }
        _ => return Err(bad_request("Invalid authorizationType specified")),
    }
    if method.api_key_required {
        return Err(ApiError::not_implemented("methods that require an API key"));
    }
    Ok(())
}

pub fn integration(integration: &Integration) -> Result<(), ApiError> {
    match integration.r#type.as_str() {
        "AWS_PROXY" => lambda_uri(integration.uri.as_deref().unwrap_or_default())?,
        "MOCK" => templates(integration.request_templates.iter())?,
        other => return Err(ApiError::not_implemented(format!("integrations of type {other}"))),
    }
    if integration.connection_type.as_deref() == Some("VPC_LINK") {
        return Err(ApiError::not_implemented("the connection type VPC_LINK"));
    }
    if let Some(timeout) = integration.timeout_in_millis
        && !TIMEOUT_MS.contains(&timeout)
    {
        return Err(bad_request("Timeout should be between 50 ms and 29000 ms"));
    }
    integration.integration_responses.values().try_for_each(integration_response)
}

pub fn integration_response(response: &IntegrationResponse) -> Result<(), ApiError> {
    if response.status_code.parse::<u16>().map_or(true, |status| !(100..600).contains(&status)) {
        return Err(bad_request("Invalid status code specified"));
    }
    let pattern = response.selection_pattern.as_deref().unwrap_or_default();
    if !pattern.chars().all(|c| c.is_ascii_digit()) {
        return Err(ApiError::not_implemented("selection patterns beyond a status code"));
    }
    literal_headers(response.response_parameters.iter(), "method.response.header.")?;
    templates(response.response_templates.iter())
}

pub fn gateway_response(response: &GatewayResponse) -> Result<(), ApiError> {
    if api_apigateway::types::GatewayResponseType::parse(&response.response_type).is_none() {
        return Err(bad_request(format!("Invalid gateway response type: {}", response.response_type)));
    }
    literal_headers(response.response_parameters.iter(), "gatewayresponse.header.")?;
    for (content_type, template) in &response.response_templates {
        json_only(content_type)?;
        let rest = template
            .replace("$context.error.messageString", "")
            .replace("$context.error.message", "")
            .replace("$context.requestId", "")
            .replace("$context.error.responseType", "");
        if is_dynamic(&rest) {
            return Err(ApiError::not_implemented(
                "VTL in templates of gateway responses beyond $context.error.*",
            ));
        }
    }
    Ok(())
}

/// `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations`
fn lambda_uri(uri: &str) -> Result<(), ApiError> {
    let is_lambda = uri.starts_with("arn:") && uri.contains(":lambda:path/") && uri.ends_with("/invocations");
    match is_lambda {
        true => Ok(()),
        false if uri.starts_with("arn:") && !uri.contains(":lambda:") => {
            Err(ApiError::not_implemented("AWS_PROXY integrations with other services than Lambda"))
        }
        false => Err(bad_request("Invalid function ARN or invalid uri")),
    }
}

fn templates<'a>(templates: impl Iterator<Item = (&'a String, &'a String)>) -> Result<(), ApiError> {
    for (content_type, template) in templates {
        json_only(content_type)?;
        if is_dynamic(template) {
            return Err(ApiError::not_implemented("mapping templates with VTL (fixed text is served)"));
        }
    }
    Ok(())
}

/// Templates of other types would never be served.
fn json_only(content_type: &str) -> Result<(), ApiError> {
    match content_type {
        "application/json" => Ok(()),
        other => {
            Err(ApiError::not_implemented(format!("templates for {other} (application/json is served)")))
        }
    }
}

fn is_dynamic(template: &str) -> bool {
    template.contains(['$', '#'])
}

/// Parameters that set a header to `'fixed text'`.
fn literal_headers<'a>(
    parameters: impl Iterator<Item = (&'a String, &'a String)>,
    prefix: &str,
) -> Result<(), ApiError> {
    for (name, value) in parameters {
        let header = name.strip_prefix(prefix).unwrap_or_default();
        if http::HeaderName::from_bytes(header.as_bytes()).is_err() {
            return Err(bad_request(format!("Invalid mapping expression specified: {name}")));
        }
        if literal(value).is_none() {
            return Err(ApiError::not_implemented(format!(
                "the mapping {name}: {value} (fixed text is served)"
            )));
        }
    }
    Ok(())
}

/// What stands between the quotes; none where the value is an expression.
pub fn literal(value: &str) -> Option<&str> {
    value.strip_prefix('\'')?.strip_suffix('\'')
}
