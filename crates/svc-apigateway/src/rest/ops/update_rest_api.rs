//! UpdateRestApi.

use api_apigateway::types::{UpdateRestApiInput, UpdateRestApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::patch;
use crate::rest::{check, describe};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateRestApiInput,
) -> Result<UpdateRestApiOutput, ApiError> {
    apis.authorize(cx, Verb::Patch, &format!("/restapis/{}", input.rest_api_id)).await?;
    let operations = &input.patch_operations;
    let api = apis
        .change_rest(cx, &input.rest_api_id, |api| {
            api.settings = patch::apply(&api.settings, operations.clone(), &["tags"])?;
            check::settings(&api.settings)?;
            Ok(api.clone())
        })
        .await?;
    describe::api(&input.rest_api_id, &api, Vec::new())
}
