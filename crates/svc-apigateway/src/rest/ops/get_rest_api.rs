//! GetRestApi.

use api_apigateway::types::{GetRestApiInput, GetRestApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::describe;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetRestApiInput,
) -> Result<GetRestApiOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/restapis/{}", input.rest_api_id)).await?;
    let api = apis.rest_api(cx, &input.rest_api_id).await?;
    describe::api(&input.rest_api_id, &api, Vec::new())
}
