//! CreateStage.

use api_apigateway::types::{CreateStageInput, CreateStageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::deploy::MAX_STAGES;
use crate::document;
use crate::error::{self, Failure};
use crate::model::rest::{RestStage, RestStageSettings};
use crate::rest::describe;
use crate::tables::{REST_DEPLOYMENTS, REST_STAGES};
use store_kv::Transaction;
use store_table::Scan;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateStageInput,
) -> Result<CreateStageOutput, ApiError> {
    apis.authorize(cx, Verb::Post, &format!("/restapis/{}/stages", input.rest_api_id)).await?;
    let settings: RestStageSettings = document::settings(&input, &["restApiId"])?;
    check_name(&settings.stage_name)?;
    check(&settings)?;
    apis.rest_api(cx, &input.rest_api_id).await?;
    let stage = RestStage {
        account: cx.account().to_owned(),
        region: cx.region().to_owned(),
        created: cx.time(),
        updated: cx.time(),
        settings,
    };
    let (api, stage) = (&input.rest_api_id, &stage);
    let work = |tx: Transaction| async move {
        if !REST_DEPLOYMENTS.contains(&tx, (api, &stage.settings.deployment_id)).await? {
            return Err(Failure::Api(error::no_such("Deployment")));
        }
        let present = REST_STAGES.scan(&tx, (api,), Scan::forward()).await?.rows.len();
        if !REST_STAGES.insert_if_absent(&tx, (api, &stage.settings.stage_name), stage).await? {
            return Err(Failure::Api(error::conflict("Stage already exists")));
        }
        if present >= MAX_STAGES {
            return Err(Failure::Api(ApiError::new(
                "LimitExceededException",
                429,
                "Maximum number of stages for this API has been reached",
            )));
        }
        Ok(())
    };
    apis.0.store.transact(work).await?;
    describe::stage(stage)
}

/// Letters, digits, hyphens and underscores, at most 128 (API Gateway API reference, `stageName`).
pub fn check_name(name: &str) -> Result<(), ApiError> {
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match fits && !name.is_empty() && name.len() <= 128 {
        true => Ok(()),
        false => Err(error::bad_request("Stage name only allows a-zA-Z0-9_-")),
    }
}

/// Caches and tracing are not built.
pub fn check(settings: &RestStageSettings) -> Result<(), ApiError> {
    if settings.cache_cluster_enabled {
        return Err(ApiError::not_implemented("the parameter cacheClusterEnabled"));
    }
    if settings.tracing_enabled {
        return Err(ApiError::not_implemented("the parameter tracingEnabled"));
    }
    Ok(())
}
