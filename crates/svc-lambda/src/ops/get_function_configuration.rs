//! GetFunctionConfiguration.

use api_lambda::types::{GetFunctionConfigurationInput, GetFunctionConfigurationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetFunctionConfigurationInput,
) -> Result<GetFunctionConfigurationOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:GetFunctionConfiguration", &target).await?;
    let snapshot = lambda.snapshot().await?;
    let resolved = lambda.resolve(&snapshot, &target).await?;
    Ok(describe::configuration(&target, &resolved.version, target.qualifier.is_some()))
}
