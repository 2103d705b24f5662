//! REST API events: the route's integration and authorization in the API's definition, and the permission to invoke.

use serde_json::{Map, Value, json};

use super::{Invoked, Linked, Permission, api_request};
use crate::definition::swagger::InvokeAuth;
use crate::definition::{Definition, method_name, path_pattern};
use crate::error::{Result, SamError};
use crate::generated::Generated;
use crate::translation::Translation;
use crate::tree::{Entries, Owner, at, sub, sub_with, truthy};

/// The API an event refers to.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Its logical id; `None` when it isn't in the template.
    pub(crate) api: Option<String>,
    /// Its stage's name, as it goes into the permission's id.
    pub(crate) stage: String,
}

/// Finds the API of an event.
pub(crate) fn link(translation: &Translation<'_>, name: &str, api: Option<&Value>) -> Result<Link> {
    let api = api.and_then(|api| at(api, "Ref")).or(api);
    let Some(Value::String(api)) = api else { return Ok(Link { api: None, stage: "AllStages".into() }) };
    let resource = Owner::Event(name).map_or(
        translation.source.get(api),
        "RestApiId property of Api event must reference a valid resource in the same template.",
    )?;
    let empty = json!({});
    let properties = resource.get("Properties").unwrap_or(&empty);
    let properties = Owner::Attribute(api).map(Some(properties), "Properties")?;
    let stage = match properties.get("StageName") {
        Some(Value::String(stage)) if stage.is_empty() => {
            return Err(SamError::resource(api, "StageName cannot be empty."));
        }
        Some(Value::String(stage)) => stage.clone(),
        _ => "Stage".to_owned(),
    };
    Ok(Link { api: Some(api.clone()), stage })
}

pub(super) fn translate(
    translation: &mut Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    resources: &mut Vec<Generated>,
) -> Result<()> {
    let declared = &event.declared;
    let text = |name: &str| declared.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (path, method) = (text("Path"), text("Method").to_lowercase());
    let Some(link) = &event.api else { return Ok(()) };
    resources.push(permission(translation, event, invoked, link, (&path, &method)));
    let Some(api) = link.api.as_deref() else { return Ok(()) };
    let route = Route { event, invoked, api, stage: &link.stage, path: &path, method: &method };
    let properties = translation.properties_of(api).cloned().unwrap_or_default();
    let is_set = |name: &str| properties.get(name).is_some_and(truthy);
    if is_set("__MANAGE_SWAGGER") || is_set("MergeDefinitions") {
        route.integrate(translation, &properties)?;
    }
    route.override_auth(translation)
}

fn permission(
    translation: &Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    link: &Link,
    (path, method): (&str, &str),
) -> Generated {
    let trimmed = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
    let method = if method == "any" { "*".to_owned() } else { method.to_uppercase() };
    let partition = translation.context.partition;
    let pattern = path_pattern(trimmed);
    let arn = sub_with(
        &format!(
            "arn:{partition}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}/{method}{pattern}"
        ),
        json!({"__ApiId__": event.declared.get("RestApiId"), "__Stage__": "*"}),
    );
    let mut permission = Permission::new(&event.declared.id, "apigateway.amazonaws.com", arn);
    permission.suffix = &link.stage;
    permission.make(invoked)
}

/// The URI by which API Gateway invokes the function.
pub(super) fn integration_uri(invoked: &Invoked, partition: &str, streaming: bool) -> Value {
    let (version, path) = if streaming {
        ("2021-11-15", "response-streaming-invocations")
    } else {
        ("2015-03-31", "invocations")
    };
    let function = invoked.arn_variable();
    sub(&format!(
        "arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/{version}/functions/{function}/{path}"
    ))
}

struct Route<'a> {
    event: &'a Linked,
    invoked: &'a Invoked,
    api: &'a str,
    stage: &'a str,
    path: &'a str,
    method: &'a str,
}

