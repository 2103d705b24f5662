//! CreateDeployment.

use api_apigatewayv2::types::{CreateDeploymentInput, CreateDeploymentOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::deploy;
use crate::error::{self, Failure};
use crate::http::describe;
use crate::model::Deployment;
use crate::tables::{HTTP_APIS, HTTP_DEPLOYMENTS, HTTP_STAGES};
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateDeploymentInput,
) -> Result<CreateDeploymentOutput, ApiError> {
    apis.authorize(cx, Verb::Post, &format!("/apis/{}/deployments", input.api_id)).await?;
    let id = apis.new_id(6);
    run_with_id(apis, cx, input, &id).await
}

/// The same request under the same id makes one deployment.
pub async fn run_with_id(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateDeploymentInput,
    id: &str,
) -> Result<CreateDeploymentOutput, ApiError> {
    let input = &input;
    let work = |tx: Transaction| async move {
        let found = HTTP_APIS.get(&tx, crate::access::key(cx, &input.api_id)).await?;
        let api = found.ok_or_else(|| error::no_api(cx.account(), &input.api_id))?;
        if api.definition.routes.is_empty() {
            let text = "Unable to deploy API because no routes exist in this API";
            return Err(Failure::Api(error::bad_request(text)));
        }
        let deployment = Deployment {
            created: cx.time(),
            description: input.description.clone(),
            is_auto: false,
            definition: deploy::http_definition(&api),
        };
        HTTP_DEPLOYMENTS.put(&tx, (&input.api_id, id), &deployment)?;
        if let Some(name) = &input.stage_name {
            let found = HTTP_STAGES.get(&tx, (&input.api_id, name)).await?;
            let mut stage = found.ok_or_else(|| error::no_stage(name))?;
            stage.settings.deployment_id = Some(id.to_owned());
            stage.updated = cx.time();
            HTTP_STAGES.put(&tx, (&input.api_id, name), &stage)?;
        }
        Ok(deployment)
    };
    let deployment = apis.0.store.transact(work).await?;
    describe::deployment(id, &deployment)
}
