//! ListTables.

use api_dynamodb::{ListTablesInput, ListTablesOutput};
use port::{Access, RequestContext};
use store_table::Scan;

use crate::Service;
use crate::error::Result;
use crate::tables::TABLES;

/// Names returned at most, and where no limit is given.
const MAX_NAMES: usize = 100;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: ListTablesInput,
) -> Result<ListTablesOutput> {
    cx.authorize(Access::new("dynamodb:ListTables", "*")).await?;
    let limit =
        input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(MAX_NAMES).clamp(1, MAX_NAMES);
    let (account, region) = (cx.account(), cx.region());
    // One more than asked for shows whether there are more.
    let scan = Scan::forward().limit(limit + 1);
    let snapshot = service.store().snapshot().await?;
    let page = match &input.exclusive_start_table_name {
        None => TABLES.scan(&snapshot, (account, region), scan).await?,
        Some(start) => {
            // The least name behind the start.
            let after = format!("{start}\0");
            TABLES.scan_from(&snapshot, (account, region), (account, region, after.as_str()), scan).await?
        }
    };
    let mut names: Vec<String> = page.rows.into_iter().map(|((_, _, name), _)| name).collect();
    let has_more = names.len() > limit || page.next.is_some();
    names.truncate(limit);
    let last = names.last().cloned().filter(|_| has_more);
    Ok(ListTablesOutput { table_names: Some(names), last_evaluated_table_name: last })
}
