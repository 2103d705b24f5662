//! PutMethod.

use api_apigateway::types::{PutMethodInput, PutMethodOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::model::rest::Method;
use crate::rest::{check, describe};
use crate::{document, error};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: PutMethodInput,
) -> Result<PutMethodOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Put,
        &format!(
            "/restapis/{}/resources/{}/methods/{}",
            input.rest_api_id, input.resource_id, input.http_method
        ),
    )
    .await?;
    let method: Method = document::settings(&input, &["restApiId", "resourceId"])?;
    check::method(&method)?;
    let (input, method) = (&input, &method);
    apis.change_rest(cx, &input.rest_api_id, |api| {
        let resource = api.definition.resources.get_mut(&input.resource_id);
        let resource = resource.ok_or_else(|| error::no_such("Resource"))?;
        if resource.methods.contains_key(&method.http_method) {
            return Err(error::conflict("Method already exists for this resource"));
        }
        resource.methods.insert(method.http_method.clone(), method.clone());
        Ok(())
    })
    .await?;
    describe::method(method)
}
