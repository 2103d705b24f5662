//! DeleteMethodResponse.

use api_apigateway::types::{DeleteMethodResponseInput, DeleteMethodResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error;
use crate::rest::find;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteMethodResponseInput,
) -> Result<DeleteMethodResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Delete,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/responses/{}",
            input.rest_api_id, input.resource_id, input.http_method, input.status_code
        ),
    )
    .await?;
    let input = &input;
    apis.change_rest(cx, &input.rest_api_id, |api| {
        let method = find::method_mut(api, &input.resource_id, &input.http_method)?;
        let removed = method.method_responses.shift_remove(&input.status_code);
        removed.map(drop).ok_or_else(|| error::no_such("Response status code"))
    })
    .await?;
    Ok(DeleteMethodResponseOutput::default())
}
