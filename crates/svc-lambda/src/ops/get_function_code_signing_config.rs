//! GetFunctionCodeSigningConfig: no function has one, since setting one is refused.

use api_lambda::types::{GetFunctionCodeSigningConfigInput, GetFunctionCodeSigningConfigOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Lambda;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetFunctionCodeSigningConfigInput,
) -> Result<GetFunctionCodeSigningConfigOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:GetFunctionCodeSigningConfig", &target).await?;
    lambda.function(&lambda.snapshot().await?, &target).await?;
    Ok(GetFunctionCodeSigningConfigOutput {
        code_signing_config_arn: String::new(),
        function_name: target.name,
    })
}
