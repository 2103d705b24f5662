//! CreateStage.

use api_apigatewayv2::types::{CreateStageInput, CreateStageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::deploy::{self, MAX_STAGES};
use crate::document;
use crate::error::{self, Failure};
use crate::http::describe;
use crate::model::http::{HttpStage, HttpStageSettings};
use crate::tables::{HTTP_APIS, HTTP_DEPLOYMENTS, HTTP_STAGES};
use store_kv::Transaction;
use store_table::Scan;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateStageInput,
) -> Result<CreateStageOutput, ApiError> {
    apis.authorize(cx, Verb::Post, &format!("/apis/{}/stages", input.api_id)).await?;
    let settings: HttpStageSettings = document::settings(&input, &["apiId"])?;
    let stage = insert(apis, cx, &input.api_id, settings).await?;
    describe::stage(&stage)
}

/// Makes a stage; one that deploys by itself is deployed in the same commit.
pub async fn insert(
    apis: &ApiGateway,
    cx: &RequestContext,
    api_id: &str,
    settings: HttpStageSettings,
) -> Result<HttpStage, ApiError> {
    check_name(&settings.stage_name)?;
    let stage = HttpStage {
        account: cx.account().to_owned(),
        region: cx.region().to_owned(),
        created: cx.time(),
        updated: cx.time(),
        settings,
    };
    let (stage, fresh) = (&stage, &apis.new_id(6));
    let work = |tx: Transaction| async move {
        let found = HTTP_APIS.get(&tx, crate::access::key(cx, api_id)).await?;
        let api = found.ok_or_else(|| error::no_api(cx.account(), api_id))?;
        check_deployment(&tx, api_id, &stage.settings).await?;
        let present = HTTP_STAGES.scan(&tx, (api_id,), Scan::forward()).await?.rows.len();
        let name = &stage.settings.stage_name;
        if !HTTP_STAGES.insert_if_absent(&tx, (api_id, name), stage).await? {
            return Err(Failure::Api(error::conflict("Stage already exists")));
        }
        if present >= MAX_STAGES {
            let text = "Maximum number of stages for this API has been reached";
            return Err(Failure::Api(ApiError::new("LimitExceededException", 429, text)));
        }
        if stage.settings.auto_deploy {
            deploy::auto(&tx, api_id, &api, fresh, cx.time()).await?;
        }
        Ok(HTTP_STAGES.get(&tx, (api_id, name)).await?.unwrap_or_else(|| stage.clone()))
    };
    Ok(apis.0.store.transact(work).await?)
}

/// A deployment that a stage names exists; a stage that deploys by itself names none.
pub async fn check_deployment(
    tx: &Transaction,
    api_id: &str,
    settings: &HttpStageSettings,
) -> Result<(), Failure> {
    let Some(id) = &settings.deployment_id else { return Ok(()) };
    if !HTTP_DEPLOYMENTS.contains(tx, (api_id, id)).await? {
        return Err(Failure::Api(error::no_deployment(api_id, id)));
    }
    Ok(())
}

/// `$default`, or letters, digits, hyphens and underscores, at most 128 (API reference, `stageName`).
fn check_name(name: &str) -> Result<(), ApiError> {
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match name == "$default" || (fits && !name.is_empty() && name.len() <= 128) {
        true => Ok(()),
        false => Err(error::bad_request("Stage name only allows a-zA-Z0-9_- or $default")),
    }
}
