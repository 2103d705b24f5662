//! ListAliases.

use api_lambda::types::{ListAliasesInput, ListAliasesOutput};
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::paging::{self, Page};
use crate::tables::ALIASES;
use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: ListAliasesInput,
) -> Result<ListAliasesOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:ListAliases", &target).await?;
    let Page { cursor, limit } = paging::page(input.marker.as_deref(), input.max_items)?;
    let snapshot = lambda.snapshot().await?;
    lambda.function(&snapshot, &target).await?;
    let page = ALIASES
        .scan(&snapshot, target.key(), Scan::forward().after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let wanted = input.function_version.as_deref();
    let aliases = page
        .rows
        .iter()
        .filter(|(_, alias)| wanted.is_none_or(|version| alias.version == version))
        .map(|((.., name), alias)| describe::alias(&target, name, alias))
        .collect();
    Ok(ListAliasesOutput { aliases: Some(aliases), next_marker: paging::marker(page.next) })
}
