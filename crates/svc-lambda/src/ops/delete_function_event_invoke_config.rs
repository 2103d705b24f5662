//! DeleteFunctionEventInvokeConfig.

use api_lambda::types::{DeleteFunctionEventInvokeConfigInput, DeleteFunctionEventInvokeConfigOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{self, Failure};
use crate::tables::EVENT_INVOKE_CONFIGS;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: DeleteFunctionEventInvokeConfigInput,
) -> Result<DeleteFunctionEventInvokeConfigOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:DeleteFunctionEventInvokeConfig", &target).await?;
    let (account, region, name) = target.key();
    let key = &(account, region, name, target.qualifier.clone().unwrap_or_default());
    let arn = &target.qualified_arn();
    let work = |tx: Transaction| async move {
        if !EVENT_INVOKE_CONFIGS.contains(&tx, key).await? {
            return Err(Failure::Api(error::not_found(format!(
                "The function {arn} doesn't have an EventInvokeConfig"
            ))));
        }
        EVENT_INVOKE_CONFIGS.delete(&tx, key);
        Ok(())
    };
    lambda.0.store.transact(work).await?;
    Ok(DeleteFunctionEventInvokeConfigOutput::default())
}
