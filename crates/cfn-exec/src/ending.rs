//! From phase to phase, and an operation's end: the stack's status, its outputs and exports.

use base_time::Timestamp;
use cfn_plan::plan::ResolvedOutput;
use store_kv::Transaction;
use store_table::Scan;

use crate::error::ExecError;
use crate::machine::Phase;
use crate::model::{Export, OnFailure, Operation, OperationKind, Outcome, Stack, StackOutput, StepRow};
use crate::record::stack_event;
use crate::run::Run;
use crate::status::StackStatus as Status;
use crate::tables::{
    CURRENT, EVENTS, EXPORTS, IMPORTS, NAMES, NEXT, OPERATIONS, RESOURCES, STACKS, STEPS, TEMPLATES,
};

/// Whether the operation goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Continue,
    Ended,
}

/// Where an operation goes from the end of a phase.
struct Passage {
    status: Status,
    reason: Option<String>,
    /// `None` ends the operation.
    phase: Option<Phase>,
    /// The stack becomes what was asked for.
    outputs: Option<Vec<StackOutput>>,
    is_paused: bool,
}

impl Passage {
    fn to(status: Status, reason: Option<String>, phase: Phase) -> Self {
        Self { status, reason, phase: Some(phase), outputs: None, is_paused: false }
    }

    fn end(status: Status, reason: Option<String>) -> Self {
        Self { status, reason, phase: None, outputs: None, is_paused: false }
    }
}

/// The phase is over; `failed` are the steps that failed in it.
pub(crate) async fn advance(run: &mut Run, failed: &[usize]) -> Result<Next, ExecError> {
    let passage = passage(run, failed);
    match pass(run, &passage).await? {
        Ok(()) => {}
        // The outputs can't be exported: the work is undone.
        Err(reason) => {
            run.machine.cancel();
            run.operation.cancel = Some(reason.clone());
            let passage = undo(&run.operation, reason);
            if pass(run, &passage).await?.is_err() {
                return Err(ExecError::Missing("a way to undo"));
            }
            return Ok(after(run, &passage));
        }
    }
    Ok(after(run, &passage))
}

fn after(run: &mut Run, passage: &Passage) -> Next {
    match passage.phase {
        Some(phase) if !passage.is_paused => {
            run.machine.enter(phase);
            Next::Continue
        }
        _ => Next::Ended,
    }
}

fn passage(run: &Run, failed: &[usize]) -> Passage {
    let kind = run.operation.kind;
    match (run.machine.phase(), kind) {
        (Phase::Work, _) if run.machine.is_failing() => undo(&run.operation, reason(run, failed)),
        (Phase::Work, _) => match run.design.plan.resolve_outputs(&run.scope) {
            Err(error) => undo(&run.operation, error.to_string()),
            Ok(outputs) => {
                let outputs = Some(outputs.into_iter().map(StackOutput::from).collect());
                if kind == OperationKind::Create {
                    Passage { outputs, ..Passage::end(Status::CreateComplete, None) }
                } else {
                    let status = Status::UpdateCompleteCleanupInProgress;
                    Passage { outputs, ..Passage::to(status, None, Phase::Cleanup) }
                }
            }
        },
        (Phase::Cleanup, OperationKind::Delete) if !failed.is_empty() => {
            Passage::end(Status::DeleteFailed, Some(named(run, failed, "delete")))
        }
        (Phase::Cleanup, OperationKind::Delete) => Passage::end(Status::DeleteComplete, None),
        (Phase::Cleanup, _) => {
            let reason = (!failed.is_empty())
                .then(|| "Update successful. One or more resources could not be deleted.".to_owned());
            Passage::end(Status::UpdateComplete, reason)
        }
        (Phase::Undo, OperationKind::Update) if failed.is_empty() => {
            Passage::to(Status::UpdateRollbackCompleteCleanupInProgress, None, Phase::UndoCleanup)
        }
        (Phase::Undo, OperationKind::Update) => {
            let status = Status::UpdateRollbackFailed;
            Passage {
                is_paused: true,
                ..Passage::to(status, Some(named(run, failed, "update")), Phase::Undo)
            }
        }
        (Phase::Undo, _) => {
            let goes = run.operation.on_failure == OnFailure::Delete;
            match (failed.is_empty(), goes) {
                (true, true) => Passage::end(Status::DeleteComplete, None),
                (true, false) => Passage::end(Status::RollbackComplete, None),
                (false, true) => Passage::end(Status::DeleteFailed, Some(named(run, failed, "delete"))),
                (false, false) => Passage::end(Status::RollbackFailed, Some(named(run, failed, "delete"))),
            }
        }
        (Phase::UndoCleanup, _) => Passage::end(Status::UpdateRollbackComplete, None),
    }
}

