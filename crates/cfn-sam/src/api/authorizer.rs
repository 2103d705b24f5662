//! The `Auth` property: authorizers, API keys, resource policies.

use serde_json::{Value, json};

use super::Api;
use crate::definition::Definition;
use crate::definition::security::Scopes;
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::translation::Translation;
use crate::tree::{Entries, Owner, at, reference, sub_with, truthy};

const KEYS: [&str; 8] = [
    "Authorizers",
    "DefaultAuthorizer",
    "InvokeRole",
    "AddDefaultAuthorizerToCorsPreflight",
    "AddApiKeyRequiredToCorsPreflight",
    "ApiKeyRequired",
    "ResourcePolicy",
    "UsagePlan",
];

pub(super) fn apply(translation: &Translation<'_>, api: &mut Api<'_>) -> Result<()> {
    let declared = api.declared;
    let Some(auth) = declared.set("Auth").and_then(Value::as_object) else { return Ok(()) };
    if api.body.is_none() {
        return api.editable("Auth").map(drop);
    }
    if auth.keys().any(|key| !KEYS.contains(&key.as_str())) {
        return Err(declared.error("Invalid value for 'Auth' property"));
    }
    let mut definition = api.editable("Auth")?;
    let default = auth.get("DefaultAuthorizer").filter(|default| truthy(default));
    let preflight = |key: &str| auth.get(key).is_none_or(truthy);
    let authorizers = authorizers(&declared.id, auth.get("Authorizers"), default)?;
    if !authorizers.is_empty() {
        for authorizer in &authorizers {
            let swagger = authorizer.swagger(translation.context.partition)?;
            definition.add_security_definition(authorizer.name, swagger);
        }
        let on_preflight = preflight("AddDefaultAuthorizerToCorsPreflight");
        set_default(declared, &mut definition, &authorizers, default, on_preflight)?;
    }
    if auth.get("ApiKeyRequired").is_some_and(truthy) {
        definition.add_api_key_definition()?;
        for path in definition.paths() {
            definition.set_default_api_key(&path, preflight("AddApiKeyRequiredToCorsPreflight"))?;
        }
    }
    if let Some(policy) = auth.get("ResourcePolicy").filter(|policy| truthy(policy)) {
        add_policy(declared, &mut definition, policy)?;
    }
    let doc = Definition { doc: definition.value().as_object().cloned().unwrap_or_default() };
    api.body = Some(Value::Object(doc.align(declared.set("OpenApiVersion"))?.doc));
    Ok(())
}

fn add_policy(declared: &Declared, definition: &mut Definition, policy: &Value) -> Result<()> {
    if !policy.is_object() {
        return Err(SamError::template("ResourcePolicy must be a map (ResourcePolicyStatement)."));
    }
    let stage = declared.get("StageName").cloned().unwrap_or_default();
    for path in definition.paths() {
        definition.add_resource_policy(policy, &path, &stage)?;
    }
    if let Some(statements) = at(policy, "CustomStatements").filter(|statements| truthy(statements)) {
        definition.add_custom_statements(statements);
    }
    Ok(())
}

fn set_default(
    declared: &Declared,
    definition: &mut Definition,
    authorizers: &[Authorizer<'_>],
    default: Option<&Value>,
    on_preflight: bool,
) -> Result<()> {
    let Some(default) = default else { return Ok(()) };
    let default = default.as_str().ok_or_else(|| declared.error("DefaultAuthorizer is not a string."))?;
    if default != "AWS_IAM" && !authorizers.iter().any(|authorizer| authorizer.name == default) {
        return Err(declared.error(format!(
            "Unable to set DefaultAuthorizer because '{default}' was not defined in 'Authorizers'."
        )));
    }
    let scopes: Scopes =
        authorizers.iter().map(|authorizer| (authorizer.name.to_owned(), authorizer.scopes())).collect();
    for path in definition.paths() {
        definition.set_default_authorizer(&path, default, &scopes, on_preflight)?;
    }
    Ok(())
}

fn authorizers<'a>(
    api: &'a str,
    configured: Option<&'a Value>,
    default: Option<&Value>,
) -> Result<Vec<Authorizer<'a>>> {
    static NOTHING: std::sync::LazyLock<Entries> = std::sync::LazyLock::new(Entries::new);
    let mut authorizers = Vec::new();
    if default.is_some_and(|default| default == "AWS_IAM") {
        authorizers.push(Authorizer { api, name: "AWS_IAM", config: &NOTHING, is_iam: true });
    }
    let Some(configured) = configured.filter(|configured| truthy(configured)) else { return Ok(authorizers) };
    let owner = Owner::Resource(api);
    for (name, config) in owner.map(Some(configured), "Auth.Authorizers")? {
        let config = owner.map(Some(config), &format!("Auth.Authorizers.{name}"))?;
        let authorizer = Authorizer { api, name, config, is_iam: false };
        authorizer.check()?;
        authorizers.retain(|known: &Authorizer<'_>| known.name != name);
        authorizers.push(authorizer);
    }
    Ok(authorizers)
}

