//! HTTP API events: the route in the API's definition, and the permission to invoke.

use serde_json::{Value, json};

use super::api::integration_uri;
use super::{Invoked, Linked, Permission};
use crate::definition::{ANY_METHOD, Definition, open_api, path_pattern};
use crate::error::{Result, SamError};
use crate::generated::Generated;
use crate::translation::Translation;
use crate::tree::{Entries, Owner, at, sub_with, truthy};

pub(super) fn translate(
    translation: &mut Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    resources: &mut Vec<Generated>,
) -> Result<()> {
    let declared = &event.declared;
    let text = |name: &str| declared.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (path, method) = (text("Path"), text("Method").to_lowercase());
    let named = declared.get("ApiId");
    let api = named
        .and_then(|named| at(named, "Ref"))
        .or(named)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let properties = translation.properties_of(&api).cloned().unwrap_or_default();
    let route = Route { event, invoked, api: &api, path: &path, method: &method };
    resources.extend(route.permission(&properties)?);
    if let Some(body) = route.integrate(&properties)? {
        translation.set_definition(&api, body);
    }
    Ok(())
}

struct Route<'a> {
    event: &'a Linked,
    invoked: &'a Invoked,
    api: &'a str,
    path: &'a str,
    method: &'a str,
}

impl Route<'_> {
    fn error(&self, text: impl Into<String>) -> SamError {
        SamError::event(&self.event.name, text)
    }

    /// None when the default route lets the API invoke the function already.
    fn permission(&self, api: &Entries) -> Result<Option<Generated>> {
        let trimmed = self.path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(self.path);
        let mut path = trimmed.to_owned();
        let body = api.get("DefinitionBody").filter(|body| truthy(body));
        let definition = match body {
            Some(body) => Some(
                Definition::open_api(Some(body))
                    .map_err(|error| SamError::resource(self.api, error.to_string()))?,
            ),
            None => None,
        };
        if path == open_api::DEFAULT_PATH {
            path.clear();
        } else if let Some(definition) = &definition
            && definition.default_route_is(&self.invoked.id)?
        {
            return Ok(None);
        }
        let path = path_pattern(&path);
        let is_any = self.method == "any" || self.method == ANY_METHOD;
        let method = if is_any { "*".to_owned() } else { self.method.to_uppercase() };
        let route =
            if self.method == "any" && path == "/$default" { path } else { format!("/{method}{path}") };
        let arn = sub_with(
            &format!(
                "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}{route}"
            ),
            json!({"__ApiId__": self.event.declared.get("ApiId"), "__Stage__": "*"}),
        );
        Ok(Some(Permission::new(&self.event.declared.id, "apigateway.amazonaws.com", arn).make(self.invoked)))
    }

    fn integrate(&self, api: &Entries) -> Result<Option<Value>> {
        let Some(body) = api.get("DefinitionBody") else { return Ok(None) };
        let mut definition = Definition::open_api(Some(body))?;
        let (path, method) = (self.path, self.method);
        let managed = api.get("__MANAGE_SWAGGER").is_some_and(truthy);
        if managed && definition.has_integration(path, method)? {
            return Err(
                self.error(format!("API method '{method}' defined multiple times for path '{path}'."))
            );
        }
        let uri = integration_uri(self.invoked, "${AWS::Partition}", false);
        definition.add_route(path, method, &uri, self.invoked.condition())?;
        if let Some(auth) = self.event.declared.set("Auth") {
            self.add_auth(&mut definition, auth, api)?;
        }
        if let Some(timeout) = self.event.declared.set("TimeoutInMillis") {
            definition.set_timeout(path, method, timeout)?;
        }
        let parameters = path_parameters(path);
        if !parameters.is_empty() {
            definition.add_path_parameters(path, method, &parameters)?;
        }
        if let Some(version) = self.event.declared.set("PayloadFormatVersion") {
            definition.set_payload_format(path, method, version)?;
        }
        Ok(Some(definition.value()))
    }

    fn add_auth(&self, definition: &mut Definition, auth: &Value, api: &Entries) -> Result<()> {
        let empty = json!({});
        let api_auth = api.get("Auth").unwrap_or(&empty);
        Owner::Resource(self.api).map(Some(api_auth), "Auth")?;
        let mut auth = auth.clone();
        let default = at(api_auth, "DefaultAuthorizer").filter(|default| truthy(default));
        if !at(&auth, "Authorizer").is_some_and(truthy) {
            let Some(default) = default else {
                return Err(self.error(
                    "'Auth' section requires either an explicit 'Authorizer' set or a 'DefaultAuthorizer' configured on the HttpApi.",
                ));
            };
            if let Some(entries) = auth.as_object_mut() {
                entries.insert("Authorizer".into(), default.clone());
            }
        }
        let authorizers = at(api_auth, "Authorizers").filter(|authorizers| truthy(authorizers));
        let iam = at(api_auth, "EnableIamAuthorizer").is_some_and(|enabled| enabled == &json!(true));
        self.check_authorizer(at(&auth, "Authorizer"), authorizers, iam, default.is_some())?;
        if at(&auth, "AuthorizationScopes").is_some_and(|scopes| truthy(scopes) && !scopes.is_array()) {
            return Err(self.error(format!(
                "Unable to set Authorizer on API method [{}] for path [{}] because 'AuthorizationScopes' must be a list of strings.",
                self.method, self.path
            )));
        }
        definition.add_route_auth(self.path, self.method, &auth, authorizers)
    }

    fn check_authorizer(
        &self,
        name: Option<&Value>,
        authorizers: Option<&Value>,
        iam: bool,
        has_default: bool,
    ) -> Result<()> {
        let (path, method) = (self.path, self.method);
        let shown = name.map(crate::python::shown).unwrap_or_default();
        let unable = |why: &str| {
            self.error(format!(
                "Unable to set Authorizer [{shown}] on API method [{method}] for path [{path}]{why}"
            ))
        };
        if shown == "NONE" {
            if has_default {
                return Ok(());
            }
            return Err(self.error(format!(
                "Unable to set Authorizer on API method [{method}] for path [{path}] because 'NONE' is only a valid value when a DefaultAuthorizer on the API is specified."
            )));
        }
        if shown == "AWS_IAM" && iam {
            return Ok(());
        }
        let is_text = name.is_some_and(Value::is_string);
        let Some(authorizers) = authorizers.filter(|authorizers| is_text && authorizers.is_object()) else {
            return Err(unable(
                ". The method authorizer must be a string with a corresponding dict entry in the api authorizer.",
            ));
        };
        if at(authorizers, &shown).is_some_and(truthy) {
            return Ok(());
        }
        Err(unable(" because it wasn't defined in the API's Authorizers."))
    }
}

/// What stands between braces in a path.
fn path_parameters(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start + 1..].find('}') else { break };
        names.push(&rest[start + 1..start + 1 + length]);
        rest = &rest[start + 2 + length..];
    }
    names
}
