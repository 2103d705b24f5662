//! Small readings and makings of value trees: intrinsic functions, truth as Python has it, tags, expectations.

use serde_json::{Map, Value, json};

use crate::error::{Result, SamError};

pub(crate) type Entries = Map<String, Value>;

pub(crate) fn reference(id: &str) -> Value {
    json!({"Ref": id})
}

pub(crate) fn get_att(id: &str, attribute: &str) -> Value {
    json!({"Fn::GetAtt": [id, attribute]})
}

pub(crate) fn sub(text: &str) -> Value {
    json!({"Fn::Sub": text})
}

pub(crate) fn sub_with(text: &str, variables: Value) -> Value {
    json!({"Fn::Sub": [text, variables]})
}

pub(crate) fn no_value() -> Value {
    reference("AWS::NoValue")
}

/// `Fn::If` that gives nothing when the condition is false.
pub(crate) fn conditional(condition: &Value, value: Value) -> Value {
    json!({"Fn::If": [condition, value, no_value()]})
}

/// The single key and its argument, when the value is an intrinsic function call.
pub(crate) fn intrinsic(value: &Value) -> Option<(&str, &Value)> {
    let entries = value.as_object().filter(|entries| entries.len() == 1)?;
    let (key, argument) = entries.iter().next()?;
    (key == "Ref" || key == "Condition" || key.starts_with("Fn::")).then_some((key.as_str(), argument))
}

pub(crate) fn is_intrinsic(value: &Value) -> bool {
    intrinsic(value).is_some()
}

/// The argument of an `Fn::If`, whatever its shape.
pub(crate) fn if_argument(value: &Value) -> Option<&Value> {
    intrinsic(value).and_then(|(name, argument)| (name == "Fn::If").then_some(argument))
}

/// Condition, then and else of an `Fn::If` argument.
pub(crate) fn if_parts(argument: &Value) -> Option<(&Value, &Value, &Value)> {
    match argument.as_array().map(Vec::as_slice) {
        Some([condition, then, otherwise]) => Some((condition, then, otherwise)),
        _ => None,
    }
}

pub(crate) fn is_no_value(value: &Value) -> bool {
    intrinsic(value).is_some_and(|(name, argument)| name == "Ref" && argument == "AWS::NoValue")
}

/// The resource a `Ref` or `Fn::GetAtt` names.
pub(crate) fn logical_id_of(value: &Value) -> Option<&str> {
    match intrinsic(value)? {
        ("Ref", Value::String(id)) => Some(id),
        ("Fn::GetAtt", Value::Array(parts)) if parts.len() == 2 => parts[0].as_str(),
        ("Fn::GetAtt", Value::String(text)) => {
            let mut parts = text.split('.');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(id), Some(_), None) => Some(id),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Python's truth.
pub(crate) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
    }
}

/// A key's value unless it is missing or null.
pub(crate) fn given<'a>(entries: &'a Entries, key: &str) -> Option<&'a Value> {
    entries.get(key).filter(|value| !value.is_null())
}

/// A key's value when it is true in Python's sense.
pub(crate) fn set<'a>(entries: &'a Entries, key: &str) -> Option<&'a Value> {
    entries.get(key).filter(|value| truthy(value))
}

/// A key of a value that may not be a mapping.
pub(crate) fn at<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.as_object().and_then(|entries| given(entries, key))
}

/// `{a: b}` to `[{Key: a, Value: b}]`.
pub(crate) fn tag_list(tags: &Value) -> Vec<Value> {
    let Some(tags) = tags.as_object() else { return Vec::new() };
    tags.iter()
        .map(|(key, value)| {
            let value = if value.is_null() { json!("") } else { value.clone() };
            json!({"Key": key, "Value": value})
        })
        .collect()
}

/// Who is to blame when a value has the wrong type.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'a> {
    Resource(&'a str),
    Attribute(&'a str),
    Event(&'a str),
}

impl Owner<'_> {
    fn error(self, path: &str, expected: &str, message: Option<&str>) -> SamError {
        let property = || format!("Property '{path}' should be a {expected}.");
        match (self, message) {
            (Self::Event(id), message) => SamError::event(id, message.map_or_else(property, str::to_owned)),
            (Self::Resource(id), message) => {
                SamError::resource(id, message.map_or_else(property, str::to_owned))
            }
            (Self::Attribute(id), Some(message)) => SamError::resource(id, message),
            (Self::Attribute(id), None) => {
                SamError::resource(id, format!("Attribute '{path}' should be a {expected}."))
            }
        }
    }

    pub(crate) fn map<'v>(self, value: Option<&'v Value>, path: &str) -> Result<&'v Entries> {
        value.and_then(Value::as_object).ok_or_else(|| self.error(path, "map", None))
    }

    pub(crate) fn map_or<'v>(self, value: Option<&'v Value>, message: &str) -> Result<&'v Entries> {
        value.and_then(Value::as_object).ok_or_else(|| self.error("", "map", Some(message)))
    }

    pub(crate) fn list<'v>(self, value: &'v Value, path: &str) -> Result<&'v Vec<Value>> {
        value.as_array().ok_or_else(|| self.error(path, "list", None))
    }

    pub(crate) fn text<'v>(self, value: Option<&'v Value>, path: &str) -> Result<&'v str> {
        value.and_then(Value::as_str).ok_or_else(|| self.error(path, "string", None))
    }

    pub(crate) fn flag(self, value: &Value, path: &str) -> Result<bool> {
        value.as_bool().ok_or_else(|| self.error(path, "boolean", None))
    }

    pub(crate) fn texts(self, value: &Value, path: &str) -> Result<Vec<String>> {
        let items = self.list(value, path)?;
        items
            .iter()
            .enumerate()
            .map(|(index, item)| self.text(Some(item), &format!("{path}[{index}]")).map(str::to_owned))
            .collect()
    }

    pub(crate) fn required<'v>(self, value: Option<&'v Value>, path: &str) -> Result<&'v Value> {
        value.filter(|value| !value.is_null()).ok_or_else(|| {
            let message = format!("Property '{path}' is required.");
            match self {
                Self::Event(id) => SamError::event(id, message),
                Self::Resource(id) | Self::Attribute(id) => SamError::resource(id, message),
            }
        })
    }
}

/// A mutable mapping at a key, made when missing or null. A value of another kind is replaced only when `replace`.
pub(crate) fn entry_map<'a>(entries: &'a mut Entries, key: &str) -> Option<&'a mut Entries> {
    let slot = entries.entry(key.to_owned()).or_insert(Value::Null);
    if slot.is_null() {
        *slot = Value::Object(Map::new());
    }
    slot.as_object_mut()
}
