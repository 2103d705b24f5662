//! Authorizers of HTTP APIs: JWT, Lambda, IAM.

use serde_json::{Value, json};

use crate::api::authorizer_uri;
use crate::definition::Definition;
use crate::error::Result;
use crate::generated::{Declared, Generated};
use crate::tree::{Entries, Owner, at, given, is_no_value, reference, sub_with, truthy};

const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";

pub(super) fn apply(
    partition: &str,
    declared: &Declared,
    auth: &Value,
    definition: &mut Definition,
) -> Result<()> {
    let authorizers = authorizers(declared, auth)?;
    let mut schemes = Entries::new();
    for authorizer in &authorizers {
        schemes.insert(authorizer.name.to_owned(), authorizer.scheme(partition)?);
    }
    definition.add_security_schemes(schemes);
    let default = at(auth, "DefaultAuthorizer").filter(|default| truthy(default) && !is_no_value(default));
    let Some(default) = default else { return Ok(()) };
    let default = Owner::Resource(&declared.id).text(Some(default), "Auth.DefaultAuthorizer")?;
    let Some(authorizer) = authorizers.iter().find(|authorizer| authorizer.name == default) else {
        return Err(declared.error(format!(
            "Unable to set DefaultAuthorizer because '{default}' was not defined in 'Authorizers'."
        )));
    };
    let scopes = given(&authorizer.config, "AuthorizationScopes").cloned().unwrap_or_else(|| json!([]));
    for path in definition.paths() {
        definition.set_route_default_authorizer(&path, default, &scopes)?;
    }
    Ok(())
}

fn authorizers<'a>(declared: &'a Declared, auth: &'a Value) -> Result<Vec<Authorizer<'a>>> {
    let mut authorizers = Vec::new();
    if at(auth, "EnableIamAuthorizer").is_some_and(|enabled| enabled == &json!(true)) {
        authorizers.push(Authorizer { declared, name: "AWS_IAM", config: Entries::new(), is_iam: true });
    }
    let Some(configured) = at(auth, "Authorizers").filter(|configured| truthy(configured)) else {
        return Ok(authorizers);
    };
    let owner = Owner::Resource(&declared.id);
    for (name, config) in owner.map(Some(configured), "Auth.Authorizers")? {
        let config = owner.map(Some(config), &format!("Auth.Authorizers.{name}"))?;
        if config.contains_key("OpenIdConnectUrl") {
            return Err(declared.error(format!(
                "'OpenIdConnectUrl' is no longer a supported property for authorizer '{name}'. Please refer to the AWS SAM documentation."
            )));
        }
        let authorizer = Authorizer { declared, name, config: config.clone(), is_iam: false };
        authorizer.check()?;
        authorizers.push(authorizer);
    }
    Ok(authorizers)
}

struct Authorizer<'a> {
    declared: &'a Declared,
    name: &'a str,
    config: Entries,
    is_iam: bool,
}

