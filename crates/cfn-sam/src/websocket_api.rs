//! `AWS::Serverless::WebSocketApi`: API, routes with their integrations and permissions, stage, authorizer, domain.

use serde_json::{Value, json};

use crate::error::Result;
use crate::generated::{Declared, Generated, propagate_tags};
use crate::http_api;
use crate::schema;
use crate::translation::{Translated, Translation};
use crate::tree::{Entries, Owner, at, is_intrinsic, reference, set, sub, sub_with, truthy};

const TYPE: &str = "AWS::Serverless::WebSocketApi";
const CREATED_BY: &str = "websocketapi:createdBy";
const DEFAULT_STAGE: &str = "default";
const FUNCTION_URI: &str = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations";

pub(crate) fn translate(translation: &mut Translation<'_>, id: &str, entry: &Value) -> Result<Translated> {
    let mut declared = Declared::read(id, entry, TYPE, schema::WEBSOCKET_API)?;
    for name in ["Auth", "Domain", "Routes"] {
        if let Some(value) = declared.get(name) {
            let resolved = translation.resolver.resolve(value)?;
            declared.properties.insert(name.to_owned(), resolved);
        }
    }
    // What a WebSocket API makes inherits no attributes.
    declared.attributes = Entries::new();
    let api = WebSocketApi { declared };
    api.check()?;
    let resources = api.translate(translation)?;
    Ok(Translated::new(id, resources))
}

struct WebSocketApi {
    declared: Declared,
}

impl WebSocketApi {
    fn new_resource(&self, id: String, type_name: &'static str) -> Generated {
        Generated::new(id, type_name, &Entries::new())
    }

    fn auth(&self) -> Option<&Entries> {
        self.declared.set("Auth").and_then(Value::as_object)
    }

    fn stage_name(&self) -> Value {
        self.declared.get("StageName").cloned().unwrap_or_else(|| json!(DEFAULT_STAGE))
    }

    fn check(&self) -> Result<()> {
        let declared = &self.declared;
        if !declared.is_true("Routes") {
            return Err(declared.error("WebSocket API must have at least one route."));
        }
        let kind = declared.get("IpAddressType");
        if kind.is_some_and(|kind| !is_intrinsic(kind) && kind != "ipv4" && kind != "dualstack") {
            return Err(declared.error("IpAddressType must be 'ipv4' or 'dualstack'."));
        }
        let tls = declared.set("Domain").and_then(|domain| at(domain, "MutualTlsAuthentication"));
        if tls.is_some_and(truthy) {
            return Err(
                declared.error("Mutual TLS domain name association is not supported for Websocket APIs.")
            );
        }
        if self.auth().is_some()
            && declared.get("Routes").is_some_and(|routes| at(routes, "$connect").is_none())
        {
            return Err(declared.error("Authorization is only available if there is a $connect route."));
        }
        Ok(())
    }

    fn translate(&self, translation: &mut Translation<'_>) -> Result<Vec<Generated>> {
        let declared = &self.declared;
        // Unlike other APIs, these don't share their record sets.
        let shared = std::mem::take(&mut translation.record_sets);
        let domain = http_api::domain::construct(translation, declared, CREATED_BY);
        translation.record_sets = shared;
        let domain = domain?;
        let mut stage = self.stage()?;
        let mut resources = vec![self.api()];
        let owner = Owner::Resource(&declared.id);
        let routes = owner.map(declared.get("Routes"), "Routes")?;
        let mut route_ids = Vec::new();
        for (key, route) in routes {
            let route = owner.map(Some(route), &format!("Routes.{key}"))?;
            let made = self.route(key, route)?;
            route_ids.push(json!(made[0].id));
            resources.extend(made);
        }
        resources.extend(domain);
        if declared.is_true("RouteSettings") {
            stage.depends_on = Some(Value::Array(route_ids));
        }
        resources.push(stage);
        resources.extend(self.authorizer());
        resources.extend(self.authorizer_permission());
        let tags = declared.set("Tags").map(|_| self.tags());
        propagate_tags(&mut resources, tags.as_ref(), declared.is_true("PropagateTags"));
        Ok(resources)
    }

