//! ContinueUpdateRollback: tries again to undo what could not be undone, or skips it.

use api_cloudformation::types::{ContinueUpdateRollbackInput, ContinueUpdateRollbackOutput};
use cfn_exec::machine::StepStatus;
use cfn_exec::status::StackStatus;
use cfn_exec::tables::{EVENTS, OPERATIONS, STACKS, STEPS};
use port::RequestContext;
use store_kv::Transaction;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::{Failure, validation};
use crate::refuse::refuse;
use crate::{CloudFormation, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: ContinueUpdateRollbackInput,
) -> Result<ContinueUpdateRollbackOutput, ApiError> {
    cf.authorize(cx, "ContinueUpdateRollback", &input.stack_name).await?;
    refuse(&[(input.role_arn.is_some(), "RoleARN"), (input.force_rollback == Some(true), "ForceRollback")])?;
    let input = &input;
    let uuid = cf.store().transact(|tx| async move { resume(cf, cx, &tx, input).await }).await?;
    cf.executor().notify(&uuid);
    Ok(ContinueUpdateRollbackOutput::default())
}

async fn resume(
    cf: &CloudFormation,
    cx: &RequestContext,
    tx: &Transaction,
    input: &ContinueUpdateRollbackInput,
) -> Result<String, Failure> {
    let mut stack = lookup::stack(tx, cx, &input.stack_name).await?;
    let operation = OPERATIONS.get(tx, (&stack.uuid,)).await?.filter(|operation| operation.is_paused);
    let Some(mut operation) = operation else {
        return Err(Failure::Api(validation(format!(
            "Stack:{} is in {} state and can not continue rollback.",
            stack.id(),
            stack.status.as_str()
        ))));
    };
    operation.is_paused = false;
    let skipped = input.resources_to_skip.clone().unwrap_or_default();
    let mut after = None;
    loop {
        let page = STEPS.scan(tx, (&stack.uuid,), Scan::forward().after(after)).await?;
        for (key, mut step) in page.rows {
            if step.status == StepStatus::UndoFailed {
                let skip = skipped.contains(&step.logical_id);
                step.status = if skip { StepStatus::Undone } else { StepStatus::Done };
                STEPS.put(tx, key, &step)?;
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    stack.status = StackStatus::UpdateRollbackInProgress;
    stack.status_reason = Some("User Initiated".to_owned());
    let token = input.client_request_token.clone();
    EVENTS.append(tx, (&stack.uuid,), &cf.executor().event_of(&stack, token, cx.time()))?;
    OPERATIONS.put(tx, (&stack.uuid,), &operation)?;
    STACKS.put(tx, stack.key(), &stack)?;
    Ok(stack.uuid)
}
