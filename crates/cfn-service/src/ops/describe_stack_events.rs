//! DescribeStackEvents: newest first.

use api_cloudformation::types::{DescribeStackEventsInput, DescribeStackEventsOutput};
use cfn_exec::tables::EVENTS;
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::{stack_does_not_exist, storage};
use crate::paging::{PAGE, cursor, token};
use crate::{CloudFormation, describe, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: DescribeStackEventsInput,
) -> Result<DescribeStackEventsOutput, ApiError> {
    cf.authorize(cx, "DescribeStackEvents", &input.stack_name).await?;
    let snapshot = cf.snapshot().await?;
    let stack = lookup::find(&snapshot, cx, &input.stack_name)
        .await?
        .ok_or_else(|| stack_does_not_exist(&input.stack_name))?;
    let scan = Scan::backward().after(cursor(input.next_token.as_deref())?).limit(PAGE);
    let page = EVENTS.scan(&snapshot, (&stack.uuid,), scan).await.map_err(|error| storage(&error))?;
    let events = page.rows.into_iter().map(|(_, event)| describe::event(&stack, event)).collect();
    Ok(DescribeStackEventsOutput { stack_events: Some(events), next_token: token(page.next) })
}
