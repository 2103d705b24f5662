//! ListFunctions: the functions of the account and region by name, in pages of at most 50.

use api_lambda::types::{FunctionVersion, ListFunctionsInput, ListFunctionsOutput};
use port::{Access, RequestContext};
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::names::FunctionRef;
use crate::paging::{self, Page};
use crate::tables::FUNCTIONS;
use crate::{Lambda, describe, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: ListFunctionsInput,
) -> Result<ListFunctionsOutput, ApiError> {
    cx.authorize(Access::new("lambda:ListFunctions", "*")).await?;
    settings::refuse_if(input.master_region.is_some(), "MasterRegion (Lambda@Edge)")?;
    settings::refuse_if(input.function_version == Some(FunctionVersion::All), "FunctionVersion ALL")?;
    let Page { cursor, limit } = paging::page(input.marker.as_deref(), input.max_items)?;
    let snapshot = lambda.snapshot().await?;
    let prefix = (cx.account().to_owned(), cx.region().to_owned());
    let page = FUNCTIONS
        .scan(&snapshot, prefix, Scan::forward().after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let functions = page.rows.iter().map(|((account, region, name), function)| {
        let target = FunctionRef {
            account: account.clone(),
            region: region.clone(),
            name: name.clone(),
            qualifier: None,
        };
        describe::configuration(&target, &function.latest, false)
    });
    Ok(ListFunctionsOutput { functions: Some(functions.collect()), next_marker: paging::marker(page.next) })
}
