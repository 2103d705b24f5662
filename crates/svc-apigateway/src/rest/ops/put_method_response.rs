//! PutMethodResponse.

use api_apigateway::types::{PutMethodResponseInput, PutMethodResponseOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::model::rest::MethodResponse;
use crate::rest::find;
use crate::{document, error};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: PutMethodResponseInput,
) -> Result<PutMethodResponseOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Put,
        &format!(
            "/restapis/{}/resources/{}/methods/{}/responses/{}",
            input.rest_api_id, input.resource_id, input.http_method, input.status_code
        ),
    )
    .await?;
    let response: MethodResponse = document::settings(&input, &["restApiId", "resourceId", "httpMethod"])?;
    let (input, response) = (&input, &response);
    apis.change_rest(cx, &input.rest_api_id, |api| {
        let method = find::method_mut(api, &input.resource_id, &input.http_method)?;
        if method.method_responses.contains_key(&input.status_code) {
            return Err(error::conflict("Response already exists for this resource"));
        }
        method.method_responses.insert(input.status_code.clone(), response.clone());
        Ok(())
    })
    .await?;
    document::show(response)
}
