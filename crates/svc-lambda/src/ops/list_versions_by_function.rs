//! ListVersionsByFunction: `$LATEST` first, then the published ones by number.

use api_lambda::types::{ListVersionsByFunctionInput, ListVersionsByFunctionOutput};
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::paging::{self, Page};
use crate::tables::VERSIONS;
use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: ListVersionsByFunctionInput,
) -> Result<ListVersionsByFunctionOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:ListVersionsByFunction", &target).await?;
    let Page { cursor, limit } = paging::page(input.marker.as_deref(), input.max_items)?;
    let snapshot = lambda.snapshot().await?;
    let function = lambda.function(&snapshot, &target).await?;
    let is_first = cursor.is_none();
    let page = VERSIONS
        .scan(&snapshot, target.key(), Scan::forward().after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let latest = is_first.then_some(&function.latest);
    let versions = latest.into_iter().chain(page.rows.iter().map(|(_, version)| version));
    let versions = versions.map(|version| describe::configuration(&target, version, true)).collect();
    Ok(ListVersionsByFunctionOutput { versions: Some(versions), next_marker: paging::marker(page.next) })
}
