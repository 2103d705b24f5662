//! UpdateMethod.

use api_apigateway::types::{UpdateMethodInput, UpdateMethodOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::patch;
use crate::rest::{check, describe, find};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateMethodInput,
) -> Result<UpdateMethodOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Patch,
        &format!(
            "/restapis/{}/resources/{}/methods/{}",
            input.rest_api_id, input.resource_id, input.http_method
        ),
    )
    .await?;
    let input = &input;
    let method = apis
        .change_rest(cx, &input.rest_api_id, |api| {
            let method = find::method_mut(api, &input.resource_id, &input.http_method)?;
            *method = patch::apply(
                method,
                input.patch_operations.clone(),
                &["httpMethod", "methodIntegration", "methodResponses"],
            )?;
            check::method(method)?;
            Ok(method.clone())
        })
        .await?;
    describe::method(&method)
}
