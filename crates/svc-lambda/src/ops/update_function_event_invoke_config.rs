//! UpdateFunctionEventInvokeConfig: changes what is given.

use api_lambda::types::{UpdateFunctionEventInvokeConfigInput, UpdateFunctionEventInvokeConfigOutput};
use port::RequestContext;
use wire_codec::ApiError;

use super::put_function_event_invoke_config::{checked, store};
use crate::Lambda;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: UpdateFunctionEventInvokeConfigInput,
) -> Result<UpdateFunctionEventInvokeConfigOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:UpdateFunctionEventInvokeConfig", &target).await?;
    let asked = checked(
        cx,
        input.maximum_retry_attempts,
        input.maximum_event_age_in_seconds,
        input.destination_config.as_ref(),
    )?;
    store(lambda, &target, |old| {
        let mut config = asked.clone();
        if let Some(old) = old {
            config.maximum_retry_attempts = config.maximum_retry_attempts.or(old.maximum_retry_attempts);
            config.maximum_event_age_s = config.maximum_event_age_s.or(old.maximum_event_age_s);
        }
        config
    })
    .await
}