impl Authorizer<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.config.get(key).filter(|value| truthy(value))
    }

    fn is_jwt(&self) -> bool {
        self.get("JwtConfiguration").is_some()
    }

    fn check(&self) -> Result<()> {
        let error = |text: String| Err(self.declared.error(text));
        let owner = Owner::Resource(&self.declared.id);
        if let Some(jwt) = self.get("JwtConfiguration") {
            owner.map(Some(jwt), "JwtConfiguration")?;
        }
        if given(&self.config, "AuthorizationScopes").is_some_and(|scopes| !scopes.is_array()) {
            return error("AuthorizationScopes must be a list.".into());
        }
        const FOR_JWT: [(&str, &str); 3] = [
            ("AuthorizationScopes", "OAuth2 Authorizer"),
            ("JwtConfiguration", "OAuth2 Authorizer"),
            (
                "IdentitySource",
                "OAuth2 Authorizer. For Lambda Authorizer, use the 'Identity' property instead",
            ),
        ];
        const FOR_LAMBDA: [&str; 6] = [
            "FunctionArn",
            "FunctionInvokeRole",
            "Identity",
            "AuthorizerPayloadFormatVersion",
            "EnableSimpleResponses",
            "EnableFunctionDefaultPermissions",
        ];
        let name = self.name;
        if self.is_jwt() {
            if let Some(key) = FOR_LAMBDA.iter().find(|key| given(&self.config, key).is_some()) {
                return error(format!("{key} is only supported for Lambda Authorizer."));
            }
            if self.get("IdentitySource").is_none() {
                return error(format!("{name} OAuth2 Authorizer must define 'IdentitySource'."));
            }
        } else {
            if let Some((key, place)) = FOR_JWT.iter().find(|(key, _)| given(&self.config, key).is_some()) {
                return error(format!("{key} is only supported for {place}."));
            }
            for key in ["FunctionArn", "AuthorizerPayloadFormatVersion"] {
                if self.get(key).is_none() {
                    return error(format!("{name} Lambda Authorizer must define '{key}'."));
                }
            }
        }
        if let Some(flag) = given(&self.config, "EnableFunctionDefaultPermissions") {
            owner.flag(flag, &format!("Authorizers.{name}.EnableFunctionDefaultPermissions"))?;
        }
        Ok(())
    }

    fn scheme(&self, partition: &str) -> Result<Value> {
        if self.is_iam {
            return Ok(json!({
                "type": "apiKey", "name": "Authorization", "in": "header",
                "x-amazon-apigateway-authtype": "awsSigv4",
            }));
        }
        if let Some(jwt) = self.get("JwtConfiguration").and_then(Value::as_object) {
            let jwt: Entries = jwt.iter().map(|(key, value)| (key.to_lowercase(), value.clone())).collect();
            let source = self.config.get("IdentitySource");
            return Ok(json!({
                "type": "oauth2",
                AUTHORIZER: {"jwtConfiguration": jwt, "identitySource": source, "type": "jwt"},
            }));
        }
        let authorizer = self.lambda(partition)?;
        Ok(json!({"type": "apiKey", "name": "Unused", "in": "header", AUTHORIZER: authorizer}))
    }

    fn lambda(&self, partition: &str) -> Result<Value> {
        let mut authorizer = Entries::new();
        authorizer.insert("type".into(), json!("request"));
        let function = self.config.get("FunctionArn").cloned().unwrap_or_default();
        authorizer.insert("authorizerUri".into(), authorizer_uri(partition, &function));
        if let Some(role) = self.get("FunctionInvokeRole").filter(|role| *role != "NONE") {
            authorizer.insert("authorizerCredentials".into(), role.clone());
        }
        if let Some(identity) = self.get("Identity") {
            let path = format!("Auth.Authorizers.{}.Identity", self.name);
            let identity = Owner::Resource(&self.declared.id).map(Some(identity), &path)?;
            if let Some(ttl) = given(identity, "ReauthorizeEvery") {
                authorizer.insert("authorizerResultTtlInSeconds".into(), ttl.clone());
            }
            authorizer.insert("identitySource".into(), json!(self.identity_sources(identity)?));
        }
        let version = self.config.get("AuthorizerPayloadFormatVersion").cloned().unwrap_or_default();
        authorizer.insert("authorizerPayloadFormatVersion".into(), version);
        if let Some(simple) = self.get("EnableSimpleResponses") {
            authorizer.insert("enableSimpleResponses".into(), simple.clone());
        }
        Ok(Value::Object(authorizer))
    }

    fn identity_sources(&self, identity: &Entries) -> Result<Vec<String>> {
        let mut sources = Vec::new();
        for (prefix, key) in [
            ("$request.header.", "Headers"),
            ("$request.querystring.", "QueryStrings"),
            ("$stageVariables.", "StageVariables"),
            ("$context.", "Context"),
        ] {
            let Some(values) = identity.get(key).filter(|values| truthy(values)) else { continue };
            let path = format!("Authorizers.{}.Identity.{key}", self.name);
            let values = Owner::Resource(&self.declared.id).texts(values, &path)?;
            sources.extend(values.into_iter().map(|value| format!("{prefix}{value}")));
        }
        Ok(sources)
    }
}

/// Lets the API ask those authorizer functions that want it.
pub(super) fn permissions(declared: &Declared) -> Result<Vec<Generated>> {
    let Some(auth) = declared.set("Auth") else { return Ok(Vec::new()) };
    let mut permissions = Vec::new();
    for authorizer in authorizers(declared, auth)? {
        let function = authorizer.get("FunctionArn");
        let (Some(function), Some(_)) = (function, authorizer.get("EnableFunctionDefaultPermissions")) else {
            continue;
        };
        let id = format!("{}{}AuthorizerPermission", declared.id, authorizer.name);
        let mut permission = Generated::new(id, "AWS::Lambda::Permission", &declared.inherited());
        permission.put("Action", "lambda:InvokeFunction").put("FunctionName", function.clone());
        permission.put("Principal", "apigateway.amazonaws.com");
        permission.put("SourceArn", authorizers_arn(&declared.id));
        permissions.push(permission);
    }
    Ok(permissions)
}

/// Any authorizer of an API.
pub(crate) fn authorizers_arn(api: &str) -> Value {
    let arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*";
    sub_with(arn, json!({"__ApiId__": reference(api)}))
}
