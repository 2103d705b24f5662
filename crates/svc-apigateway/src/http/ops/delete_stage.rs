//! DeleteStage.

use api_apigatewayv2::types::{DeleteStageInput, DeleteStageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, Failure};
use crate::tables::HTTP_STAGES;
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteStageInput,
) -> Result<DeleteStageOutput, ApiError> {
    apis.authorize(cx, Verb::Delete, &format!("/apis/{}/stages/{}", input.api_id, input.stage_name)).await?;
    apis.http_api(cx, &input.api_id).await?;
    let input = &input;
    let work = |tx: Transaction| async move {
        let key = (&input.api_id, &input.stage_name);
        if !HTTP_STAGES.contains(&tx, key).await? {
            return Err(Failure::Api(error::no_stage(&input.stage_name)));
        }
        HTTP_STAGES.delete(&tx, key);
        Ok(())
    };
    apis.0.store.transact(work).await?;
    Ok(DeleteStageOutput::default())
}