fn undo(operation: &Operation, reason: String) -> Passage {
    match (operation.kind, operation.on_failure) {
        (OperationKind::Update, _) => {
            Passage::to(Status::UpdateRollbackInProgress, Some(reason), Phase::Undo)
        }
        (_, OnFailure::Rollback) => {
            let reason = format!("{} Rollback requested by user.", reason.trim_end());
            Passage::to(Status::RollbackInProgress, Some(reason), Phase::Undo)
        }
        (_, OnFailure::Delete) => {
            let reason = format!("{} Delete requested by user.", reason.trim_end());
            Passage::to(Status::DeleteInProgress, Some(reason), Phase::Undo)
        }
        (_, OnFailure::DoNothing) => Passage::end(Status::CreateFailed, Some(reason)),
    }
}

/// "The following resource(s) failed to create: [A, B]. "
fn reason(run: &Run, failed: &[usize]) -> String {
    if let Some(cancel) = &run.operation.cancel {
        return cancel.clone();
    }
    let created = |row: &StepRow| row.outcome == Some(Outcome::Created);
    let of = |wanted: bool| -> Vec<usize> {
        failed.iter().copied().filter(|index| created(&run.rows[*index]) == wanted).collect()
    };
    let mut text = String::new();
    for (steps, verb) in [(of(true), "create"), (of(false), "update")] {
        if !steps.is_empty() {
            text.push_str(&named(run, &steps, verb));
        }
    }
    text
}

fn named(run: &Run, steps: &[usize], verb: &str) -> String {
    let names: Vec<&str> = steps.iter().map(|index| run.rows[*index].logical_id.as_str()).collect();
    format!("The following resource(s) failed to {verb}: [{}]. ", names.join(", "))
}

impl From<ResolvedOutput> for StackOutput {
    fn from(output: ResolvedOutput) -> Self {
        let ResolvedOutput { name, value, description, export_name } = output;
        Self { name, value, description, export_name }
    }
}

/// Records the passage. The inner error says why the outputs can't be had; nothing is recorded then.
async fn pass(run: &mut Run, passage: &Passage) -> Result<Result<(), String>, ExecError> {
    let now = run.executor.0.clock.now();
    let event_id = run.executor.0.ids.uuid();
    let this = &*run;
    let work = |tx: Transaction| {
        let event_id = event_id.clone();
        async move {
            let key = (&this.stack.account, &this.stack.region, &this.stack.uuid);
            let mut stack = STACKS.get(&tx, key).await?.ok_or(ExecError::Missing("stack"))?;
            if let Some(outputs) = &passage.outputs {
                if let Err(reason) = export(&tx, &stack, outputs).await? {
                    return Ok(Err(reason));
                }
                accept(&tx, &mut stack, &this.operation, outputs).await?;
                this.adopt_policies(&tx)?;
            }
            stack.status = passage.status;
            stack.status_reason.clone_from(&passage.reason);
            let token = this.operation.client_token.clone();
            let event = stack_event(&stack, event_id, passage.reason.clone(), token, now);
            EVENTS.append(&tx, (&stack.uuid,), &event)?;
            match passage.phase {
                Some(phase) => {
                    let is_paused = passage.is_paused;
                    let operation = Operation { phase, is_paused, ..this.operation.clone() };
                    OPERATIONS.put(&tx, (&stack.uuid,), &operation)?;
                }
                None => end(&tx, &mut stack, &this.operation, now).await?,
            }
            STACKS.put(&tx, stack.key(), &stack)?;
            Ok::<_, ExecError>(Ok(stack))
        }
    };
    match run.executor.0.store.transact(work).await? {
        Ok(stack) => {
            run.stack = stack;
            if let Some(phase) = passage.phase {
                run.operation.phase = phase;
            }
            Ok(Ok(()))
        }
        Err(reason) => Ok(Err(reason)),
    }
}

