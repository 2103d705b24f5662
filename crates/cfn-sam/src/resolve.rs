//! Parameter values put in for `Ref` and `${..}`, as far as they are known before the stack exists.

use serde_json::{Map, Value};

use crate::error::{Result, SamError};
use crate::tree::Entries;

/// Values of parameters (given, default, `AWS::Region` and `AWS::Partition`) and the template's mappings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resolver {
    pub(crate) parameters: Entries,
    pub(crate) mappings: Entries,
}

impl Resolver {
    fn parameter(&self, name: &str) -> Option<&Value> {
        let value = self.parameters.get(name)?;
        let unresolved = value.as_str().is_some_and(|text| text.starts_with("{{IntrinsicFunction:"));
        (!unresolved).then_some(value)
    }

    /// The value with every reference to a parameter replaced.
    pub(crate) fn resolve(&self, value: &Value) -> Result<Value> {
        match value {
            Value::Object(entries) => self.resolve_entries(entries),
            Value::Array(items) => items.iter().map(|item| self.resolve(item)).collect(),
            plain => Ok(plain.clone()),
        }
    }

    pub(crate) fn resolve_option(&self, value: Option<&Value>) -> Result<Value> {
        value.map_or(Ok(Value::Null), |value| self.resolve(value))
    }

    fn resolve_entries(&self, entries: &Entries) -> Result<Value> {
        if entries.len() == 1 {
            if let Some(Value::String(name)) = entries.get("Ref")
                && let Some(value) = self.parameter(name)
            {
                return Ok(value.clone());
            }
            if let Some(argument) = entries.get("Fn::Sub") {
                let filled = self.fill(argument)?;
                return Ok(Value::Object(Map::from_iter([("Fn::Sub".to_owned(), self.resolve(&filled)?)])));
            }
        }
        let resolved: Result<Entries> =
            entries.iter().map(|(key, value)| Ok((key.clone(), self.resolve(value)?))).collect();
        Ok(Value::Object(resolved?))
    }

    fn fill(&self, argument: &Value) -> Result<Value> {
        match argument {
            Value::String(text) => self.fill_text(text).map(Value::from),
            Value::Array(items) => {
                let mut items = items.clone();
                if let Some(Value::String(text)) = items.first() {
                    items[0] = Value::from(self.fill_text(text)?);
                }
                Ok(Value::Array(items))
            }
            other => Ok(other.clone()),
        }
    }

    fn fill_text(&self, text: &str) -> Result<String> {
        replace_variables(text, |name| match self.parameter(name) {
            None => Ok(None),
            Some(Value::String(value)) => Ok(Some(value.clone())),
            Some(other) => Err(SamError::template(format!(
                "Invalid Fn::Sub variable value {}. Fn::Sub expects all variables to be strings.",
                crate::python::shown(other)
            ))),
        })
    }

    /// `Fn::FindInMap` with literal keys, looked up, anywhere in the value.
    pub(crate) fn look_up(&self, value: &Value) -> Result<Value> {
        match value {
            Value::Object(entries) => {
                if let (1, Some(argument)) = (entries.len(), entries.get("Fn::FindInMap")) {
                    return self.find_in_map(argument).map(|found| found.unwrap_or_else(|| value.clone()));
                }
                let entries: Result<Entries> =
                    entries.iter().map(|(key, value)| Ok((key.clone(), self.look_up(value)?))).collect();
                entries.map(Value::Object)
            }
            Value::Array(items) => items.iter().map(|item| self.look_up(item)).collect(),
            plain => Ok(plain.clone()),
        }
    }

    fn find_in_map(&self, argument: &Value) -> Result<Option<Value>> {
        let Some([map, top, second]) = argument.as_array().map(Vec::as_slice) else {
            return Err(SamError::template(format!(
                "Invalid FindInMap value {}. FindInMap expects an array with 3 values.",
                crate::python::shown(argument)
            )));
        };
        let (Some(map), Some(top), Some(second)) = (map.as_str(), top.as_str(), second.as_str()) else {
            return Ok(None);
        };
        let flat = || {
            SamError::template(format!(
                "Cannot use Fn::FindInMap on Mapping '{map}' which is not a a two-level map."
            ))
        };
        let Some(found) = self.mappings.get(map) else { return Ok(None) };
        let Some(attributes) = found.as_object().ok_or_else(flat)?.get(top) else { return Ok(None) };
        Ok(attributes.as_object().ok_or_else(flat)?.get(second).cloned())
    }
}

/// Replaces `${name}` where names are letters, digits and dots, or a pseudo parameter.
pub(crate) fn replace_variables(
    text: &str,
    mut value_of: impl FnMut(&str) -> Result<Option<String>>,
) -> Result<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        out.push_str(&rest[..start]);
        let inside = &rest[start + 2..];
        let name = inside.find('}').map(|end| &inside[..end]).filter(|name| is_variable(name));
        let Some(name) = name else {
            out.push_str("${");
            rest = inside;
            continue;
        };
        match value_of(name)? {
            Some(value) => out.push_str(&value),
            None => {
                out.push_str("${");
                out.push_str(name);
                out.push('}');
            }
        }
        rest = &inside[name.len() + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn is_variable(name: &str) -> bool {
    let pseudo = name.strip_prefix("AWS::").is_some_and(|pseudo| {
        pseudo.starts_with(|c: char| c.is_ascii_uppercase())
            && pseudo.bytes().all(|b| b.is_ascii_alphabetic())
    });
    pseudo || (!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_are_put_in_wherever_they_are_mentioned() {
        let parameters = serde_json::from_value(json!({"Env": "prod", "N": 1})).unwrap();
        let mappings = serde_json::from_value(json!({"M": {"a": {"b": "found"}}})).unwrap();
        let resolver = Resolver { parameters, mappings };
        let tree = json!({"a": {"Ref": "Env"}, "b": [{"Fn::Sub": "${Env}-${Other}-${AWS::Region} ${"}], "c": {"Ref": "Other"}});
        assert_eq!(
            resolver.resolve(&tree).unwrap(),
            json!({"a": "prod", "b": [{"Fn::Sub": "prod-${Other}-${AWS::Region} ${"}], "c": {"Ref": "Other"}})
        );
        assert!(resolver.resolve(&json!({"Fn::Sub": "${N}"})).is_err());
        assert_eq!(resolver.look_up(&json!({"Fn::FindInMap": ["M", "a", "b"]})).unwrap(), json!("found"));
    }
}
