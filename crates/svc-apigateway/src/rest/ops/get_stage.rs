//! GetStage.

use api_apigateway::types::{GetStageInput, GetStageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, storage};
use crate::rest::describe;
use crate::tables::REST_STAGES;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetStageInput,
) -> Result<GetStageOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/restapis/{}/stages/{}", input.rest_api_id, input.stage_name))
        .await?;
    apis.rest_api(cx, &input.rest_api_id).await?;
    let snapshot = apis.snapshot().await?;
    let found = REST_STAGES.get(&snapshot, (&input.rest_api_id, &input.stage_name)).await;
    describe::stage(&found.map_err(|e| storage(&e))?.ok_or_else(|| error::no_such("Stage"))?)
}
