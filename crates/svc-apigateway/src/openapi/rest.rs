//! REST APIs from OpenAPI.

use api_apigateway::types as t;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use wire_codec::ApiError;

use super::{
    check_extensions, check_operation_security, check_security, info, method_name, operations, part, paths,
    text,
};
use crate::document;
use crate::error::bad_request;
use crate::model::rest::{
    GatewayResponse, Integration, Method, MethodResponse, RestApiSettings, RestDefinition,
};
use crate::rest::{check, tree};

/// What a document says about an API.
#[derive(Debug)]
pub struct Imported {
    pub settings: RestApiSettings,
    pub definition: RestDefinition,
    pub warnings: Vec<String>,
}

const BUILT: [&str; 5] = [
    "x-amazon-apigateway-binary-media-types",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-importexport-version",
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-endpoint-configuration",
];

const BUILT_IN_OPERATIONS: [&str; 2] = ["x-amazon-apigateway-integration", "x-amazon-apigateway-auth"];

/// Lays a document over `definition`: empty but for the root to overwrite, the present one to merge.
pub fn import(
    body: &Map<String, Value>,
    mut definition: RestDefinition,
    mut settings: RestApiSettings,
    mut new_id: impl FnMut() -> String,
) -> Result<Imported, ApiError> {
    let version = text(body, "swagger").or_else(|| text(body, "openapi")).unwrap_or_default();
    if version != "2.0" && !version.starts_with("3.0") {
        return Err(bad_request(format!(
            "Invalid OpenAPI input: the version '{version}' is neither 2.0 nor 3.0"
        )));
    }
    check_extensions(body, &BUILT)?;
    check_security(body)?;
    tree::ensure_root(&mut definition, &mut new_id);
    settings.name = info(body, "title").unwrap_or(settings.name);
    settings.description = info(body, "description").or(settings.description);
    settings.version = info(body, "version").or(settings.version);
    if let Some(types) = body.get("x-amazon-apigateway-binary-media-types") {
        settings.binary_media_types = document::read(types.clone())?;
    }
    if let Some(source) = text(body, "x-amazon-apigateway-api-key-source") {
        settings.api_key_source = Some(source.to_ascii_uppercase());
    }
    if let Some(endpoint) = body.get("x-amazon-apigateway-endpoint-configuration") {
        endpoint_configuration(endpoint, &mut settings)?;
    }
    for (path, item) in paths(body)? {
        check_extensions(item, &["x-amazon-apigateway-any-method"])?;
        let id = tree::ensure_path(&mut definition, path, &mut new_id)?;
        for (name, operation) in operations(item) {
            let method = method(&method_name(name), operation)?;
            if let Some(resource) = definition.resources.get_mut(&id) {
                resource.methods.insert(method.http_method.clone(), method);
            }
        }
    }
    tree::check_siblings(&definition)?;
    if let Some(responses) = body.get("x-amazon-apigateway-gateway-responses").and_then(Value::as_object) {
        for (kind, response) in responses {
            definition.gateway_responses.insert(kind.clone(), gateway_response(kind, response)?);
        }
    }
    Ok(Imported { settings, definition, warnings: warnings(body) })
}

fn warnings(body: &Map<String, Value>) -> Vec<String> {
    let schemas = body.get("definitions").or_else(|| body.get("components").and_then(|c| c.get("schemas")));
    let any = schemas.and_then(Value::as_object).is_some_and(|schemas| !schemas.is_empty());
    any.then(|| "Models are not imported: the definition's schemas have no effect".to_owned())
        .into_iter()
        .collect()
}

fn endpoint_configuration(value: &Value, settings: &mut RestApiSettings) -> Result<(), ApiError> {
    for (name, value) in value.as_object().into_iter().flatten() {
        match name.as_str() {
            "disableExecuteApiEndpoint" => {
                settings.disable_execute_api_endpoint = value.as_bool().or(Some(value == "true"));
            }
            other => {
                let what = format!("{other} of x-amazon-apigateway-endpoint-configuration");
                return Err(ApiError::not_implemented(what));
            }
        }
    }
    Ok(())
}

fn method(name: &str, operation: &Map<String, Value>) -> Result<Method, ApiError> {
    check_extensions(operation, &BUILT_IN_OPERATIONS)?;
    check_operation_security(operation)?;
    let auth = operation.get("x-amazon-apigateway-auth").and_then(Value::as_object);
    let authorization_type = auth.and_then(|auth| text(auth, "type")).unwrap_or_else(|| "NONE".to_owned());
    let integration = operation.get("x-amazon-apigateway-integration").map(integration).transpose()?;
    let method = Method {
        http_method: name.to_owned(),
        authorization_type: authorization_type.to_ascii_uppercase(),
        operation_name: text(operation, "operationId"),
        request_parameters: request_parameters(operation),
        method_responses: method_responses(operation),
        method_integration: integration,
        ..Method::default()
    };
    check::method(&method)?;
    Ok(method)
}

/// `method.request.querystring.page: false`, as far as the parameters are written in place.
fn request_parameters(operation: &Map<String, Value>) -> IndexMap<String, bool> {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let named = parameters.into_iter().flatten().filter_map(|parameter| {
        let parameter = parameter.as_object()?;
        let place = match text(parameter, "in")?.as_str() {
            "query" => "querystring",
            "path" => "path",
            "header" => "header",
            _ => return None,
        };
        let is_required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
        Some((format!("method.request.{place}.{}", text(parameter, "name")?), is_required))
    });
    named.collect()
}

fn method_responses(operation: &Map<String, Value>) -> IndexMap<String, MethodResponse> {
    let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let with_status = responses.filter(|(status, _)| status.parse::<u16>().is_ok());
    let made = with_status.map(|(status, response)| {
        let headers = response.get("headers").and_then(Value::as_object).into_iter().flatten();
        let response_parameters =
            headers.map(|(name, _)| (format!("method.response.header.{name}"), false)).collect();
        let response =
            MethodResponse { status_code: status.clone(), response_parameters, ..MethodResponse::default() };
        (status.clone(), response)
    });
    made.collect()
}

fn integration(value: &Value) -> Result<Integration, ApiError> {
    let Value::Object(members) = value else {
        return Err(bad_request("Invalid x-amazon-apigateway-integration"));
    };
    let mut members = members.clone();
    let responses = members.shift_remove("responses");
    for name in ["type", "passthroughBehavior", "connectionType", "contentHandling"] {
        super::upper(&mut members, name);
    }
    let read: t::Integration = part(Value::Object(members), "x-amazon-apigateway-integration")?;
    let mut integration: Integration = document::settings(&read, &[])?;
    for (pattern, response) in responses.as_ref().and_then(Value::as_object).into_iter().flatten() {
        let mut read: t::IntegrationResponse = part(response.clone(), "integration response")?;
        read.selection_pattern = (pattern != "default").then(|| pattern.clone());
        let read: crate::model::rest::IntegrationResponse = document::settings(&read, &[])?;
        integration.integration_responses.insert(read.status_code.clone(), read);
    }
    check::integration(&integration)?;
    Ok(integration)
}

fn gateway_response(kind: &str, value: &Value) -> Result<GatewayResponse, ApiError> {
    let mut value = value.clone();
    if let Some(members) = value.as_object_mut() {
        members.insert("responseType".into(), json!(kind));
    }
    let read: t::GatewayResponse = part(value, "gateway response")?;
    let response: GatewayResponse = document::settings(&read, &[])?;
    check::gateway_response(&response)?;
    Ok(response)
}
