//! DeleteFunctionConcurrency: gives the reservation back.

use api_lambda::types::{DeleteFunctionConcurrencyInput, DeleteFunctionConcurrencyOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{self, Failure};
use crate::tables::FUNCTIONS;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: DeleteFunctionConcurrencyInput,
) -> Result<DeleteFunctionConcurrencyOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:DeleteFunctionConcurrency", &target).await?;
    let target = &target;
    let work = |tx: Transaction| async move {
        let Some(mut function) = FUNCTIONS.get(&tx, target.key()).await? else {
            return Err(Failure::Api(error::function_not_found(&target.arn())));
        };
        function.reserved_concurrency = None;
        FUNCTIONS.put(&tx, target.key(), &function)?;
        Ok(())
    };
    lambda.0.store.transact(work).await?;
    lambda.forget_reservations();
    Ok(DeleteFunctionConcurrencyOutput::default())
}
