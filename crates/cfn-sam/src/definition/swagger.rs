//! Definitions of REST APIs: Lambda and Step Functions integrations, media types, gateway responses, models.

use serde_json::{Map, Value, json};

use super::{Definition, INTEGRATION, is_version_3, method_name};
use crate::error::{Result, SamError};
use crate::python27;
use crate::tree::{Entries, at, conditional, set, truthy};

const GATEWAY_RESPONSES: &str = "x-amazon-apigateway-gateway-responses";
const BINARY_MEDIA_TYPES: &str = "x-amazon-apigateway-binary-media-types";
const ENDPOINT: &str = "x-amazon-apigateway-endpoint-configuration";

/// True for a Swagger 2 or OpenAPI 3 document with paths.
pub(crate) fn is_valid(body: Option<&Value>) -> bool {
    let Some(doc) = body.and_then(Value::as_object) else { return false };
    let versioned = set(doc, "swagger").is_some()
        || set(doc, "openapi").is_some_and(|version| is_version_3(&crate::python::shown(version)));
    versioned && doc.get("paths").is_some_and(Value::is_object)
}

/// What a method's and its API's `Auth` say about the credentials of an integration.
pub(crate) struct InvokeAuth<'a> {
    pub(crate) method: Option<&'a Value>,
    pub(crate) api: Option<&'a Value>,
    pub(crate) partition: &'a str,
}

impl InvokeAuth<'_> {
    /// The role that API Gateway takes on, for methods under IAM authorization.
    fn credentials(&self) -> Option<Value> {
        let is_iam = |auth: Option<&Value>, key: &str| {
            auth.and_then(|auth| at(auth, key)).is_some_and(|name| name == "AWS_IAM")
        };
        let method_given = self.method.is_some_and(truthy);
        if !is_iam(self.method, "Authorizer") && (method_given || !is_iam(self.api, "DefaultAuthorizer")) {
            return None;
        }
        let role = role_of(self.method).or_else(|| role_of(self.api));
        match role {
            Some(role) if role == "NONE" => None,
            Some(role) if role != "CALLER_CREDENTIALS" => Some(role),
            _ => Some(json!(format!("arn:{}:iam::*:user/*", self.partition))),
        }
    }
}

/// An `InvokeRole` that is there but empty means none.
fn role_of(auth: Option<&Value>) -> Option<Value> {
    let role = auth?.as_object()?.get("InvokeRole")?;
    Some(if truthy(role) { role.clone() } else { json!("NONE") })
}

impl Definition {
    pub(crate) fn swagger(body: Option<&Value>) -> Result<Self> {
        match body {
            // Each edit is a copy in and a copy out, for the order of keys; see `python27`.
            Some(Value::Object(doc)) if is_valid(body) => Self { doc: python27::copied(doc) }.check_paths(),
            _ => Err(SamError::template(
                "Invalid Swagger document or the Swagger document is not explicitly defined in 'DefinitionBody'.",
            )),
        }
    }

    fn is_swagger_2(&self) -> bool {
        self.doc.get("swagger").is_some_and(|version| !version.is_null())
    }

    pub(crate) fn add_lambda_integration(
        &mut self,
        (path, method): (&str, &str),
        uri: &Value,
        auth: &InvokeAuth<'_>,
        condition: Option<&Value>,
        transfer: Option<&Value>,
    ) -> Result<()> {
        let uri = condition.map_or_else(|| uri.clone(), |condition| conditional(condition, uri.clone()));
        let mut integration = Map::new();
        integration.insert("type".into(), json!("aws_proxy"));
        integration.insert("httpMethod".into(), json!("POST"));
        integration.insert("uri".into(), uri);
        if transfer.is_some_and(|mode| mode == "RESPONSE_STREAM") {
            integration.insert("responseTransferMode".into(), json!("STREAM"));
        }
        if let Some(credentials) = auth.credentials() {
            integration.insert("credentials".into(), credentials);
        }
        self.integrate(path, method, condition, |definition| {
            definition.insert(INTEGRATION.into(), Value::Object(integration.clone()));
            definition.entry("responses").or_insert_with(|| json!({}));
        })
    }

    pub(crate) fn add_state_machine_integration(
        &mut self,
        (path, method): (&str, &str),
        credentials: &Value,
        request_templates: &Value,
        condition: Option<&Value>,
    ) -> Result<()> {
        let uri =
            crate::tree::sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution");
        let uri = condition.map_or_else(|| uri.clone(), |condition| conditional(condition, uri.clone()));
        self.integrate(path, method, condition, |definition| {
            let integration = json!({
                "type": "aws", "httpMethod": "POST", "uri": uri,
                "responses": {"200": {"statusCode": "200"}, "400": {"statusCode": "400"}},
                "credentials": credentials, "requestTemplates": request_templates,
            });
            definition.insert(INTEGRATION.into(), integration);
            definition.entry("responses").or_insert_with(
                || json!({"200": {"description": "OK"}, "400": {"description": "Bad Request"}}),
            );
        })
    }

