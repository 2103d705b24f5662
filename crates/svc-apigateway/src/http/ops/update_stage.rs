//! UpdateStage.

use api_apigatewayv2::types::{UpdateStageInput, UpdateStageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, Failure};
use crate::http::describe;
use crate::tables::{HTTP_APIS, HTTP_STAGES};
use crate::{deploy, document};
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateStageInput,
) -> Result<UpdateStageOutput, ApiError> {
    apis.authorize(cx, Verb::Patch, &format!("/apis/{}/stages/{}", input.api_id, input.stage_name)).await?;
    let (input, fresh) = (&input, &apis.new_id(6));
    let work = |tx: Transaction| async move {
        let (id, name) = (&input.api_id, &input.stage_name);
        let found = HTTP_APIS.get(&tx, crate::access::key(cx, id)).await?;
        let api = found.ok_or_else(|| error::no_api(cx.account(), id))?;
        let found = HTTP_STAGES.get(&tx, (id, name)).await?;
        let mut stage = found.ok_or_else(|| error::no_stage(name))?;
        let was_auto = stage.settings.auto_deploy;
        stage.settings = document::updated(&stage.settings, input, &["apiId"])?;
        stage.updated = cx.time();
        super::create_stage::check_deployment(&tx, id, &stage.settings).await?;
        HTTP_STAGES.put(&tx, (id, name), &stage)?;
        if stage.settings.auto_deploy && !was_auto {
            deploy::auto(&tx, id, &api, fresh, cx.time()).await?;
        }
        Ok::<_, Failure>(HTTP_STAGES.get(&tx, (id, name)).await?.unwrap_or(stage))
    };
    describe::stage(&apis.0.store.transact(work).await?)
}