impl Route<'_> {
    fn error(&self, text: impl Into<String>) -> SamError {
        SamError::event(&self.event.name, text)
    }

    fn integrate(&self, translation: &mut Translation<'_>, api: &Entries) -> Result<()> {
        let Some(body) = api.get("DefinitionBody") else { return Ok(()) };
        let merges = api.get("MergeDefinitions").is_some_and(truthy);
        let skeleton = Value::Object(Definition::skeleton(("swagger", "2.0")));
        let mut definition = Definition::swagger(Some(if merges { &skeleton } else { body }))?;
        let (path, method) = (self.path, self.method);
        if definition.has_integration(path, method)? {
            return Err(
                self.error(format!("API method \"{method}\" defined multiple times for path \"{path}\"."))
            );
        }
        let auth = self.event.declared.set("Auth");
        if let Some(auth) = auth {
            Owner::Event(&self.event.name).map(Some(auth), "Auth")?;
        }
        let api_auth = api.get("Auth").filter(|auth| truthy(auth));
        if let Some(auth) = api_auth {
            Owner::Resource(self.api).map(Some(auth), "Auth")?;
        }
        let transfer = self.event.declared.get("ResponseTransferMode");
        let streaming = transfer.is_some_and(|mode| mode == "RESPONSE_STREAM");
        let partition = translation.context.partition;
        let uri = integration_uri(self.invoked, partition, streaming);
        let invoke = InvokeAuth { method: auth, api: api_auth, partition };
        definition.add_lambda_integration(
            (path, method),
            &uri,
            &invoke,
            self.invoked.condition(),
            transfer,
        )?;
        if let Some(auth) = auth {
            self.add_auth(translation, &mut definition, auth)?;
        }
        if let Some(timeout) = self.event.declared.set("TimeoutInMillis") {
            definition.set_timeout(path, method, timeout)?;
        }
        api_request::apply(&mut definition, self.event, api, (path, method))?;
        let body = if merges { self.merged(body, &definition)? } else { definition.value() };
        translation.set_definition(self.api, body);
        Ok(())
    }

    fn add_auth(
        &self,
        translation: &mut Translation<'_>,
        definition: &mut Definition,
        auth: &Value,
    ) -> Result<()> {
        let method = AuthMethod {
            api: self.api,
            event: &self.event.name,
            path: self.path,
            method: self.method,
            stage: json!(self.stage),
        };
        method_auth(translation, definition, auth, &method)
    }

    fn override_auth(&self, translation: &mut Translation<'_>) -> Result<()> {
        let body = translation.properties_of(self.api).and_then(|api| api.get("DefinitionBody")).cloned();
        let auth = self.event.declared.set("Auth");
        let (Some(body), Some(auth)) = (body.filter(truthy), auth) else { return Ok(()) };
        if !at(auth, "OverrideApiAuth").is_some_and(truthy) {
            return Ok(());
        }
        let any = ["Authorizer", "ApiKeyRequired", "ResourcePolicy"];
        if !any.iter().any(|name| at(auth, name).is_some_and(truthy)) {
            return Err(self.error(
                "Must define one of: Authorizer, ApiKeyRequired or ResourcePolicy when using the OverrideApiAuth property.",
            ));
        }
        let mut definition = Definition::swagger(Some(&body))?;
        self.add_auth(translation, &mut definition, auth)?;
        translation.set_definition(self.api, definition.value());
        Ok(())
    }

    /// The template's definition with this route's generated method over its own.
    fn merged(&self, body: &Value, generated: &Definition) -> Result<Value> {
        let mut body = body.clone();
        let wrong = |place: &str| {
            let text =
                format!("Property 'DefinitionBody' is invalid: The value of '{place}' should be a map");
            SamError::resource(self.api, text)
        };
        let item = generated.path(self.path).and_then(|item| item.get(method_name(self.method)));
        let entries = body.as_object_mut().ok_or_else(|| wrong(""))?;
        if !entries.get("paths").is_some_and(truthy) {
            // The translator merges into paths that it then drops.
            return Ok(body);
        }
        let paths = crate::tree::entry_map(entries, "paths").ok_or_else(|| wrong("paths"))?;
        let own = crate::tree::entry_map(paths, self.path).ok_or_else(|| wrong(self.path))?;
        let mut method: Entries = match own.get(self.method) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(method)) => method.clone(),
            Some(_) => {
                let path = format!("DefinitionBody.paths.{}.{}", self.path, self.method);
                return Err(SamError::resource(self.api, format!("Property '{path}' should be a map.")));
            }
        };
        method.extend(item.and_then(Value::as_object).cloned().unwrap_or_default());
        own.insert(self.method.to_owned(), Value::Object(method));
        Ok(body)
    }
}

