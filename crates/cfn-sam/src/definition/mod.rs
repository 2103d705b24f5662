//! Editing an API's definition (Swagger 2.0 or OpenAPI 3): paths, methods, integrations.
//!
//! Paths and methods may stand inside `Fn::If`; every branch that isn't `AWS::NoValue` is edited.

pub(crate) mod cors;
pub(crate) mod open_api;
pub(crate) mod policy;
pub(crate) mod request;
pub(crate) mod security;
pub(crate) mod swagger;

use serde_json::{Map, Value, json};

use crate::error::{Result, SamError};
use crate::tree::{Entries, conditional, is_no_value, truthy};

pub(crate) const INTEGRATION: &str = "x-amazon-apigateway-integration";
pub(crate) const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// Keys of a path that are no methods.
const NOT_METHODS: &[&str] = &["summary", "description", "parameters"];

/// `3`, `3.0`, `3.0.1`.
pub(crate) fn is_version_3(version: &str) -> bool {
    version_parts(version).is_some_and(|major| major == b'3')
}

/// `2.x` or `3.x`, as `OpenApiVersion` takes it.
pub(crate) fn is_supported_version(version: &str) -> bool {
    version.len() > 1 && version_parts(version).is_some_and(|major| major == b'2' || major == b'3')
}

/// The major version of a digit followed by at most two `.digit`.
fn version_parts(version: &str) -> Option<u8> {
    let bytes = version.as_bytes();
    let (major, rest) = bytes.split_first()?;
    let minor = rest.chunks(2).all(|part| matches!(part, [b'.', digit] if digit.is_ascii_digit()));
    (major.is_ascii_digit() && rest.len() <= 4 && minor).then_some(*major)
}

/// `any` has a name of its own in definitions.
pub(crate) fn method_name(method: &str) -> String {
    let method = method.to_lowercase();
    if method == "any" { ANY_METHOD.to_owned() } else { method }
}

/// An API's definition being edited.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) doc: Entries,
}

/// The value itself, or the branches of its `Fn::If`.
pub(crate) fn branches(value: &Value) -> Result<Vec<&Value>> {
    match value.get("Fn::If") {
        None => Ok(vec![value]),
        Some(Value::Array(items)) => Ok(items.iter().skip(1).filter(|item| !is_no_value(item)).collect()),
        Some(_) => Err(SamError::template("Value of Fn::If must be a list.")),
    }
}

fn branches_mut(value: &mut Value) -> Result<Vec<&mut Value>> {
    if value.get("Fn::If").is_none() {
        return Ok(vec![value]);
    }
    match value.get_mut("Fn::If") {
        Some(Value::Array(items)) => Ok(items.iter_mut().skip(1).filter(|item| !is_no_value(item)).collect()),
        _ => Err(SamError::template("Value of Fn::If must be a list.")),
    }
}

fn not_a_path(path: &str) -> SamError {
    SamError::template(format!("Value of '{path}' path must be a dictionary according to Swagger spec."))
}

fn not_a_method(path: &str, method: &str) -> SamError {
    SamError::template(format!("Definition of method '{method}' for path '{path}' should be a map."))
}

fn has_integration(definition: &Entries) -> bool {
    definition.get(INTEGRATION).is_some_and(truthy)
}

impl Definition {
    pub(crate) fn skeleton(version: (&str, &str)) -> Entries {
        let mut doc = Map::new();
        doc.insert(version.0.to_owned(), json!(version.1));
        doc.insert("info".into(), json!({"version": "1.0", "title": {"Ref": "AWS::StackName"}}));
        doc.insert("paths".into(), json!({}));
        doc
    }

    pub(crate) fn value(self) -> Value {
        Value::Object(crate::python27::copied(&self.doc))
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.doc
            .get("paths")
            .and_then(Value::as_object)
            .map(|paths| paths.keys().cloned().collect())
            .unwrap_or_default()
    }

    pub(crate) fn path(&self, path: &str) -> Option<&Value> {
        self.doc.get("paths").and_then(|paths| paths.get(path))
    }

    fn paths_mut(&mut self) -> Result<&mut Entries> {
        self.doc.get_mut("paths").and_then(Value::as_object_mut).ok_or_else(|| {
            SamError::template("Value of paths must be a dictionary according to Swagger spec.")
        })
    }

    /// Every path must be a mapping.
    fn check_paths(self) -> Result<Self> {
        for path in self.paths() {
            for item in self.path(&path).map(branches).transpose()?.unwrap_or_default() {
                item.as_object().ok_or_else(|| not_a_path(&path))?;
            }
        }
        Ok(self)
    }

    /// The variants of a path's item.
    pub(crate) fn items_mut(&mut self, path: &str) -> Result<Vec<&mut Entries>> {
        let Some(item) = self.paths_mut()?.get_mut(path) else { return Err(not_a_path(path)) };
        branches_mut(item)?
            .into_iter()
            .map(|item| item.as_object_mut().ok_or_else(|| not_a_path(path)))
            .collect()
    }

    fn items(&self, path: &str) -> Result<Vec<&Entries>> {
        let Some(item) = self.path(path) else { return Err(not_a_path(path)) };
        branches(item)?.into_iter().map(|item| item.as_object().ok_or_else(|| not_a_path(path))).collect()
    }

