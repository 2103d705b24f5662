//! HTTP APIs from OpenAPI 3.0.

use api_apigatewayv2::types as t;
use serde_json::{Map, Value};
use wire_codec::ApiError;

use super::{
    check_extensions, check_operation_security, check_security, info, method_name, operations, part, paths,
    text,
};
use crate::document;
use crate::error::bad_request;
use crate::http::check;
use crate::model::http::{HttpApiSettings, HttpDefinition, HttpIntegration, Route};

#[derive(Debug)]
pub struct Imported {
    pub settings: HttpApiSettings,
    pub definition: HttpDefinition,
    pub warnings: Vec<String>,
}

const BUILT: [&str; 3] = [
    "x-amazon-apigateway-cors",
    "x-amazon-apigateway-importexport-version",
    "x-amazon-apigateway-endpoint-configuration",
];

/// What the document says, over the settings as they are; routes and integrations are the document's alone.
pub fn import(
    body: &Map<String, Value>,
    mut settings: HttpApiSettings,
    mut new_id: impl FnMut() -> String,
) -> Result<Imported, ApiError> {
    let version = text(body, "openapi").unwrap_or_default();
    if !version.starts_with("3.0") {
        return Err(bad_request(format!(
            "Invalid OpenAPI input: HTTP APIs are defined by OpenAPI 3.0, not '{version}'"
        )));
    }
    check_extensions(body, &BUILT)?;
    check_security(body)?;
    settings.name = info(body, "title").unwrap_or(settings.name);
    settings.description = info(body, "description").or(settings.description);
    settings.version = info(body, "version").or(settings.version);
    settings.protocol_type = "HTTP".to_owned();
    if let Some(cors) = body.get("x-amazon-apigateway-cors") {
        let read: t::Cors = part(cors.clone(), "x-amazon-apigateway-cors")?;
        settings.cors_configuration = Some(document::settings(&read, &[])?);
    }
    if let Some(endpoint) = body.get("x-amazon-apigateway-endpoint-configuration") {
        let members = endpoint.as_object().into_iter().flatten();
        if let Some((name, _)) = members.into_iter().find(|(name, _)| *name != "disableExecuteApiEndpoint") {
            let what = format!("{name} of x-amazon-apigateway-endpoint-configuration");
            return Err(ApiError::not_implemented(what));
        }
        let disabled = endpoint.get("disableExecuteApiEndpoint");
        settings.disable_execute_api_endpoint =
            disabled.is_some_and(|value| value == true || value == "true");
    }
    for tag in body.get("tags").and_then(Value::as_array).into_iter().flatten() {
        let value = tag.get("x-amazon-apigateway-tag-value").and_then(Value::as_str);
        if let (Some(name), Some(value)) = (tag.get("name").and_then(Value::as_str), value) {
            settings.tags.insert(name.to_owned(), value.to_owned());
        }
    }
    check::settings(&settings)?;
    let mut definition = HttpDefinition::default();
    for (path, item) in paths(body)? {
        check_extensions(item, &["x-amazon-apigateway-any-method"])?;
        for (method, operation) in operations(item) {
            let route_key = match path.trim_start_matches('/') {
                "$default" => "$default".to_owned(),
                _ => format!("{} {path}", method_name(method)),
            };
            add_route(body, &mut definition, route_key, operation, &mut new_id)?;
        }
    }
    Ok(Imported { settings, definition, warnings: Vec::new() })
}

fn add_route(
    body: &Map<String, Value>,
    definition: &mut HttpDefinition,
    route_key: String,
    operation: &Map<String, Value>,
    new_id: &mut impl FnMut() -> String,
) -> Result<(), ApiError> {
    check_extensions(operation, &["x-amazon-apigateway-integration"])?;
    check_operation_security(operation)?;
    let mut route = Route {
        route_key,
        authorization_type: Some("NONE".to_owned()),
        operation_name: text(operation, "operationId"),
        ..Route::default()
    };
    if let Some(value) = operation.get("x-amazon-apigateway-integration") {
        let id = new_id();
        definition.integrations.insert(id.clone(), integration(referred(body, value))?);
        route.target = Some(format!("integrations/{id}"));
    }
    check::route(&route, definition, None)?;
    definition.routes.insert(new_id(), route);
    Ok(())
}

/// `{"$ref": "#/components/x-amazon-apigateway-integrations/name"}` or the value itself.
fn referred<'a>(body: &'a Map<String, Value>, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    let name = reference.and_then(|r| r.strip_prefix("#/components/x-amazon-apigateway-integrations/"));
    let shared = body.get("components").and_then(|c| c.get("x-amazon-apigateway-integrations"));
    name.and_then(|name| shared?.get(name)).unwrap_or(value)
}

fn integration(value: &Value) -> Result<HttpIntegration, ApiError> {
    const NAMES: [(&str, &str); 4] = [
        ("type", "integrationType"),
        ("uri", "integrationUri"),
        ("httpMethod", "integrationMethod"),
        ("credentials", "credentialsArn"),
    ];
    let Value::Object(members) = value else {
        return Err(bad_request("Invalid x-amazon-apigateway-integration"));
    };
    let mut members = members.clone();
    for (from, to) in NAMES {
        if let Some(value) = members.shift_remove(from) {
            members.insert(to.to_owned(), value);
        }
    }
    for name in ["integrationType", "connectionType"] {
        super::upper(&mut members, name);
    }
    let read: t::Integration = part(Value::Object(members), "x-amazon-apigateway-integration")?;
    let integration: HttpIntegration = document::settings(&read, &[])?;
    check::integration(&integration)?;
    Ok(integration)
}
