//! UpdateDeployment.

use api_apigateway::types::{Op, UpdateDeploymentInput, UpdateDeploymentOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, Failure};
use crate::rest::describe;
use crate::tables::REST_DEPLOYMENTS;
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateDeploymentInput,
) -> Result<UpdateDeploymentOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Patch,
        &format!("/restapis/{}/deployments/{}", input.rest_api_id, input.deployment_id),
    )
    .await?;
    apis.rest_api(cx, &input.rest_api_id).await?;
    let input = &input;
    let work = |tx: Transaction| async move {
        let key = (&input.rest_api_id, &input.deployment_id);
        let found = REST_DEPLOYMENTS.get(&tx, key).await?;
        let mut deployment = found.ok_or_else(|| error::no_such("Deployment"))?;
        for operation in input.patch_operations.iter().flatten() {
            match (operation.op, operation.path.as_deref()) {
                (Some(Op::Replace), Some("/description")) => {
                    deployment.description.clone_from(&operation.value)
                }
                (_, path) => {
                    let path = path.unwrap_or_default();
                    return Err(Failure::Api(error::bad_request(format!("Invalid patch path {path}"))));
                }
            }
        }
        REST_DEPLOYMENTS.put(&tx, key, &deployment)?;
        Ok(deployment)
    };
    let deployment = apis.0.store.transact(work).await?;
    Ok(describe::deployment(&input.deployment_id, &deployment, false))
}