    fn api(&self) -> Generated {
        let declared = &self.declared;
        let mut api = self.new_resource(declared.id.clone(), "AWS::ApiGatewayV2::Api");
        api.depends_on = declared.depends_on.clone();
        api.copy(
            &declared.properties,
            &[
                "ApiKeySelectionExpression",
                "Description",
                "DisableExecuteApiEndpoint",
                "DisableSchemaValidation",
                "IpAddressType",
                "RouteSelectionExpression",
            ],
        );
        api.put("Name", declared.get("Name").cloned().unwrap_or_else(|| json!(declared.id)));
        api.put("Tags", self.tags()).put("ProtocolType", "WEBSOCKET");
        api
    }

    fn tags(&self) -> Value {
        let mut tags = self.declared.set("Tags").and_then(Value::as_object).cloned().unwrap_or_default();
        tags.insert(CREATED_BY.into(), json!("SAM"));
        Value::Object(tags)
    }

    /// Route, integration, permission.
    fn route(&self, key: &str, route: &Entries) -> Result<[Generated; 3]> {
        let declared = &self.declared;
        let base = format!("{}{}", declared.id, self.spelled(key)?);
        let integration_id = format!("{base}Integration");
        let mut made = self.new_resource(format!("{base}Route"), "AWS::ApiGatewayV2::Route");
        made.put("RouteKey", key).put("ApiId", reference(&declared.id));
        made.copy(
            route,
            &[
                "ApiKeyRequired",
                "ModelSelectionExpression",
                "OperationName",
                "RequestModels",
                "RouteResponseSelectionExpression",
            ],
        );
        if let Some(parameters) = set(route, "RequestParameters") {
            if key != "$connect" {
                return Err(declared.error(
                    "Request parameters are only supported for the $connect route in WebSocket APIs.",
                ));
            }
            made.put("RequestParameters", parameters.clone());
        }
        made.put("Target", json!({"Fn::Join": ["/", ["integrations", reference(&integration_id)]]}));
        self.authorize(key, &mut made)?;
        let function = route.get("FunctionArn");
        let function = function.ok_or_else(|| declared.error("Route must have associated function."))?;
        let mut integration = self.new_resource(integration_id, "AWS::ApiGatewayV2::Integration");
        integration.put("ApiId", reference(&declared.id)).put("IntegrationType", "AWS_PROXY");
        integration.put("IntegrationUri", sub_with(FUNCTION_URI, json!({"FunctionArn": function})));
        integration.put("TimeoutInMillis", route.get("IntegrationTimeout").cloned().unwrap_or_default());
        let mut permission = self.new_resource(format!("{base}Permission"), "AWS::Lambda::Permission");
        permission.put("Action", "lambda:InvokeFunction").put("FunctionName", function.clone());
        permission.put("Principal", "apigateway.amazonaws.com").put("SourceArn", self.source_arn(key));
        Ok([made, integration, permission])
    }

    /// A route's key as it goes into logical ids.
    fn spelled(&self, key: &str) -> Result<String> {
        let plain = match key {
            "$connect" | "$disconnect" | "$default" => &key[1..],
            _ if !key.is_empty() && key.chars().all(char::is_alphanumeric) => key,
            _ => {
                return Err(self.declared.error(format!(
                    "Route key '{key}' must be alphanumeric. Only $connect, $disconnect, and $default special routes are supported."
                )));
            }
        };
        let lower = plain.to_lowercase();
        let mut letters = lower.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        Ok(first + letters.as_str())
    }

    fn source_arn(&self, key: &str) -> Value {
        let api = format!(
            "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}.ApiId}}",
            self.declared.id
        );
        match self.stage_name() {
            Value::String(stage) => sub(&format!("{api}/{stage}/{key}")),
            stage => sub_with(&format!("{api}/${{__StageName__}}/{key}"), json!({"__StageName__": stage})),
        }
    }

