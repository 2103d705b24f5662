//! GetRoute.

use api_apigatewayv2::types::{GetRouteInput, GetRouteOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error;
use crate::http::describe;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetRouteInput,
) -> Result<GetRouteOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/apis/{}/routes/{}", input.api_id, input.route_id)).await?;
    let api = apis.http_api(cx, &input.api_id).await?;
    let found = api.definition.routes.get(&input.route_id);
    let found = found.ok_or_else(|| error::no_route(&input.api_id, &input.route_id))?;
    describe::identified("routeId", &input.route_id, found)
}
