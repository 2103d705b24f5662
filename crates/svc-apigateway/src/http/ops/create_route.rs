//! CreateRoute.

use api_apigatewayv2::types::{CreateRouteInput, CreateRouteOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::document;
use crate::http::{check, describe};
use crate::model::http::Route;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateRouteInput,
) -> Result<CreateRouteOutput, ApiError> {
    apis.authorize(cx, Verb::Post, &format!("/apis/{}/routes", input.api_id)).await?;
    let id = apis.new_id(7);
    run_with_id(apis, cx, input, &id).await
}

/// A repeated request under the same id changes nothing more.
pub async fn run_with_id(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateRouteInput,
    id: &str,
) -> Result<CreateRouteOutput, ApiError> {
    let mut route: Route = document::settings(&input, &["apiId"])?;
    route.authorization_type.get_or_insert_with(|| "NONE".to_owned());
    let made = apis
        .change_http(cx, &input.api_id, |api| {
            let route = route.clone();
            check::route(&route, &api.definition, Some(id))?;
            api.definition.routes.insert(id.to_owned(), route.clone());
            Ok(route)
        })
        .await?;
    describe::identified("routeId", id, &made)
}
