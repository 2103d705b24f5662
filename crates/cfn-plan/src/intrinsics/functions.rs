//! Which function a mapping calls, and the call.

use serde_json::{Map, Value};

use super::{EvalError, Scope, cidr, invalid, logic, lookup, text};

/// The function call a mapping is, if it is one: exactly one key, `Ref` or `Fn::..`.
pub(crate) fn call_of(entries: &Map<String, Value>) -> Option<(&str, &Value)> {
    if entries.len() != 1 {
        return None;
    }
    let (key, argument) = entries.iter().next()?;
    (key == "Ref" || key.starts_with("Fn::")).then_some((key.as_str(), argument))
}

pub(super) fn call(scope: &Scope, name: &str, argument: &Value) -> Result<Option<Value>, EvalError> {
    let value = match name {
        "Ref" => return lookup::reference(scope, argument),
        "Fn::If" => return logic::branch(scope, argument).and_then(|taken| scope.value(taken)),
        "Fn::GetAtt" => lookup::attribute(scope, argument)?,
        "Fn::FindInMap" => return lookup::find_in_map(scope, argument),
        "Fn::ImportValue" => lookup::import(scope, argument)?,
        "Fn::GetAZs" => lookup::availability_zones(scope, argument)?,
        "Fn::Join" => text::join(scope, argument)?,
        "Fn::Split" => text::split(scope, argument)?,
        "Fn::Sub" => text::substitute(scope, argument)?,
        "Fn::Base64" => text::base64(scope, argument)?,
        "Fn::ToJsonString" => text::to_json_string(scope, argument)?,
        "Fn::Select" => return text::select(scope, argument),
        "Fn::Length" => text::length(scope, argument)?,
        "Fn::Cidr" => cidr::cidr(scope, argument)?,
        "Fn::And"
        | "Fn::Or"
        | "Fn::Not"
        | "Fn::Equals"
        | "Fn::Contains"
        | "Fn::EachMemberEquals"
        | "Fn::EachMemberIn" => Value::Bool(logic::decide_call(scope, name, argument)?),
        other => return Err(invalid(format!("{other} is not a supported function"))),
    };
    Ok(Some(value))
}

/// A scalar as text; lists and mappings have none.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
