//! GetAlias.

use api_lambda::types::{GetAliasInput, GetAliasOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::error::{self, storage};
use crate::tables::ALIASES;
use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetAliasInput,
) -> Result<GetAliasOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:GetAlias", &target).await?;
    let snapshot = lambda.snapshot().await?;
    let (account, region, function) = target.key();
    let alias = ALIASES
        .get(&snapshot, (account, region, function, input.name.clone()))
        .await
        .map_err(|e| storage(&e))?
        .ok_or_else(|| error::not_found(format!("Cannot find alias arn: {}:{}", target.arn(), input.name)))?;
    Ok(describe::alias(&target, &input.name, &alias))
}
