//! GetDeployment.

use api_apigateway::types::{GetDeploymentInput, GetDeploymentOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, storage};
use crate::rest::describe;
use crate::tables::REST_DEPLOYMENTS;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetDeploymentInput,
) -> Result<GetDeploymentOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Get,
        &format!("/restapis/{}/deployments/{}", input.rest_api_id, input.deployment_id),
    )
    .await?;
    apis.rest_api(cx, &input.rest_api_id).await?;
    let snapshot = apis.snapshot().await?;
    let found = REST_DEPLOYMENTS.get(&snapshot, (&input.rest_api_id, &input.deployment_id)).await;
    let found = found.map_err(|e| storage(&e))?.ok_or_else(|| error::no_such("Deployment"))?;
    let with_summary = input.embed.is_some_and(|embed| embed.iter().any(|name| name == "apisummary"));
    Ok(describe::deployment(&input.deployment_id, &found, with_summary))
}
