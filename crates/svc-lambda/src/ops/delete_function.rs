//! DeleteFunction: the function with all that belongs to it, or one published version.

use api_lambda::types::{DeleteFunctionInput, DeleteFunctionOutput};
use port::RequestContext;
use store_kv::{Read, Transaction};
use store_table::Scan;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{self, Failure};
use crate::names::{FunctionRef, LATEST, version_number};
use crate::tables::{ALIASES, EVENT_INVOKE_CONFIGS, FUNCTIONS, POLICIES, VERSIONS};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: DeleteFunctionInput,
) -> Result<DeleteFunctionOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:DeleteFunction", &target).await?;
    match target.qualifier.as_deref() {
        None => delete_all(lambda, &target).await?,
        Some(LATEST) => {
            return Err(error::invalid_parameter(
                "$LATEST version cannot be deleted without deleting the function.",
            ));
        }
        Some(qualifier) => {
            let number = version_number(qualifier).ok_or_else(|| {
                error::invalid_parameter("Deletion of aliases is not currently supported through this API.")
            })?;
            delete_version(lambda, &target, number).await?;
        }
    }
    lambda.forget_specs(&target.arn());
    lambda.0.engine.retire(&target.arn(), None);
    lambda.sweep_code().await;
    Ok(DeleteFunctionOutput { status_code: Some(204) })
}

async fn delete_all(lambda: &Lambda, target: &FunctionRef) -> Result<(), ApiError> {
    let work = |tx: Transaction| async move {
        if FUNCTIONS.get(&tx, target.key()).await?.is_none() {
            return Err(Failure::Api(error::function_not_found(&target.arn())));
        }
        FUNCTIONS.delete(&tx, target.key());
        VERSIONS.delete_prefix(&tx, target.key());
        ALIASES.delete_prefix(&tx, target.key());
        POLICIES.delete_prefix(&tx, target.key());
        EVENT_INVOKE_CONFIGS.delete_prefix(&tx, target.key());
        Ok(())
    };
    Ok(lambda.0.store.transact(work).await?)
}

async fn delete_version(lambda: &Lambda, target: &FunctionRef, number: u64) -> Result<(), ApiError> {
    let work = |tx: Transaction| async move {
        let (account, region, name) = target.key();
        let Some(mut function) = FUNCTIONS.get(&tx, target.key()).await? else {
            return Err(Failure::Api(error::function_not_found(&target.arn())));
        };
        if let Some(alias) = alias_of(&tx, target, number).await? {
            return Err(Failure::Api(error::conflict(format!(
                "Version {number} is referenced by alias {alias}; remove the alias first."
            ))));
        }
        VERSIONS.delete(&tx, (account.clone(), region.clone(), name.clone(), number));
        POLICIES.delete(&tx, (account, region, name, number.to_string()));
        if function.last_published == Some(number) {
            function.last_published = None;
            FUNCTIONS.put(&tx, target.key(), &function)?;
        }
        Ok(())
    };
    Ok(lambda.0.store.transact(work).await?)
}

/// An alias that refers to the version.
async fn alias_of(read: &impl Read, target: &FunctionRef, number: u64) -> Result<Option<String>, Failure> {
    let version = number.to_string();
    let page = ALIASES.scan(read, target.key(), Scan::forward()).await?;
    let refers = |alias: &crate::model::Alias| {
        alias.version == version || alias.routing.iter().any(|(other, _)| *other == version)
    };
    Ok(page.rows.into_iter().find(|(_, alias)| refers(alias)).map(|((.., name), _)| name))
}
