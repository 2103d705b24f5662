//! GetDeployment.

use api_apigatewayv2::types::{GetDeploymentInput, GetDeploymentOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, storage};
use crate::http::describe;
use crate::tables::HTTP_DEPLOYMENTS;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetDeploymentInput,
) -> Result<GetDeploymentOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/apis/{}/deployments/{}", input.api_id, input.deployment_id))
        .await?;
    apis.http_api(cx, &input.api_id).await?;
    let snapshot = apis.snapshot().await?;
    let found = HTTP_DEPLOYMENTS.get(&snapshot, (&input.api_id, &input.deployment_id)).await;
    let found = found.map_err(|e| storage(&e))?;
    let found = found.ok_or_else(|| error::no_deployment(&input.api_id, &input.deployment_id))?;
    describe::deployment(&input.deployment_id, &found)
}
