//! DeleteResource.

use api_apigateway::types::{DeleteResourceInput, DeleteResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::tree;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteResourceInput,
) -> Result<DeleteResourceOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Delete,
        &format!("/restapis/{}/resources/{}", input.rest_api_id, input.resource_id),
    )
    .await?;
    let id = &input.resource_id;
    apis.change_rest(cx, &input.rest_api_id, |api| tree::remove(&mut api.definition, id)).await?;
    Ok(DeleteResourceOutput::default())
}