impl Run {
    /// What stays as it is may have a new deletion policy or other needs nevertheless.
    fn adopt_policies(&self, tx: &Transaction) -> Result<(), ExecError> {
        for (id, planned) in &self.design.plan.resources {
            let Some(row) = self.resources.get(id) else { continue };
            let Some(state) = &row.state else { continue };
            if state.deletion_policy == planned.declared.deletion_policy && state.needs == planned.needs {
                continue;
            }
            let mut row = row.clone();
            if let Some(state) = &mut row.state {
                state.deletion_policy = planned.declared.deletion_policy;
                state.needs.clone_from(&planned.needs);
            }
            RESOURCES.put(tx, (&self.stack.uuid, id), &row)?;
        }
        Ok(())
    }
}

/// The stack becomes what the operation asked for.
async fn accept(
    tx: &Transaction,
    stack: &mut Stack,
    operation: &Operation,
    outputs: &[StackOutput],
) -> Result<(), ExecError> {
    for name in stack.spec.imports.keys() {
        if !operation.spec.imports.contains_key(name) {
            IMPORTS.delete(tx, (&stack.account, &stack.region, name, &stack.uuid));
        }
    }
    stack.spec = operation.spec.clone();
    stack.outputs = outputs.to_vec();
    if let Some(next) = TEMPLATES.get(tx, (&stack.uuid, NEXT)).await? {
        TEMPLATES.put(tx, (&stack.uuid, CURRENT), &next)?;
        TEMPLATES.delete(tx, (&stack.uuid, NEXT));
    }
    Ok(())
}

/// Replaces the stack's exports by the outputs', unless another stack has one of the names or needs one that goes.
async fn export(
    tx: &Transaction,
    stack: &Stack,
    outputs: &[StackOutput],
) -> Result<Result<(), String>, ExecError> {
    let (account, region) = (&stack.account, &stack.region);
    let new = |name: &str| outputs.iter().find(|output| output.export_name.as_deref() == Some(name));
    for old in &stack.outputs {
        let Some(name) = &old.export_name else { continue };
        let kept = new(name);
        if kept.is_some_and(|output| output.value == old.value) {
            continue;
        }
        if let Some(importer) = importer(tx, stack, name).await? {
            let verb = if kept.is_some() { "updated" } else { "deleted" };
            return Ok(Err(format!("Export {name} cannot be {verb} as it is in use by {importer}")));
        }
        if kept.is_none() {
            EXPORTS.delete(tx, (account, region, name));
        }
    }
    for output in outputs {
        let Some(name) = &output.export_name else { continue };
        if let Some(taken) = EXPORTS.get(tx, (account, region, name)).await?
            && taken.stack_id != stack.id()
        {
            let owner = taken.stack_name;
            return Ok(Err(format!("Export with name {name} is already exported by stack {owner}")));
        }
        let export =
            Export { value: output.value.clone(), stack_id: stack.id(), stack_name: stack.name.clone() };
        EXPORTS.put(tx, (account, region, name), &export)?;
    }
    Ok(Ok(()))
}

/// A stack that imports the name.
///
/// # Errors
/// If the store fails.
pub async fn importer(
    read: &impl store_kv::Read,
    stack: &Stack,
    name: &str,
) -> Result<Option<String>, ExecError> {
    let prefix = (&stack.account, &stack.region, name);
    let page = IMPORTS.scan(read, prefix, Scan::forward().limit(1)).await?;
    Ok(page.rows.into_iter().next().map(|(_, import)| import.stack_name))
}

/// Removes what only the operation under way needs; and with a deleted stack, what made it reachable.
async fn end(
    tx: &Transaction,
    stack: &mut Stack,
    operation: &Operation,
    now: Timestamp,
) -> Result<(), ExecError> {
    OPERATIONS.delete(tx, (&stack.uuid,));
    STEPS.delete_prefix(tx, (&stack.uuid,));
    TEMPLATES.delete(tx, (&stack.uuid, NEXT));
    let (account, region) = (&stack.account, &stack.region);
    let is_gone = stack.status == Status::DeleteComplete;
    if is_gone {
        stack.deleted = Some(now);
        NAMES.delete(tx, (account, region, &stack.name));
        for output in &stack.outputs {
            if let Some(name) = &output.export_name {
                EXPORTS.delete(tx, (account, region, name));
            }
        }
    }
    let imports_nothing = is_gone || stack.status == Status::RollbackComplete;
    for name in operation.spec.imports.keys().chain(stack.spec.imports.keys()) {
        if imports_nothing || !stack.spec.imports.contains_key(name) {
            IMPORTS.delete(tx, (account, region, name, &stack.uuid));
        }
    }
    Ok(())
}
