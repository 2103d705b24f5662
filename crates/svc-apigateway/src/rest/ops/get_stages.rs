//! GetStages.

use api_apigateway::types::{GetStagesInput, GetStagesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::storage;
use crate::rest::describe;
use crate::tables::REST_STAGES;
use store_table::Scan;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetStagesInput,
) -> Result<GetStagesOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/restapis/{}/stages", input.rest_api_id)).await?;
    apis.rest_api(cx, &input.rest_api_id).await?;
    let snapshot = apis.snapshot().await?;
    let page = REST_STAGES.scan(&snapshot, (&input.rest_api_id,), Scan::forward()).await;
    let rows = page.map_err(|e| storage(&e))?.rows;
    let wanted = input.deployment_id.as_deref();
    let named = rows.iter().filter(|(_, stage)| wanted.is_none_or(|id| stage.settings.deployment_id == id));
    let item = named.map(|(_, stage)| describe::stage(stage)).collect::<Result<_, _>>()?;
    Ok(GetStagesOutput { item: Some(item) })
}
