//! GetStage.

use api_apigatewayv2::types::{GetStageInput, GetStageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, storage};
use crate::http::describe;
use crate::tables::HTTP_STAGES;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetStageInput,
) -> Result<GetStageOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/apis/{}/stages/{}", input.api_id, input.stage_name)).await?;
    apis.http_api(cx, &input.api_id).await?;
    let snapshot = apis.snapshot().await?;
    let found =
        HTTP_STAGES.get(&snapshot, (&input.api_id, &input.stage_name)).await.map_err(|e| storage(&e))?;
    describe::stage(&found.ok_or_else(|| error::no_stage(&input.stage_name))?)
}
