//! GetFunction: configuration, where the code can be read, tags and reserved concurrency.

use api_lambda::types::{Concurrency, FunctionCodeLocation, GetFunctionInput, GetFunctionOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetFunctionInput,
) -> Result<GetFunctionOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:GetFunction", &target).await?;
    let snapshot = lambda.snapshot().await?;
    let resolved = lambda.resolve(&snapshot, &target).await?;
    let function = &resolved.function;
    // The archive is not offered for download yet: the location is left out rather than pointing nowhere.
    let code =
        FunctionCodeLocation { repository_type: Some("S3".to_owned()), ..FunctionCodeLocation::default() };
    Ok(GetFunctionOutput {
        configuration: Some(describe::configuration(&target, &resolved.version, target.qualifier.is_some())),
        code: Some(code),
        tags: (!function.tags.is_empty()).then(|| function.tags.clone()),
        concurrency: function
            .reserved_concurrency
            .map(|n| Concurrency { reserved_concurrent_executions: i32::try_from(n).ok() }),
        ..GetFunctionOutput::default()
    })
}
