//! DescribeStacks.

use api_cloudformation::types::{DescribeStacksInput, DescribeStacksOutput};
use cfn_exec::status::StackStatus;
use cfn_exec::tables::STACKS;
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::paging::{PAGE, cursor, token};
use crate::{CloudFormation, describe, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: DescribeStacksInput,
) -> Result<DescribeStacksOutput, ApiError> {
    if let Some(name) = &input.stack_name {
        cf.authorize(cx, "DescribeStacks", name).await?;
        let stack = lookup::stack(&cf.snapshot().await?, cx, name).await?;
        return Ok(DescribeStacksOutput { stacks: Some(vec![describe::stack(&stack)]), next_token: None });
    }
    cf.authorize_all(cx, "DescribeStacks").await?;
    let snapshot = cf.snapshot().await?;
    let scan = Scan::forward().after(cursor(input.next_token.as_deref())?).limit(PAGE);
    let page =
        STACKS.scan(&snapshot, (cx.account(), cx.region()), scan).await.map_err(|error| storage(&error))?;
    let stacks = page
        .rows
        .iter()
        .filter(|(_, stack)| stack.status != StackStatus::DeleteComplete)
        .map(|(_, stack)| describe::stack(stack));
    Ok(DescribeStacksOutput { stacks: Some(stacks.collect()), next_token: token(page.next) })
}
