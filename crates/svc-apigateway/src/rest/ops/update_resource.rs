//! UpdateResource.

use api_apigateway::types::{Op, UpdateResourceInput, UpdateResourceOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error;
use crate::rest::{describe, tree};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateResourceInput,
) -> Result<UpdateResourceOutput, ApiError> {
    apis.authorize(
        cx,
        Verb::Patch,
        &format!("/restapis/{}/resources/{}", input.rest_api_id, input.resource_id),
    )
    .await?;
    let input = &input;
    let moved = apis
        .change_rest(cx, &input.rest_api_id, |api| {
            for operation in input.patch_operations.iter().flatten() {
                let resource = api.definition.resources.get(&input.resource_id);
                let resource = resource.ok_or_else(|| error::no_such("Resource"))?;
                let mut parent = resource.parent_id.clone().unwrap_or_default();
                let mut part = resource.path_part.clone();
                let value = operation.value.clone().unwrap_or_default();
                match (operation.op, operation.path.as_deref()) {
                    (Some(Op::Replace), Some("/pathPart")) => part = value,
                    (Some(Op::Replace), Some("/parentId")) => parent = value,
                    (_, path) => {
                        let path = path.unwrap_or_default();
                        return Err(error::bad_request(format!("Invalid patch path {path}")));
                    }
                }
                tree::relocate(&mut api.definition, &input.resource_id, &parent, &part)?;
            }
            let found = api.definition.resources.get(&input.resource_id).cloned();
            found.ok_or_else(|| error::no_such("Resource"))
        })
        .await?;
    describe::resource(&input.resource_id, &moved, false)
}
