//! CreateAlias.

use api_lambda::types::{AliasRoutingConfiguration, CreateAliasInput, CreateAliasOutput};
use port::RequestContext;
use store_kv::{Read, Transaction};
use wire_codec::ApiError;

use crate::error::{self, Failure};
use crate::model::Alias;
use crate::names::{FunctionRef, LATEST, version_number};
use crate::tables::{ALIASES, FUNCTIONS, VERSIONS};
use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: CreateAliasInput,
) -> Result<CreateAliasOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:CreateAlias", &target).await?;
    if version_number(&input.name).is_some() {
        return Err(error::invalid_parameter("An alias name cannot be a number."));
    }
    let alias = Alias {
        version: input.function_version,
        description: input.description.unwrap_or_default(),
        routing: routing(input.routing_config)?,
        revision_id: lambda.0.ids.uuid(),
    };
    let (name, alias) = (&input.name, &alias);
    let work = |tx: Transaction| {
        let target = &target;
        async move {
            let (account, region, function) = target.key();
            check_versions(&tx, target, alias).await?;
            if ALIASES.insert_if_absent(&tx, (account, region, function, name.clone()), alias).await? {
                return Ok(());
            }
            Err(Failure::Api(error::conflict(format!("Alias already exists: {}:{name}", target.arn()))))
        }
    };
    lambda.0.store.transact(work).await?;
    Ok(describe::alias(&target, name, alias))
}

/// The function and the versions an alias refers to exist.
pub async fn check_versions(read: &impl Read, target: &FunctionRef, alias: &Alias) -> Result<(), Failure> {
    if !FUNCTIONS.contains(read, target.key()).await? {
        return Err(Failure::Api(error::function_not_found(&target.arn())));
    }
    if !alias.routing.is_empty() && alias.version == LATEST {
        return Err(Failure::Api(error::invalid_parameter(
            "$LATEST is not supported for an alias pointing to more than 1 version",
        )));
    }
    for version in std::iter::once(&alias.version).chain(alias.routing.iter().map(|(version, _)| version)) {
        let exists = match version_number(version) {
            Some(number) => {
                let (account, region, name) = target.key();
                VERSIONS.contains(read, (account, region, name, number)).await?
            }
            None => version == LATEST && alias.routing.is_empty(),
        };
        if !exists {
            return Err(Failure::Api(error::function_not_found(&format!("{}:{version}", target.arn()))));
        }
    }
    Ok(())
}

/// At most one further version, its weight between 0 and 1.
pub fn routing(asked: Option<AliasRoutingConfiguration>) -> Result<Vec<(String, f64)>, ApiError> {
    let weights = asked.and_then(|routing| routing.additional_version_weights).unwrap_or_default();
    if weights.len() > 1 {
        return Err(error::invalid_parameter(
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ));
    }
    if weights.values().any(|weight| !(0.0..=1.0).contains(weight)) {
        return Err(error::invalid_parameter("Weights must be between 0.0 and 1.0."));
    }
    Ok(weights.into_iter().collect())
}
