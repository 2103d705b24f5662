//! GetApi.

use api_apigatewayv2::types::{GetApiInput, GetApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::http::describe;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetApiInput,
) -> Result<GetApiOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/apis/{}", input.api_id)).await?;
    let api = apis.http_api(cx, &input.api_id).await?;
    describe::api(&input.api_id, &api, &[])
}
