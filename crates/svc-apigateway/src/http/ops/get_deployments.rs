//! GetDeployments.

use api_apigatewayv2::types::{GetDeploymentsInput, GetDeploymentsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::storage;
use crate::http::describe;
use crate::paging;
use crate::tables::HTTP_DEPLOYMENTS;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetDeploymentsInput,
) -> Result<GetDeploymentsOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/apis/{}/deployments", input.api_id)).await?;
    apis.http_api(cx, &input.api_id).await?;
    let scan = paging::scan_text(input.next_token.as_deref(), input.max_results.as_deref())?;
    let snapshot = apis.snapshot().await?;
    let page = HTTP_DEPLOYMENTS.scan(&snapshot, (&input.api_id,), scan).await.map_err(|e| storage(&e))?;
    let items = page.rows.iter().map(|((_, id), found)| describe::deployment(id, found));
    let items = items.collect::<Result<_, _>>()?;
    Ok(GetDeploymentsOutput { items: Some(items), next_token: paging::position(page.next) })
}
