//! Who may call a method: authorizers and API keys in REST definitions.

use serde_json::{Value, json};

use super::{Definition, security_of};
use crate::error::{Result, SamError};
use crate::tree::{Entries, at, truthy};

/// Names of an API's authorizers with the scopes each asks for.
pub(crate) type Scopes = Vec<(String, Value)>;

fn names_any(security: &Value, names: &[&str], path: &str, method: &str) -> Result<bool> {
    let entries = security.as_object().ok_or_else(|| {
        let shown = crate::python::shown(security);
        SamError::template(format!(
            "{shown} in Security for path {path} method {method} is not a valid dictionary."
        ))
    })?;
    Ok(names.iter().any(|name| entries.contains_key(*name)))
}

impl Definition {
    pub(crate) fn add_security_definition(&mut self, name: &str, definition: Value) {
        if let Some(definitions) = crate::tree::entry_map(&mut self.doc, "securityDefinitions") {
            definitions.insert(name.to_owned(), definition);
        }
    }

    fn add_missing_security_definition(&mut self, name: &str, definition: Value) -> Result<()> {
        let definitions = crate::tree::entry_map(&mut self.doc, "securityDefinitions")
            .ok_or_else(|| SamError::template("securityDefinitions must be a dictionary."))?;
        definitions.entry(name.to_owned()).or_insert(definition);
        Ok(())
    }

    pub(crate) fn add_iam_definition(&mut self) -> Result<()> {
        let definition = json!({
            "x-amazon-apigateway-authtype": "awsSigv4", "type": "apiKey", "name": "Authorization", "in": "header",
        });
        self.add_missing_security_definition("AWS_IAM", definition)
    }

    pub(crate) fn add_api_key_definition(&mut self) -> Result<()> {
        let definition = json!({"type": "apiKey", "name": "x-api-key", "in": "header"});
        self.add_missing_security_definition("api_key", definition)
    }

    /// Gives a path's methods the API's default authorizer, unless a method has its own or `NONE`.
    pub(crate) fn set_default_authorizer(
        &mut self,
        path: &str,
        default: &str,
        authorizers: &Scopes,
        on_preflight: bool,
    ) -> Result<()> {
        let mut known = vec!["AWS_IAM"];
        known.extend(authorizers.iter().map(|(name, _)| name.as_str()));
        let scopes =
            authorizers.iter().find(|(name, _)| name == default).map_or(json!([]), |(_, s)| s.clone());
        let mut iam = false;
        self.edit_all_methods(path, |method, definition| {
            if !on_preflight && method == "options" {
                return Ok(());
            }
            let (mut others, mut own) = (Vec::new(), Vec::new());
            for security in security_of(definition, path, method)? {
                if names_any(&security, &known, path, method)? {
                    own.push(security)
                } else {
                    others.push(security)
                }
            }
            match others.iter().position(|security| at(security, "NONE").is_some()) {
                Some(none) => {
                    others.remove(none);
                    own.clear();
                }
                None if own.is_empty() => own.push(json!({default: scopes})),
                None => {}
            }
            others.extend(own);
            if let Some(first) = others.first() {
                iam |= at(first, "AWS_IAM").is_some();
                definition.insert("security".into(), Value::Array(others));
            }
            Ok(())
        })?;
        if iam { self.add_iam_definition() } else { Ok(()) }
    }

    /// Asks for an API key on a path's methods, unless a method says otherwise.
    pub(crate) fn set_default_api_key(&mut self, path: &str, on_preflight: bool) -> Result<()> {
        self.edit_all_methods(path, |method, definition| {
            let existing = security_of(definition, path, method)?;
            let (mut others, mut keys) = (Vec::new(), Vec::new());
            for security in &existing {
                let is_key = names_any(security, &["api_key", "api_key_false"], path, method)?;
                if is_key { keys.push(security.clone()) } else { others.push(security.clone()) }
            }
            let refused = keys.iter().any(|key| at(key, "api_key_false").is_some());
            if !refused && (method != "options" || on_preflight) {
                others.push(json!({"api_key": []}));
            }
            if others != existing {
                definition.insert("security".into(), Value::Array(others));
            }
            Ok(())
        })
    }

    /// A method's own authorizer and API key.
    pub(crate) fn add_method_auth(
        &mut self,
        path: &str,
        method: &str,
        auth: &Value,
        authorizers: Option<&Value>,
    ) -> Result<()> {
        if let Some(name) = at(auth, "Authorizer").filter(|name| truthy(name)) {
            let name = crate::python::shown(name);
            self.set_method_authorizer((path, method), &name, authorizers, at(auth, "AuthorizationScopes"))?;
        }
        if let Some(key) = at(auth, "ApiKeyRequired") {
            self.set_method_api_key(path, method, truthy(key))?;
        }
        Ok(())
    }

    fn set_method_authorizer(
        &mut self,
        (path, method): (&str, &str),
        name: &str,
        authorizers: Option<&Value>,
        scopes: Option<&Value>,
    ) -> Result<()> {
        let mut wanted = json!([]);
        if let Some(authorizers) = authorizers.filter(|authorizers| name != "NONE" && truthy(authorizers)) {
            let authorizer = at(authorizers, name);
            if authorizer.is_some_and(|authorizer| !authorizer.is_object()) {
                return Err(SamError::template(format!("Type of authorizer '{name}' must be a dictionary")));
            }
            let own = authorizer.and_then(|authorizer| at(authorizer, "AuthorizationScopes"));
            if let (true, Some(scopes)) = (authorizer.is_some(), scopes.or(own)) {
                wanted = scopes.clone();
            }
        }
        let mut iam = false;
        self.edit_method(path, method, |definition| {
            let mut security = security_of(definition, path, method)?;
            security.push(json!({name: wanted}));
            iam |= security.first().is_some_and(|first| at(first, "AWS_IAM").is_some());
            definition.insert("security".into(), Value::Array(security));
            Ok(())
        })?;
        if iam { self.add_iam_definition() } else { Ok(()) }
    }

    fn set_method_api_key(&mut self, path: &str, method: &str, required: bool) -> Result<()> {
        let mut seen = false;
        self.edit_method(path, method, |definition: &mut Entries| {
            seen = true;
            let mut security = security_of(definition, path, method)?;
            security.push(if required { json!({"api_key": []}) } else { json!({"api_key_false": []}) });
            definition.insert("security".into(), Value::Array(security));
            Ok(())
        })?;
        if seen && required { self.add_api_key_definition() } else { Ok(()) }
    }
}
