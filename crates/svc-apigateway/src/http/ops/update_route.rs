//! UpdateRoute.

use api_apigatewayv2::types::{UpdateRouteInput, UpdateRouteOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::http::{check, describe};
use crate::model::http::Route;
use crate::{document, error};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateRouteInput,
) -> Result<UpdateRouteOutput, ApiError> {
    apis.authorize(cx, Verb::Patch, &format!("/apis/{}/routes/{}", input.api_id, input.route_id)).await?;
    let input = &input;
    let made = apis
        .change_http(cx, &input.api_id, |api| {
            let id = &input.route_id;
            let found = api.definition.routes.get(id);
            let found = found.ok_or_else(|| error::no_route(&input.api_id, id))?;
            let route: Route = document::updated(found, input, &["apiId", "routeId"])?;
            check::route(&route, &api.definition, Some(id))?;
            api.definition.routes.insert(id.clone(), route.clone());
            Ok(route)
        })
        .await?;
    describe::identified("routeId", &input.route_id, &made)
}
