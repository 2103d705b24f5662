//! GetMethodResponse.

use api_apigateway::types::{GetMethodResponseInput, GetMethodResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::find;
use crate::{document, error};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetMethodResponseInput,
) -> Result<GetMethodResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Get,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/responses/{}",
            input.rest_api_id, input.resource_id, input.http_method, input.status_code
        ),
    )
    .await?;
    let api = apis.rest_api(cx, &input.rest_api_id).await?;
    let method = find::method(&api, &input.resource_id, &input.http_method)?;
    let response = method.method_responses.get(&input.status_code);
    document::show(response.ok_or_else(|| error::no_such("Response status code"))?)
}
