//! DescribeChangeSet.

use api_cloudformation::types::{self as t, DescribeChangeSetInput, DescribeChangeSetOutput};
use cfn_exec::model::OnFailure;
use port::RequestContext;
use wire_codec::ApiError;

use crate::change_set::{self, ChangeSetStatus, ExecutionStatus};
use crate::error::validation;
use crate::paging::PAGE;
use crate::refuse::refuse;
use crate::{CloudFormation, describe};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: DescribeChangeSetInput,
) -> Result<DescribeChangeSetOutput, ApiError> {
    let named = input.stack_name.as_deref();
    cf.authorize(cx, "DescribeChangeSet", named.unwrap_or(&input.change_set_name)).await?;
    refuse(&[(input.include_property_values == Some(true), "IncludePropertyValues")])?;
    let snapshot = cf.snapshot().await?;
    let (stack, set) = change_set::find(&snapshot, cx, named, &input.change_set_name).await?;
    let start: usize = match input.next_token.as_deref() {
        None => 0,
        Some(text) => text.parse().map_err(|_| validation("Invalid NextToken."))?,
    };
    let changes: Vec<t::Change> = set.changes.iter().skip(start).take(PAGE).map(describe::change).collect();
    let next = start.saturating_add(PAGE);
    Ok(DescribeChangeSetOutput {
        change_set_name: Some(set.name.clone()),
        change_set_id: Some(set.id(&stack)),
        stack_id: Some(stack.id()),
        stack_name: Some(stack.name.clone()),
        description: set.description.clone(),
        parameters: Some(describe::parameters(&set.spec)),
        creation_time: Some(set.created),
        execution_status: Some(execution(set.execution)),
        status: Some(status(set.status)),
        status_reason: set.status_reason.clone(),
        notification_arns: Some(Vec::new()),
        rollback_configuration: Some(t::RollbackConfiguration::default()),
        capabilities: Some(describe::capabilities(&set.spec)),
        tags: Some(describe::tags(&set.spec)),
        changes: Some(changes),
        next_token: (next < set.changes.len()).then(|| next.to_string()),
        include_nested_stacks: Some(false),
        on_stack_failure: set.on_failure.map(|choice| match choice {
            OnFailure::DoNothing => t::OnStackFailure::DoNothing,
            OnFailure::Rollback => t::OnStackFailure::Rollback,
            OnFailure::Delete => t::OnStackFailure::Delete,
        }),
        ..DescribeChangeSetOutput::default()
    })
}

pub fn status(status: ChangeSetStatus) -> t::ChangeSetStatus {
    match status {
        ChangeSetStatus::CreateComplete => t::ChangeSetStatus::CreateComplete,
        ChangeSetStatus::Failed => t::ChangeSetStatus::Failed,
    }
}

pub fn execution(status: ExecutionStatus) -> t::ExecutionStatus {
    match status {
        ExecutionStatus::Unavailable => t::ExecutionStatus::Unavailable,
        ExecutionStatus::Available => t::ExecutionStatus::Available,
        ExecutionStatus::ExecuteInProgress => t::ExecutionStatus::ExecuteInProgress,
        ExecutionStatus::Obsolete => t::ExecutionStatus::Obsolete,
    }
}
