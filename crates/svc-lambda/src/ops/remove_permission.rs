//! RemovePermission.

use api_lambda::types::{RemovePermissionInput, RemovePermissionOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{self, Failure};
use crate::tables::POLICIES;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: RemovePermissionInput,
) -> Result<RemovePermissionOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:RemovePermission", &target).await?;
    let (target, input, revision) = (&target, &input, &lambda.0.ids.uuid());
    let work = |tx: Transaction| async move {
        let (account, region, name) = target.key();
        let key = (account, region, name, target.qualifier.clone().unwrap_or_default());
        let mut policy = POLICIES.get(&tx, key.clone()).await?.unwrap_or_default();
        if policy.statements.shift_remove(&input.statement_id).is_none() {
            return Err(Failure::Api(error::not_found(format!(
                "Statement {} is not found in resource policy.",
                input.statement_id
            ))));
        }
        if input.revision_id.as_ref().is_some_and(|id| *id != policy.revision_id) {
            return Err(Failure::Api(error::precondition_failed()));
        }
        policy.revision_id.clone_from(revision);
        match policy.statements.is_empty() {
            true => POLICIES.delete(&tx, key),
            false => POLICIES.put(&tx, key, &policy)?,
        }
        Ok(())
    };
    lambda.0.store.transact(work).await?;
    Ok(RemovePermissionOutput::default())
}
