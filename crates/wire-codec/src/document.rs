//! Reading a structure from a JSON value by its members' model names, as CloudFormation templates write them: names in
//! any case of the first letter, numbers and truth values also as text. For values already in memory; requests go
//! through the protocols.

use base_time::Timestamp;
use bytes::Bytes;
use serde_json::Value as Json;

use crate::schema::Schema;
use crate::value::{Slot, Structure};

/// Values nested deeper are refused.
const MAX_DEPTH: usize = 64;

/// What is wrong, and where: `Environment.Variables: expected a mapping`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    pub path: String,
    pub problem: String,
}

impl std::fmt::Display for DocumentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.problem)
        } else {
            write!(f, "{}: {}", self.path, self.problem)
        }
    }
}

impl std::error::Error for DocumentError {}

/// Fills `target` from an object. A member that the structure does not have is refused by name; constraints are not
/// checked here.
pub fn read_document(json: &Json, target: &mut dyn Structure) -> Result<(), DocumentError> {
    structure(json, target, "", 0)
}

fn structure(json: &Json, target: &mut dyn Structure, path: &str, depth: usize) -> Result<(), DocumentError> {
    let Json::Object(members) = json else { return Err(problem(path, "expected a mapping")) };
    if depth > MAX_DEPTH {
        return Err(problem(path, "nested too deeply"));
    }
    let schema = target.schema();
    for (key, value) in members {
        let path = below(path, key);
        let index = index_of(schema, key).ok_or_else(|| problem(&path, "this property is not known"))?;
        if !value.is_null() {
            slot(value, target.member_slot(index), &path, depth + 1)?;
        }
    }
    Ok(())
}

fn index_of(schema: &Schema, key: &str) -> Option<usize> {
    schema.members.iter().position(|member| {
        let mut names = (member.name.chars(), key.chars());
        let first = (names.0.next(), names.1.next());
        let alike = matches!(first, (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b));
        alike && names.0.as_str() == names.1.as_str()
    })
}

fn slot(json: &Json, target: Slot<'_>, path: &str, depth: usize) -> Result<(), DocumentError> {
    match target {
        Slot::Structure(inner) => structure(json, inner, path, depth)?,
        Slot::List(list) => {
            let Json::Array(items) = json else { return Err(problem(path, "expected a list")) };
            for (i, item) in items.iter().enumerate() {
                slot(item, list.push(), &below(path, &i.to_string()), depth + 1)?;
            }
        }
        Slot::Map(map) => {
            let Json::Object(entries) = json else { return Err(problem(path, "expected a mapping")) };
            for (key, value) in entries {
                slot(value, map.insert(key.clone()), &below(path, key), depth + 1)?;
            }
        }
        Slot::Document(document) => *document = json.clone(),
        scalar => self::scalar(json, scalar, path)?,
    }
    Ok(())
}

fn scalar(json: &Json, target: Slot<'_>, path: &str) -> Result<(), DocumentError> {
    let bad = |what: &str| problem(path, &format!("expected {what}"));
    let text = match json {
        Json::String(text) => text.clone(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.to_string(),
        _ => return Err(bad("a single value")),
    };
    match target {
        Slot::Str(value) => *value = text,
        Slot::Enum(value) => {
            if !value.set(&text) {
                return Err(problem(path, &format!("'{text}' is not one of the allowed values")));
            }
        }
        Slot::Bool(value) => *value = text.to_ascii_lowercase().parse().map_err(|_| bad("true or false"))?,
        Slot::Integer(value) => *value = text.parse().map_err(|_| bad("a whole number"))?,
        Slot::Long(value) => *value = text.parse().map_err(|_| bad("a whole number"))?,
        Slot::Float(value) => *value = text.parse().map_err(|_| bad("a number"))?,
        Slot::Double(value) => *value = text.parse().map_err(|_| bad("a number"))?,
        Slot::Blob(value) => *value = Bytes::from(text),
        Slot::Timestamp(value) => {
            *value =
                Timestamp::parse_rfc3339(&text).map_err(|_| bad("a time such as 2026-01-01T00:00:00Z"))?;
        }
        _ => return Err(bad("something that can be written in a template")),
    }
    Ok(())
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn problem(path: &str, text: &str) -> DocumentError {
    DocumentError { path: path.to_owned(), problem: text.to_owned() }
}
