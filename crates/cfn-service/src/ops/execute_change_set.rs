//! ExecuteChangeSet.

use api_cloudformation::types::{ExecuteChangeSetInput, ExecuteChangeSetOutput};
use cfn_exec::caller::Caller;
use cfn_exec::model::{OnFailure, OperationKind, Stack, StoredTemplate};
use cfn_exec::status::StackStatus;
use cfn_exec::tables::{OPERATIONS, STACKS, TEMPLATES};
use cfn_exec::{Design, DesignInput, Start, design};
use indexmap::IndexMap;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use super::update_stack::{check_status, is_repeated};
use crate::change_set::{self, ChangeSet, ExecutionStatus};
use crate::error::{self, Failure, validation};
use crate::refuse::refuse;
use crate::tables::CHANGE_SETS;
use crate::{CloudFormation, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: ExecuteChangeSetInput,
) -> Result<ExecuteChangeSetOutput, ApiError> {
    let snapshot = cf.snapshot().await?;
    let named = input.stack_name.as_deref();
    cf.authorize(cx, "ExecuteChangeSet", named.unwrap_or(&input.change_set_name)).await?;
    let (stack, set) = change_set::find(&snapshot, cx, named, &input.change_set_name).await?;
    if is_repeated(&stack, input.client_request_token.as_deref(), "ExecuteChangeSet")? {
        return Ok(ExecuteChangeSetOutput::default());
    }
    refuse(&[(input.disable_rollback == Some(true) && !set.creates, "DisableRollback (of an update)")])?;
    let (stack, set, input) = (&stack, &set, &input);
    cf.store().transact(|tx| async move { begin(cf, cx, &tx, stack, set, input).await }).await?;
    cf.executor().notify(&stack.uuid);
    Ok(ExecuteChangeSetOutput::default())
}

async fn begin(
    cf: &CloudFormation,
    cx: &RequestContext,
    tx: &Transaction,
    known: &Stack,
    set: &ChangeSet,
    input: &ExecuteChangeSetInput,
) -> Result<(), Failure> {
    let key = (&known.uuid, &set.uuid);
    let current = CHANGE_SETS.get(tx, key).await?;
    let set = current.ok_or_else(|| error::no_change_set(&input.change_set_name))?;
    let stack = STACKS.get(tx, known.key()).await?;
    let mut stack = stack.ok_or_else(|| error::no_stack(&known.name))?;
    check(tx, &stack, &set).await?;
    let template = TEMPLATES.get(tx, key).await?;
    let template = template.ok_or_else(|| error::no_change_set(&input.change_set_name))?;
    let state = lookup::state(tx, &stack).await?;
    let retag = !set.creates && stack.spec.tags != set.spec.tags && !state.is_empty();
    let design = plan(cf, &stack, &set, &template, &state, retag)?;
    stack.change_set_id = Some(set.id(&stack));
    stack.last_request =
        input.client_request_token.clone().map(|token| (token, "ExecuteChangeSet".to_owned()));
    let on_failure = match (set.on_failure, input.disable_rollback) {
        (_, Some(true)) => OnFailure::DoNothing,
        (Some(choice), _) if set.creates => choice,
        _ => OnFailure::Rollback,
    };
    stack.disable_rollback = on_failure == OnFailure::DoNothing;
    // The others were made for what the stack no longer is.
    obsolete(tx, &stack, &set).await?;
    let start = Start {
        kind: if set.creates { OperationKind::Create } else { OperationKind::Update },
        plan: &design.plan,
        state: &state,
        retag,
        spec: set.spec.clone(),
        template: Some(template),
        on_failure,
        retain_except_on_create: input.retain_except_on_create.unwrap_or(false),
        keep: Vec::new(),
        caller: Caller::of(cx),
        client_token: input.client_request_token.clone(),
        deadline: None,
        now: cx.time(),
    };
    Ok(cf.executor().start(tx, &mut stack, &start)?)
}

async fn check(tx: &Transaction, stack: &Stack, set: &ChangeSet) -> Result<(), Failure> {
    if set.execution != ExecutionStatus::Available {
        let status = match set.execution {
            ExecutionStatus::Obsolete => "OBSOLETE",
            ExecutionStatus::ExecuteInProgress => "EXECUTE_IN_PROGRESS",
            _ => "FAILED",
        };
        return Err(Failure::Api(error::change_set_status(format!(
            "ChangeSet [{}] cannot be executed in its current status of [{status}]",
            set.id(stack)
        ))));
    }
    if OPERATIONS.contains(tx, (&stack.uuid,)).await?
        || (set.creates != (stack.status == StackStatus::ReviewInProgress))
    {
        check_status(stack)?;
        return Err(Failure::Api(validation(format!(
            "Stack:{} is in {} state and can not be created.",
            stack.id(),
            stack.status.as_str()
        ))));
    }
    if set.creates { Ok(()) } else { Ok(check_status(stack)?) }
}

/// The plan again: the stack may have another state than when the change set was made.
fn plan(
    cf: &CloudFormation,
    stack: &Stack,
    set: &ChangeSet,
    template: &StoredTemplate,
    state: &IndexMap<String, cfn_plan::plan::ResourceState>,
    retag: bool,
) -> Result<Design, ApiError> {
    design(&DesignInput {
        catalogue: &cf.linked()?.catalogue,
        account: &stack.account,
        region: &stack.region,
        stack_name: &stack.name,
        stack_id: &stack.id(),
        template: &template.processed,
        spec: &set.spec,
        exports: &set.spec.imports,
        state,
        retag,
    })
    .map_err(|error| validation(error.to_string()))
}

async fn obsolete(tx: &Transaction, stack: &Stack, executed: &ChangeSet) -> Result<(), Failure> {
    for mut other in change_set::all(tx, stack).await? {
        let key = (stack.uuid.clone(), other.uuid.clone());
        if other.uuid == executed.uuid {
            other.execution = ExecutionStatus::ExecuteInProgress;
            CHANGE_SETS.put(tx, key, &other)?;
        } else if other.execution == ExecutionStatus::Available {
            other.execution = ExecutionStatus::Obsolete;
            CHANGE_SETS.put(tx, key, &other)?;
        }
    }
    Ok(())
}
