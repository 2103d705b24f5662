//! Definitions of HTTP APIs (OpenAPI 3).

use serde_json::{Map, Value, json};

use super::{ANY_METHOD, Definition, INTEGRATION, branches, is_version_3, method_name, security_of};
use crate::error::{Result, SamError};
use crate::tree::{Entries, at, conditional, truthy};

const TAG_VALUE: &str = "x-amazon-apigateway-tag-value";
const CORS: &str = "x-amazon-apigateway-cors";
/// The route that takes what no other does.
pub(crate) const DEFAULT_PATH: &str = "$default";

/// True for an OpenAPI 3 document with paths.
pub(crate) fn is_valid(body: Option<&Value>) -> bool {
    let Some(doc) = body.and_then(Value::as_object) else { return false };
    let version = doc.get("openapi").filter(|version| truthy(version));
    version.is_some_and(|version| is_version_3(&crate::python::shown(version)))
        && doc.get("paths").is_some_and(Value::is_object)
}

impl Definition {
    pub(crate) fn open_api(body: Option<&Value>) -> Result<Self> {
        match body {
            Some(Value::Object(doc)) if is_valid(body) => Ok(Self { doc: doc.clone() }),
            _ => Err(SamError::template(
                "Invalid OpenApi document. Invalid values or missing keys for 'openapi' or 'paths' in 'DefinitionBody'.",
            )),
        }
    }

