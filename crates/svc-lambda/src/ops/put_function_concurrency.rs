//! PutFunctionConcurrency: reserves part of the account's concurrency for a function.

use api_lambda::types::{PutFunctionConcurrencyInput, PutFunctionConcurrencyOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::concurrency::MIN_UNRESERVED;
use crate::error::{self, Failure};
use crate::tables::FUNCTIONS;
use crate::{ACCOUNT_CONCURRENCY, Lambda};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: PutFunctionConcurrencyInput,
) -> Result<PutFunctionConcurrencyOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:PutFunctionConcurrency", &target).await?;
    let asked = u32::try_from(input.reserved_concurrent_executions)
        .map_err(|_| error::invalid_parameter("ReservedConcurrentExecutions must not be negative."))?;
    let target = &target;
    let work = |tx: Transaction| async move {
        let Some(mut function) = FUNCTIONS.get(&tx, target.key()).await? else {
            return Err(Failure::Api(error::function_not_found(&target.arn())));
        };
        let others = crate::concurrency::reserved(&tx, target, Some(&target.name)).await?;
        if others + asked + MIN_UNRESERVED > ACCOUNT_CONCURRENCY {
            return Err(Failure::Api(error::invalid_parameter(format!(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [{MIN_UNRESERVED}]."
            ))));
        }
        function.reserved_concurrency = Some(asked);
        FUNCTIONS.put(&tx, target.key(), &function)?;
        Ok(())
    };
    lambda.0.store.transact(work).await?;
    lambda.forget_reservations();
    Ok(PutFunctionConcurrencyOutput {
        reserved_concurrent_executions: Some(input.reserved_concurrent_executions),
    })
}
