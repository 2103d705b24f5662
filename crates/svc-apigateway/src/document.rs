//! Between the API's types and stored settings, by the names of members. A member that is set in a request but that
//! settings do not know is not built: it is refused by name.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire_codec::{ApiError, Structure, View, read_document};

use crate::error;

/// The set members of a structure, their names in camel case.
pub fn members(of: &dyn Structure) -> Map<String, Value> {
    let schema = of.schema();
    let named = schema.members.iter().enumerate().filter_map(|(index, member)| {
        let value = value(of.member(index));
        (!value.is_null()).then(|| (camel(member.name), value))
    });
    named.collect()
}

fn camel(name: &str) -> String {
    let mut rest = name.chars();
    let first = rest.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}

fn value(view: View<'_>) -> Value {
    match view {
        View::Bool(value) => value.into(),
        View::Int(value) => value.into(),
        View::Float(value) => f64::from(value).into(),
        View::Double(value) => value.into(),
        View::Str(value) => value.into(),
        View::Blob(value) => String::from_utf8_lossy(value).into_owned().into(),
        View::Timestamp(value) => value.to_rfc3339().into(),
        View::Document(value) => value.clone(),
        View::List(list) => (0..list.len()).map(|at| self::value(list.at(at))).collect(),
        View::Map(map) => {
            let entry = |at| {
                let (key, view) = map.at(at);
                (key.to_owned(), value(view))
            };
            Value::Object((0..map.len()).map(entry).collect())
        }
        View::Structure(inner) => Value::Object(members(inner)),
        View::Absent | View::Stream => Value::Null,
    }
}

/// Settings from a request without the members that only say what it is about.
pub fn settings<T: DeserializeOwned>(input: &dyn Structure, without: &[&str]) -> Result<T, ApiError> {
    let mut members = members(input);
    members.retain(|name, _| !without.contains(&name.as_str()));
    read(Value::Object(members))
}

/// Settings from members.
pub fn read<T: DeserializeOwned>(members: Value) -> Result<T, ApiError> {
    serde_json::from_value(members).map_err(|cause| {
        let text = cause.to_string();
        match text.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
            Some((name, _)) => ApiError::not_implemented(format!("the parameter {name}")),
            None => error::bad_request(format!("Invalid request input: {text}")),
        }
    })
}

/// The stored settings with the set members of a request laid over.
pub fn updated<T: Serialize + DeserializeOwned>(
    settings: &T,
    input: &dyn Structure,
    without: &[&str],
) -> Result<T, ApiError> {
    let mut all = stored(settings)?;
    for (name, value) in members(input) {
        if !without.contains(&name.as_str()) {
            all.insert(name, value);
        }
    }
    read(Value::Object(all))
}

/// Settings as members.
pub fn stored(settings: &impl Serialize) -> Result<Map<String, Value>, ApiError> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(ApiError::internal()),
    }
}

/// An API's type filled from stored settings.
pub fn show<T: Structure + Default>(settings: &impl Serialize) -> Result<T, ApiError> {
    let mut shown = T::default();
    let members = Value::Object(stored(settings)?);
    read_document(&members, &mut shown).map_err(|cause| {
        tracing::error!(%cause, "stored settings cannot be shown");
        ApiError::internal()
    })?;
    Ok(shown)
}
