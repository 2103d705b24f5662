//! DeleteDeployment.

use api_apigateway::types::{DeleteDeploymentInput, DeleteDeploymentOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, Failure};
use crate::tables::{REST_DEPLOYMENTS, REST_STAGES};
use store_kv::Transaction;
use store_table::Scan;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteDeploymentInput,
) -> Result<DeleteDeploymentOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Delete,
        &format!("/restapis/{}/deployments/{}", input.rest_api_id, input.deployment_id),
    )
    .await?;
    apis.rest_api(cx, &input.rest_api_id).await?;
    let input = &input;
    let work = |tx: Transaction| async move {
        let (api, id) = (&input.rest_api_id, &input.deployment_id);
        if !REST_DEPLOYMENTS.contains(&tx, (api, id)).await? {
            return Err(Failure::Api(error::no_such("Deployment")));
        }
        let stages = REST_STAGES.scan(&tx, (api,), Scan::forward()).await?.rows;
        if stages.iter().any(|(_, stage)| stage.settings.deployment_id == *id) {
            return Err(Failure::Api(error::bad_request(
                "Active stages pointing to this deployment must be moved or deleted",
            )));
        }
        REST_DEPLOYMENTS.delete(&tx, (api, id));
        Ok(())
    };
    apis.0.store.transact(work).await?;
    Ok(DeleteDeploymentOutput::default())
}
