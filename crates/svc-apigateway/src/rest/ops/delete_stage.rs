//! DeleteStage.

use api_apigateway::types::{DeleteStageInput, DeleteStageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, Failure};
use crate::tables::REST_STAGES;
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteStageInput,
) -> Result<DeleteStageOutput, ApiError> {
    apis.authorize(cx, Verb::Delete, &format!("/restapis/{}/stages/{}", input.rest_api_id, input.stage_name))
        .await?;
    apis.rest_api(cx, &input.rest_api_id).await?;
    let input = &input;
    let work = |tx: Transaction| async move {
        let key = (&input.rest_api_id, &input.stage_name);
        if !REST_STAGES.contains(&tx, key).await? {
            return Err(Failure::Api(error::no_such("Stage")));
        }
        REST_STAGES.delete(&tx, key);
        Ok(())
    };
    apis.0.store.transact(work).await?;
    Ok(DeleteStageOutput::default())
}