/// The method that authorization is for.
pub(crate) struct AuthMethod<'a> {
    pub(crate) api: &'a str,
    pub(crate) event: &'a str,
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
    pub(crate) stage: Value,
}

/// Puts a method's `Auth` into the definition, checked against the API's.
pub(crate) fn method_auth(
    translation: &mut Translation<'_>,
    definition: &mut Definition,
    auth: &Value,
    target: &AuthMethod<'_>,
) -> Result<()> {
    let api_auth = translation.properties_of(target.api).and_then(|api| api.get("Auth")).cloned();
    let api_auth = translation.resolver.resolve_option(api_auth.as_ref())?;
    if let (true, Some(properties)) = (truthy(&api_auth), translation.properties_mut(target.api)) {
        properties.insert("Auth".into(), api_auth.clone());
    }
    check_auth(auth, &api_auth, target)?;
    let (path, method) = (target.path, target.method);
    if at(auth, "Authorizer").is_some_and(truthy) || at(auth, "ApiKeyRequired").is_some() {
        definition.add_method_auth(path, method, auth, at(&api_auth, "Authorizers"))?;
    }
    if let Some(policy) = at(auth, "ResourcePolicy").filter(|policy| truthy(policy)) {
        Owner::Resource(target.event).map(Some(policy), "Auth.ResourcePolicy")?;
        definition.add_resource_policy(policy, path, &target.stage)?;
        if let Some(statements) = at(policy, "CustomStatements").filter(|statements| truthy(statements)) {
            definition.add_custom_statements(statements);
        }
    }
    Ok(())
}

fn check_auth(auth: &Value, api_auth: &Value, target: &AuthMethod<'_>) -> Result<()> {
    let AuthMethod { api, event, path, method, .. } = target;
    let authorizer = at(auth, "Authorizer").filter(|authorizer| truthy(authorizer));
    let authorizers = at(api_auth, "Authorizers").filter(|authorizers| truthy(authorizers));
    if let Some(name) = authorizer {
        if let Some(authorizers) = authorizers {
            Owner::Resource(api).map(Some(authorizers), "Auth.Authorizers")?;
        }
        check_authorizer(name, authorizers, api_auth, target)?;
    }
    if let Some(scopes) = at(auth, "AuthorizationScopes").filter(|scopes| truthy(scopes)) {
        Owner::Event(event).list(scopes, "Auth.AuthorizationScopes")?;
        if authorizer.is_none() {
            return Err(SamError::event(event, "AuthorizationScopes works only when Authorizer is set"));
        }
    }
    let refuses_key = at(auth, "ApiKeyRequired").is_some_and(|key| !truthy(key));
    if refuses_key && !at(api_auth, "ApiKeyRequired").is_some_and(truthy) {
        return Err(SamError::event(
            event,
            format!(
                "Unable to set ApiKeyRequired [False] on API method [{method}] for path [{path}] because the related API does not specify any ApiKeyRequired."
            ),
        ));
    }
    Ok(())
}

fn check_authorizer(
    name: &Value,
    authorizers: Option<&Value>,
    api_auth: &Value,
    target: &AuthMethod<'_>,
) -> Result<()> {
    let AuthMethod { event, path, method, .. } = target;
    let shown = crate::python::shown(name);
    let unable = |why: &str| {
        SamError::event(
            event,
            format!("Unable to set Authorizer [{shown}] on API method [{method}] for path [{path}]{why}"),
        )
    };
    if name == "AWS_IAM" {
        return Ok(());
    }
    if name == "NONE" {
        if at(api_auth, "DefaultAuthorizer").is_some_and(truthy) {
            return Ok(());
        }
        return Err(SamError::event(
            event,
            format!(
                "Unable to set Authorizer on API method [{method}] for path [{path}] because 'NONE' is only a valid value when a DefaultAuthorizer on the API is specified."
            ),
        ));
    }
    let Some(authorizers) = authorizers else {
        return Err(unable(" because the related API does not define any Authorizers."));
    };
    let Some(name) = name.as_str() else {
        return Err(unable(
            ". The method authorizer must be a string with a corresponding dict entry in the api authorizer.",
        ));
    };
    if at(authorizers, name).is_some_and(truthy) {
        return Ok(());
    }
    Err(unable(" because it wasn't defined in the API's Authorizers."))
}
