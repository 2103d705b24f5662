//! GetApis.

use api_apigatewayv2::types::{GetApisInput, GetApisOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::storage;
use crate::http::describe;
use crate::paging;
use crate::tables::HTTP_APIS;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetApisInput,
) -> Result<GetApisOutput, ApiError> {
    apis.authorize(cx, Verb::Get, "/apis").await?;
    let scan = paging::scan_text(input.next_token.as_deref(), input.max_results.as_deref())?;
    let snapshot = apis.snapshot().await?;
    let page = HTTP_APIS.scan(&snapshot, (cx.account(), cx.region()), scan).await.map_err(|e| storage(&e))?;
    let items = page.rows.iter().map(|((.., id), api)| describe::api(id, api, &[]));
    let items = items.collect::<Result<_, _>>()?;
    Ok(GetApisOutput { items: Some(items), next_token: paging::position(page.next) })
}
