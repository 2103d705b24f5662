//! DescribeStackResource.

use api_cloudformation::types::{self as t, DescribeStackResourceInput, DescribeStackResourceOutput};
use cfn_exec::tables::{CURRENT, RESOURCES, TEMPLATES};
use port::RequestContext;
use wire_codec::ApiError;

use crate::error::{stack_does_not_exist, storage, validation};
use crate::{CloudFormation, describe, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: DescribeStackResourceInput,
) -> Result<DescribeStackResourceOutput, ApiError> {
    cf.authorize(cx, "DescribeStackResource", &input.stack_name).await?;
    let snapshot = cf.snapshot().await?;
    let stack = lookup::find(&snapshot, cx, &input.stack_name)
        .await?
        .ok_or_else(|| stack_does_not_exist(&input.stack_name))?;
    let id = input.logical_resource_id;
    let row = RESOURCES.get(&snapshot, (&stack.uuid, &id)).await.map_err(|error| storage(&error))?;
    let row =
        row.ok_or_else(|| validation(format!("Resource {id} does not exist for stack {}", stack.name)))?;
    let template = TEMPLATES.get(&snapshot, (&stack.uuid, CURRENT)).await.map_err(|error| storage(&error))?;
    let metadata = template
        .and_then(|template| template.processed.pointer(&format!("/Resources/{id}/Metadata")).cloned())
        .map(|metadata| metadata.to_string());
    let detail = t::StackResourceDetail {
        stack_name: Some(stack.name.clone()),
        stack_id: Some(stack.id()),
        logical_resource_id: id,
        physical_resource_id: row.physical_id,
        resource_type: row.type_name,
        last_updated_timestamp: row.updated,
        resource_status: describe::resource_status(row.status.as_str()),
        resource_status_reason: row.reason,
        metadata,
        drift_information: Some(t::StackResourceDriftInformation {
            stack_resource_drift_status: t::StackResourceDriftStatus::NotChecked,
            last_check_timestamp: None,
        }),
        ..t::StackResourceDetail::default()
    };
    Ok(DescribeStackResourceOutput { stack_resource_detail: Some(detail) })
}
