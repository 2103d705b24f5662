//! CreateDeployment.

use api_apigateway::types::{CreateDeploymentInput, CreateDeploymentOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::deploy;
use crate::document;
use crate::error::{self, Failure};
use crate::model::Deployment;
use crate::model::rest::{RestStage, RestStageSettings};
use crate::rest::describe;
use crate::tables::{REST_APIS, REST_DEPLOYMENTS, REST_STAGES};
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateDeploymentInput,
) -> Result<CreateDeploymentOutput, ApiError> {
    apis.authorize(cx, Verb::Post, &format!("/restapis/{}/deployments", input.rest_api_id)).await?;
    let id = apis.new_id(6);
    run_with_id(apis, cx, input, &id).await
}

/// The same request under the same id makes one deployment.
pub async fn run_with_id(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateDeploymentInput,
    id: &str,
) -> Result<CreateDeploymentOutput, ApiError> {
    let settings = stage_settings(&input, id)?;
    let (input, settings) = (&input, &settings);
    let work = |tx: Transaction| async move {
        let found = REST_APIS.get(&tx, crate::access::key(cx, &input.rest_api_id)).await?;
        let api = found.ok_or_else(|| error::no_api(cx.account(), &input.rest_api_id))?;
        deploy::check_rest(&api)?;
        let deployment = Deployment {
            created: cx.time(),
            description: input.description.clone(),
            is_auto: false,
            definition: deploy::rest_definition(&api),
        };
        REST_DEPLOYMENTS.put(&tx, (&input.rest_api_id, id), &deployment)?;
        if let Some(settings) = settings {
            deploy_to_stage(&tx, cx, input, settings).await?;
        }
        Ok::<_, Failure>(deployment)
    };
    let deployment = apis.0.store.transact(work).await?;
    Ok(describe::deployment(id, &deployment, false))
}

/// What the request says of the stage; none where it names no stage.
fn stage_settings(input: &CreateDeploymentInput, id: &str) -> Result<Option<RestStageSettings>, ApiError> {
    let Some(stage_name) = input.stage_name.clone().filter(|name| !name.is_empty()) else {
        return no_stage_asked(input).map(|()| None);
    };
    super::create_stage::check_name(&stage_name)?;
    let mut settings: RestStageSettings = {
        let mut members = document::members(input);
        for name in ["restApiId", "stageDescription", "description"] {
            members.shift_remove(name);
        }
        members.insert("deploymentId".to_owned(), id.into());
        document::read(members.into())?
    };
    settings.description.clone_from(&input.stage_description);
    super::create_stage::check(&settings)?;
    Ok(Some(settings))
}

/// What is said of a stage needs the stage's name.
fn no_stage_asked(input: &CreateDeploymentInput) -> Result<(), ApiError> {
    let asked = [
        (input.stage_description.as_ref().is_some_and(|text| !text.is_empty()), "stageDescription"),
        (input.variables.as_ref().is_some_and(|variables| !variables.is_empty()), "variables"),
        (input.cache_cluster_enabled == Some(true), "cacheClusterEnabled"),
        (input.cache_cluster_size.is_some(), "cacheClusterSize"),
        (input.tracing_enabled == Some(true), "tracingEnabled"),
        (input.canary_settings.is_some(), "canarySettings"),
    ];
    match asked.iter().find(|(is_asked, _)| *is_asked) {
        Some((_, name)) => Err(error::bad_request(format!("{name} needs a stageName"))),
        None => Ok(()),
    }
}

/// Makes the stage, or moves an existing one to the deployment.
async fn deploy_to_stage(
    tx: &Transaction,
    cx: &RequestContext,
    input: &CreateDeploymentInput,
    settings: &RestStageSettings,
) -> Result<(), Failure> {
    let key = (&input.rest_api_id, &settings.stage_name);
    let stage = match REST_STAGES.get(tx, key).await? {
        Some(mut stage) => {
            stage.settings.deployment_id.clone_from(&settings.deployment_id);
            stage.settings.variables.extend(settings.variables.clone());
            if settings.description.is_some() {
                stage.settings.description.clone_from(&settings.description);
            }
            stage.updated = cx.time();
            stage
        }
        None => RestStage {
            account: cx.account().to_owned(),
            region: cx.region().to_owned(),
            created: cx.time(),
            updated: cx.time(),
            settings: settings.clone(),
        },
    };
    Ok(REST_STAGES.put(tx, key, &stage)?)
}
