//! GetParameter: the latest version, or the one a selector names.

use api_ssm::types::{GetParameterInput, GetParameterOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Ssm;
use crate::error::storage;
use crate::find::{Reference, shown};

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: GetParameterInput,
) -> Result<GetParameterOutput, ApiError> {
    let reference = Reference::parse(cx, &input.name)?;
    reference.authorize(cx, "GetParameter").await?;
    let snapshot = ssm.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let found = reference.find(&snapshot).await?;
    let parameter = shown(&found.key, found.revision, reference.selector.as_deref());
    Ok(GetParameterOutput { parameter: Some(parameter) })
}
