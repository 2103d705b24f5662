//! UpdateDeployment.

use api_apigatewayv2::types::{UpdateDeploymentInput, UpdateDeploymentOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, Failure};
use crate::http::describe;
use crate::tables::HTTP_DEPLOYMENTS;
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateDeploymentInput,
) -> Result<UpdateDeploymentOutput, ApiError> {
    apis.authorize(cx, Verb::Patch, &format!("/apis/{}/deployments/{}", input.api_id, input.deployment_id))
        .await?;
    apis.http_api(cx, &input.api_id).await?;
    let input = &input;
    let work = |tx: Transaction| async move {
        let key = (&input.api_id, &input.deployment_id);
        let found = HTTP_DEPLOYMENTS.get(&tx, key).await?;
        let mut deployment =
            found.ok_or_else(|| error::no_deployment(&input.api_id, &input.deployment_id))?;
        if input.description.is_some() {
            deployment.description.clone_from(&input.description);
        }
        HTTP_DEPLOYMENTS.put(&tx, key, &deployment)?;
        Ok::<_, Failure>(deployment)
    };
    describe::deployment(&input.deployment_id, &apis.0.store.transact(work).await?)
}
