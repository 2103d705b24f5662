//! Functions over strings and lists: Join, Split, Sub, Select, Length, Base64, ToJsonString.

use base64::Engine;
use serde_json::{Map, Value};

use super::functions::scalar_text;
use super::{EvalError, Pending, Reference, Scope, invalid, lookup};

/// The longest text a function may make; a resource property never needs more (a template body is 1 MB).
const MAX_TEXT_BYTES: usize = 4 << 20;

fn bounded(text: String) -> Result<String, EvalError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(invalid("the result of an intrinsic function is larger than 4 MB"));
    }
    Ok(text)
}

pub(super) fn join(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    const USAGE: &str = "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.";
    let Some([Value::String(delimiter), list]) = argument.as_array().map(Vec::as_slice) else {
        return Err(invalid(USAGE));
    };
    let Some(Value::Array(items)) = scope.value(list)? else { return Err(invalid(USAGE)) };
    let parts: Option<Vec<String>> = items.iter().map(scalar_text).collect();
    Ok(Value::String(bounded(parts.ok_or_else(|| invalid(USAGE))?.join(delimiter))?))
}

pub(super) fn split(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    const USAGE: &str = "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.";
    let Some([Value::String(delimiter), source]) = argument.as_array().map(Vec::as_slice) else {
        return Err(invalid(USAGE));
    };
    let source = scope.value(source)?.as_ref().and_then(scalar_text).ok_or_else(|| invalid(USAGE))?;
    if delimiter.is_empty() {
        return Err(invalid(USAGE));
    }
    Ok(Value::Array(source.split(delimiter.as_str()).map(Value::from).collect()))
}

pub(super) fn select(scope: &Scope, argument: &Value) -> Result<Option<Value>, EvalError> {
    const USAGE: &str = "Fn::Select requires a list argument with two elements: an integer index and a list";
    let Some([index, list]) = argument.as_array().map(Vec::as_slice) else {
        return Err(invalid(USAGE));
    };
    let index = scope.value(index)?.as_ref().and_then(scalar_text).ok_or_else(|| invalid(USAGE))?;
    let index: usize = index.parse().map_err(|_| invalid(USAGE))?;
    let items = list_of(scope, list)?.ok_or_else(|| invalid(USAGE))?;
    match items.into_iter().nth(index) {
        Some(item) => Ok(Some(item)),
        None => Err(invalid(format!("Fn::Select cannot select nonexistent value at index {index}"))),
    }
}

/// A list, or the list a function returns; a comma-separated string counts as one.
fn list_of(scope: &Scope, value: &Value) -> Result<Option<Vec<Value>>, EvalError> {
    Ok(match scope.value(value)? {
        Some(Value::Array(items)) => Some(items),
        Some(Value::String(text)) => Some(text.split(',').map(|part| Value::from(part.trim())).collect()),
        _ => None,
    })
}

pub(super) fn length(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    match scope.value(argument)? {
        Some(Value::Array(items)) => Ok(Value::from(items.len())),
        _ => Err(invalid("Fn::Length only accepts a list or a function that returns a list")),
    }
}

pub(super) fn base64(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    const USAGE: &str = "every Fn::Base64 object must have a String-typed value.";
    let text = scope.value(argument)?.as_ref().and_then(scalar_text).ok_or_else(|| invalid(USAGE))?;
    Ok(Value::String(bounded(base64::engine::general_purpose::STANDARD.encode(text))?))
}

pub(super) fn to_json_string(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    match scope.value(argument)? {
        Some(value @ (Value::Object(_) | Value::Array(_))) => Ok(Value::String(bounded(value.to_string())?)),
        _ => Err(invalid("Fn::ToJsonString only accepts an object or an array")),
    }
}

/// A piece of a `Fn::Sub` text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// `${!Name}`, which stands for `${Name}`.
    Literal(&'a str),
    Variable(&'a str),
}

/// Takes a `Fn::Sub` text apart. A `${` that never closes is text.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start + 2..].find('}') else { break };
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let name = &rest[start + 2..start + 2 + length];
        pieces.push(match name.strip_prefix('!') {
            Some(literal) => Piece::Literal(literal),
            None => Piece::Variable(name.trim()),
        });
        rest = &rest[start + 2 + length + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The text and the variables of a `Fn::Sub` argument.
pub(crate) fn sub_parts(argument: &Value) -> Option<(&str, Option<&Map<String, Value>>)> {
    match argument {
        Value::String(text) => Some((text, None)),
        Value::Array(items) => match items.as_slice() {
            [Value::String(text), Value::Object(variables)] => Some((text, Some(variables))),
            [Value::String(text)] => Some((text, None)),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn substitute(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    const USAGE: &str = "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string";
    let (text, variables) = sub_parts(argument).ok_or_else(|| invalid(USAGE))?;
    let mut result = String::with_capacity(text.len());
    let mut pending = Pending::default();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => result.push_str(text),
            Piece::Literal(name) => result.push_str(&format!("${{{name}}}")),
            Piece::Variable(name) => {
                if let Some(value) = pending.keep(variable(scope, name, variables))? {
                    result.push_str(&value);
                }
            }
        }
        if result.len() > MAX_TEXT_BYTES {
            return Err(invalid("the result of an intrinsic function is larger than 4 MB"));
        }
    }
    pending.finish(Value::String(result))
}

fn variable(scope: &Scope, name: &str, variables: Option<&Map<String, Value>>) -> Result<String, EvalError> {
    let value = match variables.and_then(|variables| variables.get(name)) {
        Some(value) => scope.value(value)?,
        None => match Reference::parse(name) {
            Reference::Ref(name) => lookup::reference(scope, &Value::String(name))?,
            Reference::Attribute(resource, attribute) => {
                Some(lookup::attribute_of(scope, &resource, &attribute)?)
            }
        },
    };
    value
        .as_ref()
        .and_then(scalar_text)
        .ok_or_else(|| invalid(format!("variable {name} in Fn::Sub expression does not resolve to a string")))
}