/// One of `Auth.Authorizers`.
struct Authorizer<'a> {
    api: &'a str,
    name: &'a str,
    config: &'a Entries,
    is_iam: bool,
}

/// Parts of an identity with the prefix each has in an identity source.
const IDENTITY: [(&str, &str); 4] = [
    ("Headers", "method.request.header."),
    ("QueryStrings", "method.request.querystring."),
    ("StageVariables", "stageVariables."),
    ("Context", "context."),
];

impl Authorizer<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.config.get(key).filter(|value| truthy(value))
    }

    fn error(&self, text: String) -> SamError {
        SamError::resource(self.api, text)
    }

    fn scopes(&self) -> Value {
        crate::tree::given(self.config, "AuthorizationScopes").cloned().unwrap_or_else(|| json!([]))
    }

    fn is_cognito(&self) -> bool {
        self.get("UserPoolArn").is_some()
    }

    fn is_request(&self) -> bool {
        self.get("FunctionPayloadType").is_some_and(|kind| kind == "REQUEST")
    }

    fn check(&self) -> Result<()> {
        let name = self.name;
        match crate::tree::given(self.config, "FunctionPayloadType") {
            None => {}
            Some(kind) if kind == "TOKEN" || kind == "REQUEST" => {}
            Some(kind) => {
                let kind = crate::python::shown(kind);
                return Err(
                    self.error(format!("{name} Authorizer has invalid 'FunctionPayloadType': {kind}."))
                );
            }
        }
        if self.is_request() && self.lacks_identity()? {
            return Err(self.error(format!(
                "{name} Authorizer must specify Identity with at least one of Headers, QueryStrings, StageVariables, or Context."
            )));
        }
        let owner = Owner::Resource(self.api);
        if let Some(scopes) = crate::tree::given(self.config, "AuthorizationScopes") {
            owner.list(scopes, &format!("Authorizers.{name}.AuthorizationScopes"))?;
        }
        if let Some(flag) = crate::tree::given(self.config, "DisableFunctionDefaultPermissions") {
            owner.flag(flag, &format!("Authorizers.{name}.DisableFunctionDefaultPermissions"))?;
        }
        Ok(())
    }

    fn lacks_identity(&self) -> Result<bool> {
        let Some(identity) = self.get("Identity") else { return Ok(true) };
        let path = format!("Authorizer.{}.Identity", self.name);
        let identity = Owner::Resource(self.api).map(Some(identity), &path)?;
        let missing = IDENTITY.iter().all(|(key, _)| !identity.get(*key).is_some_and(truthy));
        let ttl = crate::tree::given(identity, "ReauthorizeEvery").and_then(|ttl| match ttl {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        });
        Ok(missing && ttl.is_none_or(|ttl| ttl > 0))
    }

    fn identity(&self, key: &str) -> Option<&Value> {
        self.get("Identity").and_then(|identity| at(identity, key))
    }

    fn header(&self) -> Result<Value> {
        if !self.is_iam && !self.is_cognito() && self.is_request() {
            return Ok(json!("Unused"));
        }
        if self.get("Identity").is_some_and(|identity| !identity.is_object()) {
            return Err(self.error(
                "Auth.Authorizers.<Authorizer>.Identity must be a dict (LambdaTokenAuthorizationIdentity, LambdaRequestAuthorizationIdentity or CognitoAuthorizationIdentity).".to_owned(),
            ));
        }
        let own = self.identity("Header").filter(|header| truthy(header));
        Ok(own.cloned().unwrap_or_else(|| json!("Authorization")))
    }

    fn swagger(&self, partition: &str) -> Result<Value> {
        let kind = match (self.is_iam, self.is_cognito()) {
            (true, _) => "awsSigv4",
            (_, true) => "cognito_user_pools",
            _ => "custom",
        };
        let mut scheme = Entries::new();
        scheme.insert("type".into(), json!("apiKey"));
        scheme.insert("name".into(), self.header()?);
        scheme.insert("in".into(), json!("header"));
        scheme.insert("x-amazon-apigateway-authtype".into(), json!(kind));
        if !self.is_iam {
            let authorizer = if self.is_cognito() { self.cognito() } else { self.lambda(partition)? };
            scheme.insert("x-amazon-apigateway-authorizer".into(), Value::Object(authorizer));
        }
        Ok(Value::Object(scheme))
    }

    fn cognito(&self) -> Entries {
        let arn = self.get("UserPoolArn").cloned().unwrap_or_default();
        let arns = if arn.is_array() { arn } else { json!([arn]) };
        let mut authorizer = Entries::new();
        authorizer.insert("type".into(), json!("cognito_user_pools"));
        authorizer.insert("providerARNs".into(), arns);
        self.add_validation(&mut authorizer);
        authorizer
    }

    fn add_validation(&self, authorizer: &mut Entries) {
        if let Some(expression) =
            self.identity("ValidationExpression").filter(|expression| truthy(expression))
        {
            authorizer.insert("identityValidationExpression".into(), expression.clone());
        }
    }

    fn lambda(&self, partition: &str) -> Result<Entries> {
        let mut authorizer = Entries::new();
        let kind = if self.is_request() { "request" } else { "token" };
        authorizer.insert("type".into(), json!(kind));
        let function = self.config.get("FunctionArn").cloned().unwrap_or_default();
        authorizer.insert("authorizerUri".into(), authorizer_uri(partition, &function));
        if let Some(ttl) = self.identity("ReauthorizeEvery") {
            authorizer.insert("authorizerResultTtlInSeconds".into(), ttl.clone());
        }
        if let Some(role) = self.get("FunctionInvokeRole").filter(|role| *role != "NONE") {
            authorizer.insert("authorizerCredentials".into(), role.clone());
        }
        if self.is_request() {
            let sources = self.identity_sources()?;
            if !sources.is_empty() {
                authorizer.insert("identitySource".into(), json!(sources.join(", ")));
            }
        } else {
            self.add_validation(&mut authorizer);
        }
        Ok(authorizer)
    }

    fn identity_sources(&self) -> Result<Vec<String>> {
        let mut sources = Vec::new();
        for (key, prefix) in IDENTITY {
            let Some(values) = self.identity(key).filter(|values| truthy(values)) else { continue };
            let path = format!("Auth.Authorizers.{}.Identity.{key}", self.name);
            let values = Owner::Resource(self.api).texts(values, &path)?;
            sources.extend(values.into_iter().map(|value| format!("{prefix}{value}")));
        }
        Ok(sources)
    }
}

