//! Stored HTTP APIs as the API shows them. Version 2 has an output type for each operation with the same members.

use serde::Serialize;
use serde_json::{Value, json};
use wire_codec::{ApiError, Structure};

use crate::document::{show, stored};
use crate::model::Deployment;
use crate::model::http::{HttpApi, HttpDefinition, HttpStage};

fn with<T: Structure + Default>(settings: &impl Serialize, more: &[(&str, Value)]) -> Result<T, ApiError> {
    let mut members = stored(settings)?;
    for (name, value) in more {
        members.insert((*name).to_owned(), value.clone());
    }
    show(&members)
}

pub fn api<T: Structure + Default>(id: &str, api: &HttpApi, warnings: &[String]) -> Result<T, ApiError> {
    let selection = api.settings.route_selection_expression.as_deref();
    let mut more = vec![
        ("apiId", json!(id)),
        ("apiEndpoint", json!(endpoint(id, api))),
        ("createdDate", json!(api.created.to_rfc3339())),
        ("routeSelectionExpression", json!(selection.unwrap_or("$request.method $request.path"))),
        ("apiKeySelectionExpression", json!("$request.header.x-api-key")),
    ];
    if !warnings.is_empty() {
        more.push(("warnings", json!(warnings)));
    }
    with(&api.settings, &more)
}

pub fn endpoint(id: &str, api: &HttpApi) -> String {
    format!("https://{id}.execute-api.{}.amazonaws.com", api.region)
}

pub fn identified<T: Structure + Default>(
    name: &str,
    id: &str,
    settings: &impl Serialize,
) -> Result<T, ApiError> {
    with(settings, &[(name, json!(id))])
}

pub fn stage<T: Structure + Default>(stage: &HttpStage) -> Result<T, ApiError> {
    let more = [
        ("createdDate", json!(stage.created.to_rfc3339())),
        ("lastUpdatedDate", json!(stage.updated.to_rfc3339())),
        ("defaultRouteSettings", json!({"detailedMetricsEnabled": false})),
        ("routeSettings", json!({})),
    ];
    with(&stage.settings, &more)
}

pub fn deployment<T: Structure + Default>(id: &str, of: &Deployment<HttpDefinition>) -> Result<T, ApiError> {
    show(&json!({
        "deploymentId": id,
        "description": of.description,
        "createdDate": of.created.to_rfc3339(),
        "autoDeployed": of.is_auto,
        "deploymentStatus": "DEPLOYED",
    }))
}
