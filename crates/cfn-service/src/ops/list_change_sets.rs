//! ListChangeSets, all in one page (a stack has few).

use api_cloudformation::types::{ChangeSetSummary, ListChangeSetsInput, ListChangeSetsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use super::describe_change_set::{execution, status};
use crate::error::{stack_does_not_exist, validation};
use crate::{CloudFormation, change_set, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: ListChangeSetsInput,
) -> Result<ListChangeSetsOutput, ApiError> {
    cf.authorize(cx, "ListChangeSets", &input.stack_name).await?;
    if input.next_token.is_some() {
        return Err(validation("The specified NextToken is invalid"));
    }
    let snapshot = cf.snapshot().await?;
    let stack = lookup::find(&snapshot, cx, &input.stack_name)
        .await?
        .ok_or_else(|| stack_does_not_exist(&input.stack_name))?;
    let summaries = change_set::all(&snapshot, &stack).await?.into_iter().map(|set| ChangeSetSummary {
        stack_id: Some(stack.id()),
        stack_name: Some(stack.name.clone()),
        change_set_id: Some(set.id(&stack)),
        change_set_name: Some(set.name),
        execution_status: Some(execution(set.execution)),
        status: Some(status(set.status)),
        status_reason: set.status_reason,
        creation_time: Some(set.created),
        description: set.description,
        ..ChangeSetSummary::default()
    });
    Ok(ListChangeSetsOutput { summaries: Some(summaries.collect()), next_token: None })
}
