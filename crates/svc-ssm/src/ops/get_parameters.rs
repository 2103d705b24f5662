//! GetParameters: up to ten by name; those that are not there are listed apart.

use api_ssm::types::{GetParametersInput, GetParametersOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Ssm;
use crate::error::storage;
use crate::find::{Reference, shown};

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: GetParametersInput,
) -> Result<GetParametersOutput, ApiError> {
    let mut references = Vec::new();
    for name in &input.names {
        let reference = Reference::parse(cx, name)?;
        reference.authorize(cx, "GetParameters").await?;
        references.push(reference);
    }
    let snapshot = ssm.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let (mut parameters, mut invalid) = (Vec::new(), Vec::new());
    for (name, reference) in input.names.into_iter().zip(references) {
        match reference.find(&snapshot).await.map_err(ApiError::from) {
            Ok(found) => parameters.push(shown(&found.key, found.revision, reference.selector.as_deref())),
            Err(error) if is_missing(&error) => invalid.push(name),
            Err(error) => return Err(error),
        }
    }
    Ok(GetParametersOutput { parameters: Some(parameters), invalid_parameters: Some(invalid) })
}

fn is_missing(error: &ApiError) -> bool {
    error.code == "ParameterNotFound" || error.code == "ParameterVersionNotFound"
}
