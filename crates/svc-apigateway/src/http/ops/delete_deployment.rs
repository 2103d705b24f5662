//! DeleteDeployment.

use api_apigatewayv2::types::{DeleteDeploymentInput, DeleteDeploymentOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::{self, Failure};
use crate::tables::{HTTP_DEPLOYMENTS, HTTP_STAGES};
use store_kv::Transaction;
use store_table::Scan;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteDeploymentInput,
) -> Result<DeleteDeploymentOutput, ApiError> {
    apis.authorize(cx, Verb::Delete, &format!("/apis/{}/deployments/{}", input.api_id, input.deployment_id))
        .await?;
    apis.http_api(cx, &input.api_id).await?;
    let input = &input;
    let work = |tx: Transaction| async move {
        let (api, id) = (&input.api_id, &input.deployment_id);
        if !HTTP_DEPLOYMENTS.contains(&tx, (api, id)).await? {
            return Err(Failure::Api(error::no_deployment(api, id)));
        }
        let stages = HTTP_STAGES.scan(&tx, (api,), Scan::forward()).await?.rows;
        if stages.iter().any(|(_, stage)| stage.settings.deployment_id.as_ref() == Some(id)) {
            let text = "Active stages pointing to this deployment must be moved or deleted";
            return Err(Failure::Api(error::bad_request(text)));
        }
        HTTP_DEPLOYMENTS.delete(&tx, (api, id));
        Ok(())
    };
    apis.0.store.transact(work).await?;
    Ok(DeleteDeploymentOutput::default())
}
