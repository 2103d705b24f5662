//! DescribeStackResources: by stack, or by the physical id of one of its resources; at most 100.

use api_cloudformation::types::{DescribeStackResourcesInput, DescribeStackResourcesOutput};
use cfn_exec::model::Stack;
use cfn_exec::status::StackStatus;
use cfn_exec::tables::STACKS;
use port::RequestContext;
use store_kv::Read;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::{Failure, stack_does_not_exist, storage, validation};
use crate::paging::PAGE;
use crate::{CloudFormation, describe, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: DescribeStackResourcesInput,
) -> Result<DescribeStackResourcesOutput, ApiError> {
    let snapshot = cf.snapshot().await?;
    let stack = match (&input.stack_name, &input.physical_resource_id) {
        (Some(name), _) => {
            cf.authorize(cx, "DescribeStackResources", name).await?;
            lookup::find(&snapshot, cx, name).await?.ok_or_else(|| stack_does_not_exist(name))?
        }
        (None, Some(physical)) => {
            cf.authorize_all(cx, "DescribeStackResources").await?;
            owner(&snapshot, cx, physical)
                .await?
                .ok_or_else(|| validation(format!("Stack for {physical} does not exist")))?
        }
        (None, None) => {
            cf.authorize_all(cx, "DescribeStackResources").await?;
            return Err(validation(
                "1 validation error detected: Either stackName or physicalResourceId must be specified",
            ));
        }
    };
    let rows = cfn_exec::run::resources(&snapshot, &stack.uuid).await.map_err(|error| storage(&error))?;
    let wanted = |id: &String| input.logical_resource_id.as_ref().is_none_or(|wanted| wanted == id);
    let resources = rows
        .into_iter()
        .filter(|(id, _)| wanted(id))
        .take(PAGE)
        .map(|(id, row)| describe::resource(&stack, id, row))
        .collect();
    Ok(DescribeStackResourcesOutput { stack_resources: Some(resources) })
}

async fn owner(read: &impl Read, cx: &RequestContext, physical_id: &str) -> Result<Option<Stack>, Failure> {
    let mut after = None;
    loop {
        let page = STACKS.scan(read, (cx.account(), cx.region()), Scan::forward().after(after)).await?;
        for (_, stack) in page.rows {
            if stack.status == StackStatus::DeleteComplete {
                continue;
            }
            let rows = cfn_exec::run::resources(read, &stack.uuid).await?;
            if rows.values().any(|row| row.physical_id.as_deref() == Some(physical_id)) {
                return Ok(Some(stack));
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(None);
        }
    }
}
