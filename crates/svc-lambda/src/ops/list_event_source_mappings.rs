//! ListEventSourceMappings: of the account and region, of one source or of one function.

use api_lambda::types::{ListEventSourceMappingsInput, ListEventSourceMappingsOutput};
use port::{Access, RequestContext};
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::paging::{self, Page};
use crate::tables::MAPPINGS;
use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: ListEventSourceMappingsInput,
) -> Result<ListEventSourceMappingsOutput, ApiError> {
    cx.authorize(Access::new("lambda:ListEventSourceMappings", "*")).await?;
    let target = input.function_name.as_deref().map(|name| lambda.target(cx, name, None)).transpose()?;
    let Page { cursor, limit } = paging::page(input.marker.as_deref(), input.max_items)?;
    let snapshot = lambda.snapshot().await?;
    let prefix = (cx.account().to_owned(), cx.region().to_owned());
    let page = MAPPINGS
        .scan(&snapshot, prefix, Scan::forward().after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let wanted = page.rows.iter().filter(|(_, row)| {
        input.event_source_arn.as_ref().is_none_or(|arn| *arn == row.event_source_arn)
            && target.as_ref().is_none_or(|t| t.name == row.function && t.qualifier == row.qualifier)
    });
    let mappings = wanted.map(|((.., uuid), row)| describe::mapping(uuid, row, None)).collect();
    Ok(ListEventSourceMappingsOutput {
        event_source_mappings: Some(mappings),
        next_marker: paging::marker(page.next),
    })
}
