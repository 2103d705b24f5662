//! UpdateMethodResponse.

use api_apigateway::types::{UpdateMethodResponseInput, UpdateMethodResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::find;
use crate::{document, error, patch};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateMethodResponseInput,
) -> Result<UpdateMethodResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Patch,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/responses/{}",
            input.rest_api_id, input.resource_id, input.http_method, input.status_code
        ),
    )
    .await?;
    let input = &input;
    let response = apis
        .change_rest(cx, &input.rest_api_id, |api| {
            let method = find::method_mut(api, &input.resource_id, &input.http_method)?;
            let response = method.method_responses.get_mut(&input.status_code);
            let response = response.ok_or_else(|| error::no_such("Response status code"))?;
            *response = patch::apply(response, input.patch_operations.clone(), &["statusCode"])?;
            Ok(response.clone())
        })
        .await?;
    document::show(&response)
}
