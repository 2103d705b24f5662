//! GetRestApis.

use api_apigateway::types::{GetRestApisInput, GetRestApisOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::storage;
use crate::paging;
use crate::rest::describe;
use crate::tables::REST_APIS;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetRestApisInput,
) -> Result<GetRestApisOutput, ApiError> {
    apis.authorize(cx, Verb::Get, "/restapis").await?;
    let scan = paging::scan(input.position.as_deref(), input.limit)?;
    let snapshot = apis.snapshot().await?;
    let page = REST_APIS.scan(&snapshot, (cx.account(), cx.region()), scan).await.map_err(|e| storage(&e))?;
    let items = page.rows.iter().map(|((.., id), api)| describe::api(id, api, Vec::new()));
    let items = items.collect::<Result<_, _>>()?;
    Ok(GetRestApisOutput { items: Some(items), position: paging::position(page.next) })
}
