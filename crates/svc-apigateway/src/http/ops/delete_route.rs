//! DeleteRoute.

use api_apigatewayv2::types::{DeleteRouteInput, DeleteRouteOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteRouteInput,
) -> Result<DeleteRouteOutput, ApiError> {
    apis.authorize(cx, Verb::Delete, &format!("/apis/{}/routes/{}", input.api_id, input.route_id)).await?;
    apis.change_http(cx, &input.api_id, |api| {
        let removed = api.definition.routes.shift_remove(&input.route_id);
        removed.map(drop).ok_or_else(|| error::no_route(&input.api_id, &input.route_id))
    })
    .await?;
    Ok(DeleteRouteOutput::default())
}
