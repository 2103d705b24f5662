//! DeleteMethod.

use api_apigateway::types::{DeleteMethodInput, DeleteMethodOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::find;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteMethodInput,
) -> Result<DeleteMethodOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Delete,
        &format!(
            "/restapis/{}/resources/{}/methods/{}",
            input.rest_api_id, input.resource_id, input.http_method
        ),
    )
    .await?;
    let input = &input;
    apis.change_rest(cx, &input.rest_api_id, |api| {
        find::method(api, &input.resource_id, &input.http_method)?;
        if let Some(resource) = api.definition.resources.get_mut(&input.resource_id) {
            resource.methods.shift_remove(&input.http_method);
        }
        Ok(())
    })
    .await?;
    Ok(DeleteMethodOutput::default())
}