    /// Media types with their `~1` read as `/`.
    pub(crate) fn set_binary_media_types(&mut self, types: &Value) {
        self.doc.insert(BINARY_MEDIA_TYPES.into(), unescaped(types));
    }

    pub(crate) fn set_gateway_responses(&mut self, responses: Entries) {
        if let Some(existing) = crate::tree::entry_map(&mut self.doc, GATEWAY_RESPONSES) {
            existing.extend(responses);
        }
    }

    pub(crate) fn add_models(&mut self, models: &Entries) -> Result<()> {
        for (name, schema) in models {
            if !at(schema, "type").is_some_and(truthy) {
                return Err(SamError::template("'Models' schema is missing 'type'."));
            }
            if let Some(definitions) = crate::tree::entry_map(&mut self.doc, "definitions") {
                definitions.insert(name.to_lowercase(), schema.clone());
            }
        }
        Ok(())
    }

    pub(crate) fn set_disable_endpoint(&mut self, value: &Value) -> Result<()> {
        let is_3 =
            self.doc.get("openapi").is_some_and(|version| is_version_3(&crate::python::shown(version)));
        if !is_3 {
            let endpoint = crate::tree::entry_map(&mut self.doc, ENDPOINT).ok_or_else(|| {
                SamError::template(format!(
                    "Invalid OpenAPI definition: The value of '{ENDPOINT}' should be a map."
                ))
            })?;
            endpoint.insert("disableExecuteApiEndpoint".into(), value.clone());
            return Ok(());
        }
        self.set_server_endpoint(value, |index| {
            SamError::template(format!(
                "Invalid OpenAPI definition of 'servers[{index}]': It should be a map."
            ))
        })
    }

    pub(super) fn set_server_endpoint(
        &mut self,
        value: &Value,
        wrong: impl Fn(usize) -> SamError,
    ) -> Result<()> {
        let servers = self.doc.entry("servers").or_insert_with(|| json!([{}]));
        for (index, server) in servers.as_array_mut().into_iter().flatten().enumerate() {
            let endpoint = server.as_object_mut().and_then(|server| crate::tree::entry_map(server, ENDPOINT));
            endpoint.ok_or_else(|| wrong(index))?.insert("disableExecuteApiEndpoint".into(), value.clone());
        }
        Ok(())
    }

    /// OpenAPI 3 keeps schemes and schemas under `components`, and headers under `schema`.
    pub(crate) fn align(mut self, api_version: Option<&Value>) -> Result<Self> {
        if self.is_swagger_2() {
            return Ok(self);
        }
        let version = match (self.doc.get("openapi"), api_version) {
            (Some(version), None) => Some(version),
            _ => api_version,
        };
        if !version.is_some_and(|version| is_version_3(&crate::python::shown(version))) {
            return Ok(self);
        }
        for (from, to) in [("securityDefinitions", "securitySchemes"), ("definitions", "schemas")] {
            let Some(moved) = self.doc.get(from).filter(|moved| truthy(moved)).cloned() else { continue };
            if let Some(components) = crate::tree::entry_map(&mut self.doc, "components") {
                components.insert(to.into(), moved);
            }
            python27::remove(&mut self.doc, from);
        }
        if !self.doc.get("paths").is_some_and(truthy) {
            return Ok(self);
        }
        for path in self.paths() {
            let item = self.paths_mut()?.get_mut(&path).and_then(Value::as_object_mut);
            let item = item.ok_or_else(|| super::not_a_path(&path))?;
            let Some(options) = item.get_mut("options").filter(|options| truthy(options)) else { continue };
            let options = options.as_object_mut().ok_or_else(|| {
                SamError::template(format!(
                    "Value of options method for path {path} must be a dictionary according to Swagger spec."
                ))
            })?;
            align_options(options);
        }
        Ok(self)
    }
}

fn align_options(options: &mut Entries) {
    python27::remove(options, "produces");
    python27::remove(options, "consumes");
    let headers = options
        .get_mut("responses")
        .and_then(|responses| responses.get_mut("200"))
        .and_then(|response| response.get_mut("headers"))
        .and_then(Value::as_object_mut);
    for header in headers.into_iter().flat_map(|headers| headers.values_mut()) {
        *header = json!({"schema": header.take()});
    }
}

fn unescaped(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(text.replace("~1", "/")),
        Value::Array(items) => items.iter().map(unescaped).collect(),
        Value::Object(entries) => Value::Object(
            entries.iter().map(|(key, value)| (key.replace("~1", "/"), unescaped(value))).collect(),
        ),
        plain => plain.clone(),
    }
}

/// The methods of a path, for CORS and policies.
pub(super) fn method_list(item: &Entries) -> Vec<String> {
    item.keys().map(|name| method_name(name)).collect()
}
