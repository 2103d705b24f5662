//! ListStacks, deleted ones included.

use api_cloudformation::types::{ListStacksInput, ListStacksOutput};
use cfn_exec::tables::STACKS;
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::paging::{PAGE, cursor, token};
use crate::{CloudFormation, describe};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: ListStacksInput,
) -> Result<ListStacksOutput, ApiError> {
    cf.authorize_all(cx, "ListStacks").await?;
    let snapshot = cf.snapshot().await?;
    let scan = Scan::forward().after(cursor(input.next_token.as_deref())?).limit(PAGE);
    let page =
        STACKS.scan(&snapshot, (cx.account(), cx.region()), scan).await.map_err(|error| storage(&error))?;
    let wanted = input.stack_status_filter.unwrap_or_default();
    let summaries = page
        .rows
        .iter()
        .map(|(_, stack)| describe::summary(stack))
        .filter(|summary| wanted.is_empty() || wanted.contains(&summary.stack_status));
    Ok(ListStacksOutput { stack_summaries: Some(summaries.collect()), next_token: token(page.next) })
}
