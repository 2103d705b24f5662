//! ListExports.

use api_cloudformation::types::{Export, ListExportsInput, ListExportsOutput};
use cfn_exec::tables::EXPORTS;
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::CloudFormation;
use crate::error::storage;
use crate::paging::{PAGE, cursor, token};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: ListExportsInput,
) -> Result<ListExportsOutput, ApiError> {
    cf.authorize_all(cx, "ListExports").await?;
    let snapshot = cf.snapshot().await?;
    let scan = Scan::forward().after(cursor(input.next_token.as_deref())?).limit(PAGE);
    let page =
        EXPORTS.scan(&snapshot, (cx.account(), cx.region()), scan).await.map_err(|error| storage(&error))?;
    let exports = page.rows.into_iter().map(|((_, _, name), export)| Export {
        exporting_stack_id: Some(export.stack_id),
        name: Some(name),
        value: Some(export.value),
    });
    Ok(ListExportsOutput { exports: Some(exports.collect()), next_token: token(page.next) })
}
