//! DeleteStack. Deleting what doesn't exist succeeds.

use api_cloudformation::types::{DeleteStackInput, DeleteStackOutput, DeletionMode};
use cfn_exec::Start;
use cfn_exec::caller::Caller;
use cfn_exec::model::{OnFailure, OperationKind, Stack};
use cfn_exec::status::StackStatus;
use cfn_exec::tables::{CURRENT, NAMES, OPERATIONS, STACKS, TEMPLATES};
use cfn_plan::plan::plan_deletion;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use super::update_stack::is_repeated;
use crate::error::{Failure, storage, validation};
use crate::refuse::refuse;
use crate::tables::CHANGE_SETS;
use crate::{CloudFormation, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: DeleteStackInput,
) -> Result<DeleteStackOutput, ApiError> {
    cf.authorize(cx, "DeleteStack", &input.stack_name).await?;
    cf.authorize_role(cx, input.role_arn.as_deref()).await?;
    refuse(&[
        (input.deletion_mode == Some(DeletionMode::ForceDeleteStack), "DeletionMode FORCE_DELETE_STACK"),
        (input.deployment_config.is_some(), "DeploymentConfig"),
    ])?;
    let found = lookup::find(&cf.snapshot().await?, cx, &input.stack_name).await?;
    let Some(stack) = found
        .filter(|stack| !matches!(stack.status, StackStatus::DeleteComplete | StackStatus::DeleteInProgress))
    else {
        return Ok(DeleteStackOutput::default());
    };
    let token = input.client_request_token.as_deref();
    if is_repeated(&stack, token, "DeleteStack")? {
        return Ok(DeleteStackOutput::default());
    }
    let (known, input) = (&stack, &input);
    cf.store().transact(|tx| async move { begin(cf, cx, &tx, known, input).await }).await?;
    cf.executor().notify(&stack.uuid);
    Ok(DeleteStackOutput::default())
}

async fn begin(
    cf: &CloudFormation,
    cx: &RequestContext,
    tx: &Transaction,
    known: &Stack,
    input: &DeleteStackInput,
) -> Result<(), Failure> {
    let Some(mut stack) = STACKS.get(tx, known.key()).await? else { return Ok(()) };
    check(tx, &stack, input).await?;
    let state = lookup::state(tx, &stack).await?;
    let keep = input.retain_resources.clone().unwrap_or_default();
    if let Some(stranger) = keep.iter().find(|id| !state.contains_key(*id)) {
        return Err(Failure::Api(validation(format!(
            "Resource {stranger} does not exist for stack {}",
            stack.name
        ))));
    }
    CHANGE_SETS.delete_prefix(tx, (&stack.uuid,));
    if stack.status == StackStatus::ReviewInProgress {
        return forget(cf, cx, tx, stack);
    }
    let mut spec = stack.spec.clone();
    if input.role_arn.is_some() {
        spec.role_arn.clone_from(&input.role_arn);
    }
    stack.last_request = input.client_request_token.clone().map(|token| (token, "DeleteStack".to_owned()));
    let plan = plan_deletion(&state, &keep);
    let start = Start {
        kind: OperationKind::Delete,
        plan: &plan,
        state: &state,
        retag: false,
        spec,
        template: None,
        on_failure: OnFailure::DoNothing,
        retain_except_on_create: false,
        keep,
        caller: Caller::of(cx),
        client_token: input.client_request_token.clone(),
        deadline: None,
        now: cx.time(),
    };
    Ok(cf.executor().start(tx, &mut stack, &start)?)
}

async fn check(tx: &Transaction, stack: &Stack, input: &DeleteStackInput) -> Result<(), Failure> {
    if stack.termination_protection {
        return Err(Failure::Api(validation(format!(
            "Stack [{}] cannot be deleted while TerminationProtection is enabled",
            stack.name
        ))));
    }
    let operation = OPERATIONS.get(tx, (&stack.uuid,)).await?;
    if operation.is_some_and(|operation| !operation.is_paused) {
        return Err(Failure::Api(validation(format!(
            "Stack [{}] cannot be deleted while in status {}",
            stack.id(),
            stack.status.as_str()
        ))));
    }
    let keeps = input.retain_resources.as_ref().is_some_and(|keep| !keep.is_empty());
    if keeps && stack.status != StackStatus::DeleteFailed {
        return Err(Failure::Api(validation(format!(
            "Invalid operation on stack [{}]. Specify which resources to retain only when the stack is in the DELETE_FAILED state.",
            stack.id()
        ))));
    }
    for output in &stack.outputs {
        let Some(name) = &output.export_name else { continue };
        if let Some(importer) =
            cfn_exec::ending::importer(tx, stack, name).await.map_err(|error| storage(&error))?
        {
            return Err(Failure::Api(validation(format!(
                "Export {name} cannot be deleted as it is in use by {importer}"
            ))));
        }
    }
    Ok(())
}

/// A stack that never was more than its change sets.
fn forget(
    cf: &CloudFormation,
    cx: &RequestContext,
    tx: &Transaction,
    mut stack: Stack,
) -> Result<(), Failure> {
    NAMES.delete(tx, (&stack.account, &stack.region, &stack.name));
    TEMPLATES.delete(tx, (&stack.uuid, CURRENT));
    stack.status = StackStatus::DeleteComplete;
    stack.deleted = Some(cx.time());
    let event = cf.executor().event_of(&stack, None, cx.time());
    cfn_exec::tables::EVENTS.append(tx, (&stack.uuid,), &event)?;
    Ok(STACKS.put(tx, stack.key(), &stack)?)
}
