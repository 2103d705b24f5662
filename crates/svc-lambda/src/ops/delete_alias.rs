//! DeleteAlias: with its policy; one that isn't there is fine.

use api_lambda::types::{DeleteAliasInput, DeleteAliasOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::Failure;
use crate::tables::{ALIASES, EVENT_INVOKE_CONFIGS, POLICIES};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: DeleteAliasInput,
) -> Result<DeleteAliasOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:DeleteAlias", &target).await?;
    let (account, region, function) = target.key();
    let key = &(account, region, function, input.name);
    let work = |tx: Transaction| async move {
        ALIASES.delete(&tx, key);
        POLICIES.delete(&tx, key);
        EVENT_INVOKE_CONFIGS.delete(&tx, key);
        Ok::<_, Failure>(())
    };
    lambda.0.store.transact(work).await?;
    Ok(DeleteAliasOutput::default())
}
