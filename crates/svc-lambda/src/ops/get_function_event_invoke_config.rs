//! GetFunctionEventInvokeConfig.

use api_lambda::types::{GetFunctionEventInvokeConfigInput, GetFunctionEventInvokeConfigOutput};
use port::RequestContext;
use wire_codec::ApiError;

use super::put_function_event_invoke_config::shape;
use crate::Lambda;
use crate::error::{self, storage};
use crate::tables::EVENT_INVOKE_CONFIGS;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetFunctionEventInvokeConfigInput,
) -> Result<GetFunctionEventInvokeConfigOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:GetFunctionEventInvokeConfig", &target).await?;
    let snapshot = lambda.snapshot().await?;
    lambda.function(&snapshot, &target).await?;
    let (account, region, name) = target.key();
    let key = (account, region, name, target.qualifier.clone().unwrap_or_default());
    let config =
        EVENT_INVOKE_CONFIGS.get(&snapshot, key).await.map_err(|e| storage(&e))?.ok_or_else(|| {
            error::not_found(format!(
                "The function {} doesn't have an EventInvokeConfig",
                target.qualified_arn()
            ))
        })?;
    Ok(shape(&target, &config))
}
