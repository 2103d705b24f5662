//! Deployments: immutable copies of a definition, checked to be one that can be served.

use base_time::Timestamp;
use store_kv::Transaction;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::{Failure, bad_request};
use crate::model::Deployment;
use crate::model::http::{HttpApi, HttpDefinition};
use crate::model::rest::{RestApi, RestDefinition};
use crate::tables::{HTTP_DEPLOYMENTS, HTTP_STAGES};

/// Stages of an API at most (API Gateway quotas: 10).
pub const MAX_STAGES: usize = 10;

/// The definition as it would be deployed now.
pub fn rest_definition(api: &RestApi) -> RestDefinition {
    RestDefinition {
        binary_media_types: api.settings.binary_media_types.clone(),
        disable_execute_api_endpoint: api.settings.disable_execute_api_endpoint.unwrap_or(false),
        ..api.definition.clone()
    }
}

/// A REST API can be deployed once it has methods, each with an integration.
pub fn check_rest(api: &RestApi) -> Result<(), ApiError> {
    let mut methods =
        api.definition.resources.values().flat_map(|resource| resource.methods.values()).peekable();
    if methods.peek().is_none() {
        return Err(bad_request("The REST API doesn't contain any methods"));
    }
    if methods.any(|method| method.method_integration.is_none()) {
        return Err(bad_request("No integration defined for method"));
    }
    Ok(())
}

pub fn http_definition(api: &HttpApi) -> HttpDefinition {
    HttpDefinition {
        cors: api.settings.cors_configuration.clone(),
        disable_execute_api_endpoint: api.settings.disable_execute_api_endpoint,
        ..api.definition.clone()
    }
}

/// Deploys to every stage that deploys by itself, and drops the automatic deployments that no stage names any more.
pub async fn auto(
    tx: &Transaction,
    api_id: &str,
    api: &HttpApi,
    deployment_id: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let stages = HTTP_STAGES.scan(tx, (api_id,), Scan::forward().limit(MAX_STAGES + 1)).await?.rows;
    let mut kept = Vec::new();
    let mut deployed = false;
    for (key, mut stage) in stages {
        if stage.settings.auto_deploy {
            stage.settings.deployment_id = Some(deployment_id.to_owned());
            stage.updated = now;
            HTTP_STAGES.put(tx, &key, &stage)?;
            deployed = true;
        }
        kept.extend(stage.settings.deployment_id);
    }
    if !deployed {
        return Ok(());
    }
    let description = Some("Automatic deployment triggered by changes to the Api configuration".to_owned());
    let deployment =
        Deployment { created: now, description, is_auto: true, definition: http_definition(api) };
    HTTP_DEPLOYMENTS.put(tx, (api_id, deployment_id), &deployment)?;
    let deployments = HTTP_DEPLOYMENTS.scan(tx, (api_id,), Scan::forward()).await?.rows;
    for (key, deployment) in deployments {
        if deployment.is_auto && !kept.contains(&key.1) {
            HTTP_DEPLOYMENTS.delete(tx, &key);
        }
    }
    Ok(())
}