    fn authorize(&self, key: &str, route: &mut Generated) -> Result<()> {
        let Some(auth) = self.auth() else { return Ok(()) };
        let kind = self.check_auth(auth)?;
        if key != "$connect" {
            return Ok(());
        }
        match kind.as_str() {
            "CUSTOM" => {
                let authorizer = format!("{}ConnectAuthorizer", self.declared.id);
                route.put("AuthorizationType", "CUSTOM").put("AuthorizerId", reference(&authorizer));
            }
            "AWS_IAM" => {
                route.put("AuthorizationType", "AWS_IAM");
            }
            _ => {
                route.put("AuthorizationType", "NONE");
            }
        }
        Ok(())
    }

    fn check_auth(&self, auth: &Entries) -> Result<String> {
        let error = |text: &str| Err(self.declared.error(text));
        let Some(kind) = set(auth, "AuthType").and_then(Value::as_str) else {
            return error("AuthType must be specified for additional auth configurations.");
        };
        match kind.to_uppercase().as_str() {
            "CUSTOM" if set(auth, "AuthArn").is_none() => {
                error("AuthArn must be specified if AuthType is CUSTOM.")
            }
            "AWS_IAM" if auth.len() > 1 => {
                error("No additional configurations supported for AuthType AWS_IAM.")
            }
            "NONE" if auth.len() > 1 => error("No additional configurations supported for AuthType NONE."),
            "CUSTOM" | "AWS_IAM" | "NONE" => Ok(kind.to_owned()),
            _ => error("AuthType is not one of AWS_IAM, CUSTOM or NONE."),
        }
    }

    fn custom_auth(&self) -> Option<&Entries> {
        self.auth().filter(|auth| auth.get("AuthType").is_some_and(|kind| kind == "CUSTOM"))
    }

    fn authorizer(&self) -> Option<Generated> {
        let auth = self.custom_auth()?;
        let id = format!("{}ConnectAuthorizer", self.declared.id);
        let mut authorizer = self.new_resource(id.clone(), "AWS::ApiGatewayV2::Authorizer");
        authorizer.put("ApiId", reference(&self.declared.id)).put("AuthorizerType", "REQUEST");
        authorizer.put("AuthorizerCredentialsArn", auth.get("InvokeRole").cloned().unwrap_or_default());
        let uri = FUNCTION_URI.replace("FunctionArn", "AuthArn");
        authorizer.put("AuthorizerUri", sub_with(&uri, json!({"AuthArn": auth.get("AuthArn")})));
        authorizer.put("IdentitySource", auth.get("IdentitySource").cloned().unwrap_or_default());
        authorizer.put("Name", set(auth, "Name").cloned().unwrap_or_else(|| json!(id)));
        Some(authorizer)
    }

    fn authorizer_permission(&self) -> Option<Generated> {
        let auth = self.custom_auth().filter(|auth| set(auth, "InvokeRole").is_none())?;
        let function = set(auth, "AuthArn")?;
        let id = format!("{}AuthorizerPermission", self.declared.id);
        let mut permission = self.new_resource(id, "AWS::Lambda::Permission");
        permission.put("Action", "lambda:InvokeFunction").put("FunctionName", function.clone());
        permission.put("Principal", "apigateway.amazonaws.com");
        permission.put("SourceArn", http_api::authorizers_arn(&self.declared.id));
        Some(permission)
    }

    fn stage(&self) -> Result<Generated> {
        let declared = &self.declared;
        let name = self.stage_name();
        let id = match name.as_str().unwrap_or_default() {
            "$default" => return Err(declared.error("Stages cannot be named $default for WebSocket APIs.")),
            DEFAULT_STAGE => format!("{}DefaultStage", declared.id),
            prefix => format!("{}{prefix}Stage", declared.id),
        };
        let mut stage = self.new_resource(id, "AWS::ApiGatewayV2::Stage");
        stage.put("ApiId", reference(&declared.id)).put("StageName", name);
        stage.copy(
            &declared.properties,
            &["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"],
        );
        stage.put("Tags", json!({CREATED_BY: "SAM"})).put("AutoDeploy", json!(true));
        Ok(stage)
    }
}
