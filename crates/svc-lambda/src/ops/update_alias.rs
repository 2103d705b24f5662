//! UpdateAlias: changes what is given.

use api_lambda::types::{UpdateAliasInput, UpdateAliasOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use super::create_alias::{check_versions, routing};
use crate::error::{self, Failure};
use crate::tables::ALIASES;
use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: UpdateAliasInput,
) -> Result<UpdateAliasOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:UpdateAlias", &target).await?;
    let weights = input.routing_config.clone().map(|asked| routing(Some(asked))).transpose()?;
    let (input, target, weights, revision) = (&input, &target, &weights, &lambda.0.ids.uuid());
    let work = |tx: Transaction| async move {
        let (account, region, function) = target.key();
        let key = (account, region, function, input.name.clone());
        let Some(mut alias) = ALIASES.get(&tx, key.clone()).await? else {
            return Err(Failure::Api(error::not_found(format!(
                "Alias not found: {}:{}",
                target.arn(),
                input.name
            ))));
        };
        if input.revision_id.as_ref().is_some_and(|id| *id != alias.revision_id) {
            return Err(Failure::Api(error::precondition_failed()));
        }
        if let Some(version) = &input.function_version {
            alias.version.clone_from(version);
        }
        if let Some(description) = &input.description {
            alias.description.clone_from(description);
        }
        if let Some(weights) = weights {
            alias.routing.clone_from(weights);
        }
        alias.revision_id.clone_from(revision);
        check_versions(&tx, target, &alias).await?;
        ALIASES.put(&tx, key, &alias)?;
        Ok(alias)
    };
    let alias = lambda.0.store.transact(work).await?;
    Ok(describe::alias(target, &input.name, &alias))
}
