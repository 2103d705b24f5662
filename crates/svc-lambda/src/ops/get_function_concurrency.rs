//! GetFunctionConcurrency.

use api_lambda::types::{GetFunctionConcurrencyInput, GetFunctionConcurrencyOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Lambda;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetFunctionConcurrencyInput,
) -> Result<GetFunctionConcurrencyOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:GetFunctionConcurrency", &target).await?;
    let snapshot = lambda.snapshot().await?;
    let function = lambda.function(&snapshot, &target).await?;
    let reserved = function.reserved_concurrency.and_then(|n| i32::try_from(n).ok());
    Ok(GetFunctionConcurrencyOutput { reserved_concurrent_executions: reserved })
}
