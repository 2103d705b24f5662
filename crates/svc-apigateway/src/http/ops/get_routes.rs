//! GetRoutes.

use api_apigatewayv2::types::{GetRoutesInput, GetRoutesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::http::describe;
use crate::paging;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetRoutesInput,
) -> Result<GetRoutesOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/apis/{}/routes", input.api_id)).await?;
    let api = apis.http_api(cx, &input.api_id).await?;
    let all = api.definition.routes.iter();
    let (page, next_token) = paging::slice(all, input.next_token.as_deref(), input.max_results.as_deref())?;
    let items = page.into_iter().map(|(id, route)| describe::identified("routeId", id, route));
    Ok(GetRoutesOutput { items: Some(items.collect::<Result<_, _>>()?), next_token })
}
