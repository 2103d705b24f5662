//! GetDeployments.

use api_apigateway::types::{GetDeploymentsInput, GetDeploymentsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::storage;
use crate::paging;
use crate::rest::describe;
use crate::tables::REST_DEPLOYMENTS;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetDeploymentsInput,
) -> Result<GetDeploymentsOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/restapis/{}/deployments", input.rest_api_id)).await?;
    apis.rest_api(cx, &input.rest_api_id).await?;
    let scan = paging::scan(input.position.as_deref(), input.limit)?;
    let snapshot = apis.snapshot().await?;
    let page =
        REST_DEPLOYMENTS.scan(&snapshot, (&input.rest_api_id,), scan).await.map_err(|e| storage(&e))?;
    let items = page.rows.iter().map(|((_, id), found)| describe::deployment(id, found, false)).collect();
    Ok(GetDeploymentsOutput { items: Some(items), position: paging::position(page.next) })
}