/// The URI by which API Gateway asks an authorizer function.
pub(crate) fn authorizer_uri(partition: &str, function: &Value) -> Value {
    sub_with(
        &format!(
            "arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{__FunctionArn__}}/invocations"
        ),
        json!({"__FunctionArn__": function}),
    )
}

/// Lets the API ask its authorizer functions.
pub(super) fn permissions(translation: &Translation<'_>, declared: &Declared) -> Result<Vec<Generated>> {
    let Some(auth) = declared.set("Auth").and_then(Value::as_object) else { return Ok(Vec::new()) };
    let partition = translation.context.partition;
    let mut permissions = Vec::new();
    for authorizer in authorizers(&declared.id, auth.get("Authorizers"), None)? {
        let Some(function) = authorizer.get("FunctionArn") else { continue };
        if authorizer.get("DisableFunctionDefaultPermissions").is_some() {
            continue;
        }
        let id = format!("{}{}AuthorizerPermission", declared.id, authorizer.name);
        let mut permission = Generated::new(id, "AWS::Lambda::Permission", &declared.inherited());
        permission.put("Action", "lambda:InvokeFunction").put("FunctionName", function.clone());
        permission.put("Principal", "apigateway.amazonaws.com");
        let arn = format!(
            "arn:{partition}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/authorizers/*"
        );
        permission.put("SourceArn", sub_with(&arn, json!({"__ApiId__": reference(&declared.id)})));
        permissions.push(permission);
    }
    Ok(permissions)
}
