//! What a REST method expects of a request: models, validators, parameters.

use serde_json::{Map, Value, json};

use super::{Definition, INTEGRATION, is_version_3};
use crate::error::Result;
use crate::tree::{Entries, truthy};

const VALIDATORS: &str = "x-amazon-apigateway-request-validators";
const VALIDATOR: &str = "x-amazon-apigateway-request-validator";

/// A request parameter: `method.request.header.Name` and what is asked of it.
pub(crate) struct RequestParameter {
    pub(crate) name: String,
    pub(crate) required: Value,
    pub(crate) caching: Value,
}

impl Definition {
    pub(crate) fn add_request_model(
        &mut self,
        path: &str,
        method: &str,
        model: &str,
        required: Option<&Value>,
    ) -> Result<()> {
        let model = model.to_lowercase();
        let swagger_2 = self.doc.get("swagger").is_some_and(|version| !version.is_null());
        let version_3 = self.doc.get("openapi").is_some_and(|v| is_version_3(&crate::python::shown(v)));
        self.edit_method(path, method, |definition| {
            if swagger_2 {
                let schema = format!("#/definitions/{model}");
                let mut parameter = json!({"in": "body", "name": model, "schema": {"$ref": schema}});
                if let (Some(required), Some(entries)) = (required, parameter.as_object_mut()) {
                    entries.insert("required".into(), required.clone());
                }
                push_parameter(definition, parameter);
            } else if version_3 {
                let schema = format!("#/components/schemas/{model}");
                let mut body = Map::new();
                body.insert("content".into(), json!({"application/json": {"schema": {"$ref": schema}}}));
                if let Some(required) = required {
                    body.insert("required".into(), required.clone());
                }
                definition.insert("requestBody".into(), Value::Object(body));
            }
            Ok(())
        })
    }

    pub(crate) fn add_request_validator(
        &mut self,
        path: &str,
        method: &str,
        body: bool,
        parameters: bool,
    ) -> Result<()> {
        let name = match (body, parameters) {
            (true, true) => "body-and-params",
            (true, false) => "body-only",
            (false, true) => "params-only",
            (false, false) => "no-validation",
        };
        if let Some(validators) = crate::tree::entry_map(&mut self.doc, VALIDATORS) {
            validators.entry(name).or_insert_with(
                || json!({"validateRequestBody": body, "validateRequestParameters": parameters}),
            );
        }
        self.edit_method(path, method, |definition| {
            definition.insert(VALIDATOR.into(), json!(name));
            Ok(())
        })
    }

    pub(crate) fn add_request_parameters(
        &mut self,
        path: &str,
        method: &str,
        parameters: &[RequestParameter],
    ) -> Result<()> {
        self.edit_method(path, method, |definition| {
            for parameter in parameters {
                let location = parameter.name.replace("method.request.", "");
                let (place, name) = location.split_once('.').unwrap_or((location.as_str(), ""));
                let place = if place == "querystring" { "query" } else { place };
                let entry =
                    json!({"in": place, "name": name, "required": parameter.required, "type": "string"});
                push_parameter(definition, entry);
                if truthy(&parameter.caching) {
                    cache_by(definition, &parameter.name);
                }
            }
            definition.entry("parameters").or_insert_with(|| json!([]));
            Ok(())
        })
    }
}

fn push_parameter(definition: &mut Entries, parameter: Value) {
    let parameters = definition.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(parameter);
    }
}

fn cache_by(definition: &mut Entries, name: &str) {
    if let Some(integration) = definition.get_mut(INTEGRATION).and_then(Value::as_object_mut) {
        let keys = integration.entry("cacheKeyParameters").or_insert_with(|| json!([]));
        if let Some(keys) = keys.as_array_mut() {
            keys.push(json!(name));
        }
    }
}