    /// True when the default route is integrated with this function alone.
    pub(crate) fn default_route_is(&self, function: &str) -> Result<bool> {
        if !self.has_integration(DEFAULT_PATH, ANY_METHOD)? {
            return Ok(false);
        }
        for item in self.items(DEFAULT_PATH)? {
            for definition in item.get(ANY_METHOD).map(branches).transpose()?.unwrap_or_default() {
                let Some(uri) = at(definition, INTEGRATION).and_then(|integration| at(integration, "uri"))
                else {
                    return Ok(false);
                };
                for uri in branches(uri)? {
                    let text = at(uri, "Fn::Sub").and_then(Value::as_str).unwrap_or_default();
                    if invoked_function(text) != Some(function) {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// Integrates a route with a function, unless it has an integration.
    pub(crate) fn add_route(
        &mut self,
        path: &str,
        method: &str,
        uri: &Value,
        condition: Option<&Value>,
    ) -> Result<()> {
        if self.has_integration(path, method)? {
            return Ok(());
        }
        let uri = condition.map_or_else(|| uri.clone(), |condition| conditional(condition, uri.clone()));
        let is_default = path == DEFAULT_PATH && method_name(method) == ANY_METHOD;
        self.integrate(path, method, condition, |definition| {
            let integration =
                json!({"type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0", "uri": uri});
            definition.insert(INTEGRATION.into(), integration);
            if is_default {
                definition.insert("isDefaultRoute".into(), json!(true));
            }
            definition.entry("responses").or_insert_with(|| json!({}));
        })
    }

    pub(crate) fn add_path_parameters(&mut self, path: &str, method: &str, names: &[&str]) -> Result<()> {
        self.edit_method(path, method, |definition| {
            let parameters = definition.entry("parameters").or_insert_with(|| json!([]));
            let Some(parameters) = parameters.as_array_mut() else { return Ok(()) };
            for name in names {
                let known =
                    parameters.iter_mut().find(|parameter| at(parameter, "name").is_some_and(|n| n == name));
                match known.and_then(Value::as_object_mut) {
                    Some(parameter) => {
                        parameter.insert("in".into(), json!("path"));
                        parameter.insert("required".into(), json!(true));
                    }
                    None => parameters.push(json!({"name": name, "in": "path", "required": true})),
                }
            }
            Ok(())
        })
    }

    pub(crate) fn set_payload_format(&mut self, path: &str, method: &str, version: &Value) -> Result<()> {
        self.edit_method(path, method, |definition| {
            if let Some(integration) = definition.get_mut(INTEGRATION).and_then(Value::as_object_mut) {
                integration.insert("payloadFormatVersion".into(), version.clone());
            }
            Ok(())
        })
    }

    pub(crate) fn add_security_schemes(&mut self, schemes: Entries) {
        if schemes.is_empty() {
            return;
        }
        let components = crate::tree::entry_map(&mut self.doc, "components");
        if let Some(existing) = components.and_then(|c| crate::tree::entry_map(c, "securitySchemes")) {
            existing.extend(schemes);
        }
    }

    /// Gives a path's methods the default authorizer, unless they have security of their own.
    pub(crate) fn set_route_default_authorizer(
        &mut self,
        path: &str,
        name: &str,
        scopes: &Value,
    ) -> Result<()> {
        self.edit_all_methods(path, |method, definition| {
            if method != "options" && !definition.get("security").is_some_and(truthy) {
                definition.insert("security".into(), json!([{name: scopes}]));
            }
            Ok(())
        })
    }

    /// A route's own authorizer.
    pub(crate) fn add_route_auth(
        &mut self,
        path: &str,
        method: &str,
        auth: &Value,
        authorizers: Option<&Value>,
    ) -> Result<()> {
        let Some(name) = at(auth, "Authorizer").filter(|name| truthy(name)).map(crate::python::shown) else {
            return Ok(());
        };
        let mut scopes = json!([]);
        if name != "NONE" && name != "AWS_IAM" {
            let authorizer = authorizers.and_then(|authorizers| at(authorizers, &name));
            if authorizer.is_some_and(|authorizer| !authorizer.is_object()) {
                return Err(SamError::template(format!("Type of authorizer '{name}' must be a dictionary")));
            }
            let own = authorizer.and_then(|authorizer| at(authorizer, "AuthorizationScopes"));
            let asked = at(auth, "AuthorizationScopes").filter(|scopes| truthy(scopes)).or(own);
            if let Some(asked) = asked.filter(|asked| truthy(asked)) {
                scopes = asked.clone();
            }
        }
        self.edit_method(path, method, |definition| {
            let mut security = security_of(definition, path, method)?;
            security.push(json!({name.as_str(): scopes}));
            definition.insert("security".into(), Value::Array(security));
            Ok(())
        })
    }

    pub(crate) fn add_tags(&mut self, tags: &Entries) -> Result<()> {
        let slot = self.doc.entry("tags").or_insert_with(|| json!([]));
        if !truthy(slot) {
            *slot = json!([]);
        }
        let shown = crate::python::shown(slot);
        let Some(existing) = slot.as_array_mut() else {
            return Err(SamError::template(format!(
                "Tags in OpenApi DefinitionBody needs to be a list. {shown} is a dict not a list."
            )));
        };
        for (name, value) in tags {
            let known = existing.iter_mut().find(|tag| at(tag, "name").is_some_and(|known| known == name));
            match known.and_then(Value::as_object_mut) {
                Some(tag) => {
                    tag.insert(TAG_VALUE.into(), value.clone());
                }
                None => existing.push(json!({"name": name, TAG_VALUE: value})),
            }
        }
        Ok(())
    }

    pub(crate) fn set_http_cors(&mut self, cors: Entries) -> Result<()> {
        let slot = self.doc.entry(CORS).or_insert_with(|| json!({}));
        let existing = slot.as_object_mut().ok_or_else(|| {
            SamError::template(format!("Value of '{CORS}' must be a dictionary according to Swagger spec."))
        })?;
        existing.extend(cors);
        Ok(())
    }

    pub(crate) fn set_info(&mut self, name: &str, value: &Value) {
        let info = self.doc.entry("info").or_insert_with(|| Value::Object(Map::new()));
        if let Some(info) = info.as_object_mut() {
            info.insert(name.to_owned(), value.clone());
        }
    }

    pub(crate) fn set_http_endpoint(&mut self, value: &Value) -> Result<()> {
        self.set_server_endpoint(value, |_| {
            SamError::template("Value of 'servers' item must be a dictionary according to Swagger spec.")
        })
    }
}

/// The function in `${Function.Arn}`.
fn invoked_function(text: &str) -> Option<&str> {
    let end = text.find(".Arn")?;
    let start = text[..end].rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    Some(&text[start..end])
}
