//! DeleteParameters: up to ten, each by itself.

use api_ssm::types::{DeleteParametersInput, DeleteParametersOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Ssm;
use crate::find::Reference;
use crate::ops::delete_parameter::delete;

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: DeleteParametersInput,
) -> Result<DeleteParametersOutput, ApiError> {
    let mut references = Vec::new();
    for name in &input.names {
        let reference = Reference::parse(cx, name)?;
        reference.authorize(cx, "DeleteParameters").await?;
        references.push(reference);
    }
    let (mut deleted, mut invalid) = (Vec::new(), Vec::new());
    for (name, reference) in input.names.into_iter().zip(references) {
        let is_gone = delete(ssm, &reference.key).await?;
        if is_gone { &mut deleted } else { &mut invalid }.push(name);
    }
    Ok(DeleteParametersOutput { deleted_parameters: Some(deleted), invalid_parameters: Some(invalid) })
}