    /// True when every variant of the path has an integration for the method.
    pub(crate) fn has_integration(&self, path: &str, method: &str) -> Result<bool> {
        let method = method_name(method);
        if self.path(path).is_none() {
            return Ok(false);
        }
        for item in self.items(path)? {
            let Some(definition) = item.get(&method).filter(|definition| definition.is_object()) else {
                return Ok(false);
            };
            let mut integrated = false;
            for variant in branches(definition)? {
                integrated |=
                    has_integration(variant.as_object().ok_or_else(|| not_a_method(path, &method))?);
            }
            if !integrated {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(crate) fn add_path(&mut self, path: &str, method: &str) -> Result<()> {
        let method = method_name(method);
        let item = self.paths_mut()?.entry(path.to_owned()).or_insert_with(|| json!({}));
        if !item.is_object() {
            return Err(not_a_path(path));
        }
        for item in branches_mut(item)? {
            let item = item.as_object_mut().ok_or_else(|| not_a_path(path))?;
            item.entry(method.clone()).or_insert_with(|| json!({}));
        }
        Ok(())
    }

    pub(crate) fn make_path_conditional(&mut self, path: &str, condition: &Value) -> Result<()> {
        if let Some(item) = self.paths_mut()?.get_mut(path) {
            *item = conditional(condition, item.take());
        }
        Ok(())
    }

    /// Sets a method's integration in every variant of the path, under a condition when there is one.
    pub(crate) fn integrate(
        &mut self,
        path: &str,
        method: &str,
        condition: Option<&Value>,
        edit: impl Fn(&mut Entries),
    ) -> Result<()> {
        self.add_path(path, method)?;
        let method = method_name(method);
        for item in self.items_mut(path)? {
            let slot = item.entry(method.clone()).or_insert(Value::Null);
            if slot.is_null() {
                *slot = json!({});
            }
            edit(slot.as_object_mut().ok_or_else(|| not_a_method(path, &method))?);
            if let Some(condition) = condition {
                *slot = conditional(condition, slot.take());
            }
        }
        Ok(())
    }

    /// Edits every definition of a method that has an integration.
    pub(crate) fn edit_method(
        &mut self,
        path: &str,
        method: &str,
        mut edit: impl FnMut(&mut Entries) -> Result<()>,
    ) -> Result<()> {
        let name = method_name(method);
        for item in self.items_mut(path)? {
            let Some(definition) = item.get_mut(&name) else { return Err(not_a_method(path, method)) };
            for variant in branches_mut(definition)? {
                let variant = variant.as_object_mut().ok_or_else(|| not_a_method(path, method))?;
                if has_integration(variant) {
                    edit(variant)?;
                }
            }
        }
        Ok(())
    }

    /// Edits every method of a path that has an integration.
    pub(crate) fn edit_all_methods(
        &mut self,
        path: &str,
        mut edit: impl FnMut(&str, &mut Entries) -> Result<()>,
    ) -> Result<()> {
        for item in self.items_mut(path)? {
            for (name, definition) in item.iter_mut() {
                if NOT_METHODS.contains(&name.as_str()) {
                    continue;
                }
                for variant in branches_mut(definition)? {
                    let variant = variant.as_object_mut().ok_or_else(|| not_a_method(path, name))?;
                    if has_integration(variant) {
                        edit(&method_name(name), variant)?;
                    }
                }
            }
        }
        Ok(())
    }

    pub(crate) fn set_timeout(&mut self, path: &str, method: &str, timeout: &Value) -> Result<()> {
        self.edit_method(path, method, |definition| {
            if let Some(integration) = definition.get_mut(INTEGRATION).and_then(Value::as_object_mut) {
                integration.insert("timeoutInMillis".into(), timeout.clone());
            }
            Ok(())
        })
    }
}

/// A method's existing `security`, which must be a list.
pub(crate) fn security_of(definition: &Entries, path: &str, method: &str) -> Result<Vec<Value>> {
    match definition.get("security") {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items.clone()),
        Some(_) => Err(SamError::template(format!(
            "Type of security for path {path} method {method} must be a list"
        ))),
    }
}

/// `{name}` and `{name+}` in a path stand for anything in an ARN.
pub(crate) fn path_pattern(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(start) = rest.find('{') {
        let inside = &rest[start + 1..];
        let name = inside.find('}').map(|end| &inside[..end]).filter(|name| {
            let name = name.strip_suffix('+').unwrap_or(name);
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        });
        out.push_str(&rest[..start]);
        match name {
            Some(name) => {
                out.push('*');
                rest = &inside[name.len() + 1..];
            }
            None => {
                out.push('{');
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_paths() {
        assert!(
            is_version_3("3.0.1") && is_version_3("3") && !is_version_3("3.0.1.2") && !is_version_3("2.0")
        );
        assert!(is_supported_version("2.0") && !is_supported_version("3") && !is_supported_version("4.0"));
        assert_eq!(path_pattern("/a/{id}/{proxy+}/{bad id}"), "/a/*/*/{bad id}");
        assert_eq!(path_pattern("/{"), "/{");
    }
}
