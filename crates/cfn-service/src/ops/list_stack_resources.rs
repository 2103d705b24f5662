//! ListStackResources.

use api_cloudformation::types::{ListStackResourcesInput, ListStackResourcesOutput};
use cfn_exec::tables::RESOURCES;
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::paging::{PAGE, cursor, token};
use crate::{CloudFormation, describe, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: ListStackResourcesInput,
) -> Result<ListStackResourcesOutput, ApiError> {
    cf.authorize(cx, "ListStackResources", &input.stack_name).await?;
    let snapshot = cf.snapshot().await?;
    let stack = lookup::stack(&snapshot, cx, &input.stack_name).await?;
    let scan = Scan::forward().after(cursor(input.next_token.as_deref())?).limit(PAGE);
    let page = RESOURCES.scan(&snapshot, (&stack.uuid,), scan).await.map_err(|error| storage(&error))?;
    let summaries = page.rows.into_iter().map(|((_, id), row)| describe::resource_summary(id, row)).collect();
    Ok(ListStackResourcesOutput { stack_resource_summaries: Some(summaries), next_token: token(page.next) })
}
