//! OpenAPI 2.0 and 3.0 documents with API Gateway's extensions ("Working with API Gateway extensions to OpenAPI").
//!
//! Documents are JSON. An extension that is not built is refused by name; what AWS imports but has no effect on how
//! requests are served (models) becomes a warning.

pub mod http;
pub mod rest;

use serde_json::{Map, Value};
use wire_codec::{ApiError, Structure, read_document};

use crate::error::bad_request;

/// The prefix of API Gateway's extensions.
const EXTENSION: &str = "x-amazon-apigateway-";

/// A method under a path, as documents name them.
const METHODS: [&str; 8] =
    ["get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"];

/// Paths of a document at most (API Gateway quotas: 300 resources, routes alike).
const MAX_PATHS: usize = 300;

/// Parses a document's text.
pub fn parse(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(document)) => Ok(document),
        Ok(_) => Err(bad_request("Unable to parse API definition: it is not an object")),
        Err(_) if body.trim_ascii_start().first() != Some(&b'{') => {
            Err(ApiError::not_implemented("importing a definition in YAML (JSON is read)"))
        }
        Err(cause) => Err(bad_request(format!(
            "Unable to parse API definition because of a malformed integration or document: {cause}"
        ))),
    }
}

/// Extensions but those named are refused.
fn check_extensions(of: &Map<String, Value>, built: &[&str]) -> Result<(), ApiError> {
    let unknown = of.keys().find(|key| key.starts_with(EXTENSION) && !built.contains(&key.as_str()));
    match unknown {
        Some(name) => Err(ApiError::not_implemented(format!("{name} in an imported definition"))),
        None => Ok(()),
    }
}

/// Authorizers and API keys are not built: a definition that asks for them is refused rather than served open.
fn check_security(document: &Map<String, Value>) -> Result<(), ApiError> {
    let schemes = document
        .get("securityDefinitions")
        .or_else(|| document.get("components").and_then(|components| components.get("securitySchemes")));
    if let Some(name) = schemes.and_then(Value::as_object).and_then(|schemes| schemes.keys().next()) {
        return Err(ApiError::not_implemented(format!(
            "the authorizer or API key '{name}' of an imported definition"
        )));
    }
    check_operation_security(document)
}

fn check_operation_security(operation: &Map<String, Value>) -> Result<(), ApiError> {
    let asked = operation.get("security").and_then(Value::as_array);
    match asked.is_some_and(|asked| !asked.is_empty()) {
        true => Err(ApiError::not_implemented("security requirements in an imported definition")),
        false => Ok(()),
    }
}

/// A path with its item.
type PathItem<'a> = (&'a String, &'a Map<String, Value>);

fn paths(document: &Map<String, Value>) -> Result<Vec<PathItem<'_>>, ApiError> {
    let Some(paths) = document.get("paths").and_then(Value::as_object) else { return Ok(Vec::new()) };
    if paths.len() > MAX_PATHS {
        return Err(bad_request(format!("The definition has more than {MAX_PATHS} paths")));
    }
    let mut entries = Vec::with_capacity(paths.len());
    for (path, item) in paths {
        match item {
            Value::Object(item) => entries.push((path, item)),
            _ => return Err(bad_request(format!("Invalid path item for {path}"))),
        }
    }
    for (path, item) in &entries {
        if item.contains_key("$ref") {
            return Err(ApiError::not_implemented(format!("$ref of the path item {path}")));
        }
    }
    Ok(entries)
}

/// The methods of a path item with what they say.
fn operations(item: &Map<String, Value>) -> impl Iterator<Item = (&'static str, &Map<String, Value>)> {
    METHODS.iter().filter_map(|method| Some((*method, item.get(*method)?.as_object()?)))
}

/// `GET`, or `ANY` for the extension.
fn method_name(method: &str) -> String {
    if method.starts_with(EXTENSION) { "ANY".to_owned() } else { method.to_ascii_uppercase() }
}

fn text(of: &Map<String, Value>, name: &str) -> Option<String> {
    match of.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn info(document: &Map<String, Value>, name: &str) -> Option<String> {
    text(document.get("info")?.as_object()?, name)
}

/// Reads a part by an API type's member names; numbers and truth values may be text, as templates write them.
fn part<T: Structure + Default>(value: Value, what: &str) -> Result<T, ApiError> {
    let mut read = T::default();
    read_document(&value, &mut read).map_err(|cause| bad_request(format!("Invalid {what}: {cause}")))?;
    Ok(read)
}

/// Both of API Gateway's ways to write an enumeration.
fn upper(of: &mut Map<String, Value>, name: &str) {
    if let Some(Value::String(text)) = of.get_mut(name) {
        *text = text.to_ascii_uppercase();
    }
}
