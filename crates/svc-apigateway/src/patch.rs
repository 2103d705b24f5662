//! Patch operations on settings (API Gateway API reference, "Patch Operations"): JSON pointers whose values are text.

use api_apigateway::types::{Op, PatchOperation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire_codec::ApiError;

use crate::document;
use crate::error::bad_request;

/// Members whose text stands for something else.
const BOOLEANS: [&str; 4] =
    ["apiKeyRequired", "disableExecuteApiEndpoint", "cacheClusterEnabled", "tracingEnabled"];
const NUMBERS: [&str; 1] = ["timeoutInMillis"];
const LISTS: [&str; 2] = ["binaryMediaTypes", "cacheKeyParameters"];
const FLAGS: [&str; 2] = ["requestParameters", "responseParameters"];

/// The settings after all operations. `read_only` are members that no patch may touch.
pub fn apply<T: Serialize + DeserializeOwned>(
    settings: &T,
    operations: Option<Vec<PatchOperation>>,
    read_only: &[&str],
) -> Result<T, ApiError> {
    let mut members = document::stored(settings)?;
    for operation in operations.unwrap_or_default() {
        let path = operation.path.as_deref().unwrap_or_default();
        let parts: Vec<String> = path.split('/').skip(1).map(unescape).collect();
        let (first, rest) = parts.split_first().ok_or_else(|| invalid_path(path))?;
        if read_only.contains(&first.as_str()) {
            return Err(invalid_path(path));
        }
        one(&mut members, first, rest, &operation)?;
    }
    document::read(Value::Object(members))
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn invalid_path(path: &str) -> ApiError {
    bad_request(format!(
        "Invalid patch path  '{path}' specified for op 'replace'. Please choose supported operations"
    ))
}

fn one(
    members: &mut Map<String, Value>,
    first: &str,
    rest: &[String],
    operation: &PatchOperation,
) -> Result<(), ApiError> {
    let value = operation.value.clone().unwrap_or_default();
    match (operation.op, rest) {
        (Some(Op::Replace | Op::Add), []) => {
            members.insert(first.to_owned(), typed(first, value)?);
        }
        (Some(Op::Remove), []) => {
            members.shift_remove(first);
        }
        (Some(op), [name]) if LISTS.contains(&first) => list(members, first, name, op, value),
        (Some(Op::Replace | Op::Add), [name]) => {
            let flag = FLAGS.contains(&first) && matches!(value.as_str(), "true" | "false");
            let value = if flag { Value::Bool(value == "true") } else { Value::String(value) };
            entries(members, first)?.insert(name.clone(), value);
        }
        (Some(Op::Remove), [name]) => {
            entries(members, first)?.shift_remove(name);
        }
        (Some(Op::Copy | Op::Move | Op::Test), _) | (None, _) => {
            return Err(ApiError::not_implemented("the patch operations copy, move and test"));
        }
        _ => {
            let path = operation.path.as_deref().unwrap_or_default();
            return Err(ApiError::not_implemented(format!("patching {path}")));
        }
    }
    Ok(())
}

fn typed(name: &str, value: String) -> Result<Value, ApiError> {
    if BOOLEANS.contains(&name) {
        return value
            .to_ascii_lowercase()
            .parse()
            .map(Value::Bool)
            .map_err(|_| bad_request(format!("Invalid boolean value '{value}' specified for {name}")));
    }
    if NUMBERS.contains(&name) {
        let number: Result<i64, _> = value.parse();
        return number
            .map(Value::from)
            .map_err(|_| bad_request(format!("Invalid integer value '{value}' specified for {name}")));
    }
    Ok(Value::String(value))
}

fn entries<'a>(
    members: &'a mut Map<String, Value>,
    name: &str,
) -> Result<&'a mut Map<String, Value>, ApiError> {
    let value = members.entry(name).or_insert_with(|| Value::Object(Map::new()));
    value.as_object_mut().ok_or_else(|| invalid_path(&format!("/{name}")))
}

/// Of a list, the path names the element itself.
fn list(members: &mut Map<String, Value>, first: &str, name: &str, op: Op, value: String) {
    let entry = members.entry(first).or_insert_with(|| Value::Array(Vec::new()));
    let Some(items) = entry.as_array_mut() else { return };
    items.retain(|item| item != name);
    match op {
        Op::Add => items.push(name.into()),
        Op::Replace => items.push(value.into()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rest::RestApiSettings;

    fn operation(op: Op, path: &str, value: &str) -> PatchOperation {
        let (path, value) = (Some(path.to_owned()), Some(value.to_owned()));
        PatchOperation { op: Some(op), path, value, from: None }
    }

    #[test]
    fn a_media_type_is_named_by_the_path_and_a_truth_value_by_text() {
        let operations = vec![
            operation(Op::Replace, "/name", "new"),
            operation(Op::Add, "/binaryMediaTypes/image~1png", ""),
            operation(Op::Replace, "/disableExecuteApiEndpoint", "true"),
        ];
        let patched = apply(&RestApiSettings::default(), Some(operations), &[]).unwrap();
        assert_eq!(patched.name, "new");
        assert_eq!(patched.binary_media_types, ["image/png"]);
        assert_eq!(patched.disable_execute_api_endpoint, Some(true));
    }

    #[test]
    fn an_unknown_member_is_refused_by_name() {
        let operations = vec![operation(Op::Replace, "/minimumCompressionSize", "10")];
        let refused = apply(&RestApiSettings::default(), Some(operations), &[]).unwrap_err();
        assert!(refused.message.contains("minimumCompressionSize"), "{refused:?}");
    }
}
