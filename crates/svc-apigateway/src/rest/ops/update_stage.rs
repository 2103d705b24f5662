//! UpdateStage.

use api_apigateway::types::{UpdateStageInput, UpdateStageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, Failure};
use crate::patch;
use crate::rest::describe;
use crate::tables::{REST_DEPLOYMENTS, REST_STAGES};
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateStageInput,
) -> Result<UpdateStageOutput, ApiError> {
    apis.authorize(cx, Verb::Patch, &format!("/restapis/{}/stages/{}", input.rest_api_id, input.stage_name))
        .await?;
    apis.rest_api(cx, &input.rest_api_id).await?;
    let input = &input;
    let work = |tx: Transaction| async move {
        let key = (&input.rest_api_id, &input.stage_name);
        let found = REST_STAGES.get(&tx, key).await?;
        let mut stage = found.ok_or_else(|| error::no_such("Stage"))?;
        stage.settings =
            patch::apply(&stage.settings, input.patch_operations.clone(), &["stageName", "tags"])?;
        super::create_stage::check(&stage.settings)?;
        stage.updated = cx.time();
        if !REST_DEPLOYMENTS.contains(&tx, (&input.rest_api_id, &stage.settings.deployment_id)).await? {
            return Err(Failure::Api(error::no_such("Deployment")));
        }
        REST_STAGES.put(&tx, key, &stage)?;
        Ok(stage)
    };
    describe::stage(&apis.0.store.transact(work).await?)
}
