//! CreateResource.

use api_apigateway::types::{CreateResourceInput, CreateResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::rest::{describe, tree};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: CreateResourceInput,
) -> Result<CreateResourceOutput, ApiError> {
    apis.authorize(cx, Verb::Post, &format!("/restapis/{}/resources/{}", input.rest_api_id, input.parent_id))
        .await?;
    let id = &apis.new_id(6);
    let input = &input;
    let made = apis
        .change_rest(cx, &input.rest_api_id, |api| {
            tree::insert(&mut api.definition, id, &input.parent_id, &input.path_part)?;
            tree::check_siblings(&api.definition)?;
            Ok(api.definition.resources.get(id).cloned().unwrap_or_default())
        })
        .await?;
    describe::resource(id, &made, false)
}
