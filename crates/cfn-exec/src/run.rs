//! Working on one operation: loads it, then does what [`Machine`] says until it ends.
//!
//! This task is the only one that writes the operation's steps and resources. Each step is recorded before its call and
//! after it.

mod begin;
mod end;

use std::collections::HashMap;
use std::sync::Arc;

use cfn_plan::intrinsics::Scope;
use cfn_plan::plan::{ResourceState, plan_deletion};
use cfn_plan::template::Template;
use indexmap::IndexMap;
use port::RequestContext;
use store_table::Scan;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::design::{Design, DesignInput, design};
use crate::ending::Next;
use crate::error::ExecError;
use crate::job::{JobResult, perform};
use crate::machine::{Machine, Move, StepStatus};
use crate::model::{Operation, OperationKind, Outcome, ResourceRow, Stack, StepRow};
use crate::tables::{CURRENT, NEXT, OPERATIONS, RESOURCES, STACKS, STEPS, TEMPLATES};
use crate::{Executor, Links, ending};

/// The principal CloudFormation assumes roles as.
const SERVICE_PRINCIPAL: &str = "cloudformation.amazonaws.com";

/// An operation with all that working on it needs.
pub(crate) struct Run {
    pub executor: Executor,
    pub links: Links,
    pub stack: Stack,
    pub operation: Operation,
    pub design: Design,
    /// What is known by now.
    pub scope: Scope,
    pub rows: Vec<StepRow>,
    pub resources: IndexMap<String, ResourceRow>,
    pub machine: Machine,
    /// What the running steps of `Work` are to reach.
    intended: HashMap<usize, ResourceState>,
    cx: RequestContext,
}

/// Works until the operation ends, or the store fails.
pub(crate) async fn run(executor: &Executor, uuid: &str, signal: &Arc<Notify>) -> Result<(), ExecError> {
    let Some(mut run) = Run::load(executor, uuid).await? else { return Ok(()) };
    let mut jobs: JoinSet<JobResult> = JoinSet::new();
    loop {
        match run.machine.next() {
            Move::Begin(steps) => {
                for index in steps {
                    if let Some(job) = run.begin(index).await? {
                        jobs.spawn(perform(job));
                    }
                }
            }
            Move::Wait => run.wait(&mut jobs, signal).await?,
            Move::Over(failed) => match ending::advance(&mut run, &failed).await? {
                Next::Continue => {}
                Next::Ended => return Ok(()),
            },
        }
    }
}

impl Run {
    async fn wait(&mut self, jobs: &mut JoinSet<JobResult>, signal: &Arc<Notify>) -> Result<(), ExecError> {
        let deadline = self.operation.deadline.filter(|_| !self.machine.is_cancelled());
        let clock = self.executor.0.clock.clone();
        let expired = async {
            match deadline {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            joined = jobs.join_next() => match joined {
                Some(Ok((index, result))) => self.end(index, result).await,
                Some(Err(error)) => Err(ExecError::Task(error.to_string())),
                None => Err(ExecError::Missing("a running step's task")),
            },
            () = signal.notified() => self.look_again().await,
            () = expired => self.expire().await,
        }
    }

    /// The row was changed: it may have been cancelled.
    async fn look_again(&mut self) -> Result<(), ExecError> {
        let snapshot = self.executor.0.store.snapshot().await?;
        if let Some(row) = OPERATIONS.get(&snapshot, (&self.stack.uuid,)).await?
            && row.cancel.is_some()
        {
            self.operation = Operation { phase: self.operation.phase, ..row };
            self.machine.cancel();
        }
        Ok(())
    }

    async fn expire(&mut self) -> Result<(), ExecError> {
        let reason = "Stack creation time exceeded the specified timeout.".to_owned();
        self.operation.cancel = Some(reason);
        self.machine.cancel();
        let (operation, uuid) = (&self.operation, &self.stack.uuid);
        self.executor
            .0
            .store
            .transact(|tx| async move {
                OPERATIONS.put(&tx, (uuid,), operation)?;
                Ok::<_, ExecError>(())
            })
            .await
    }

    async fn load(executor: &Executor, uuid: &str) -> Result<Option<Self>, ExecError> {
        let snapshot = executor.0.store.snapshot().await?;
        let Some(operation) = OPERATIONS.get(&snapshot, (uuid,)).await? else { return Ok(None) };
        if operation.is_paused {
            return Ok(None);
        }
        let key = (&operation.account, &operation.region, uuid);
        let stack = STACKS.get(&snapshot, key).await?.ok_or(ExecError::Missing("stack"))?;
        let rows = steps(&snapshot, uuid).await?;
        let resources = resources(&snapshot, uuid).await?;
        let state = state_before(&resources, &rows);
        let links = executor.links().cloned().ok_or(ExecError::Missing("links"))?;
        let design = match operation.kind {
            OperationKind::Delete => Design {
                template: Template::default(),
                scope: Scope::default(),
                plan: plan_deletion(&state, &operation.keep),
            },
            kind => {
                let template = match TEMPLATES.get(&snapshot, (uuid, NEXT)).await? {
                    Some(next) if kind == OperationKind::Update => next,
                    _ => TEMPLATES
                        .get(&snapshot, (uuid, CURRENT))
                        .await?
                        .ok_or(ExecError::Missing("template"))?,
                };
                design(&DesignInput {
                    catalogue: &links.catalogue,
                    account: &stack.account,
                    region: &stack.region,
                    stack_name: &stack.name,
                    stack_id: &stack.id(),
                    template: &template.processed,
                    spec: &operation.spec,
                    exports: &operation.spec.imports,
                    state: &state,
                    retag: operation.retag,
                })
                .map_err(|error| ExecError::Unplannable(error.to_string()))?
            }
        };
        if design.plan.steps.len() != rows.len() {
            return Err(ExecError::Unplannable("it has other steps than are recorded".to_owned()));
        }
        let cx = operation.caller.context(executor.0.clock.now(), links.authorizer.clone());
        let (scope, machine) = restored(&design, &operation, &rows);
        let executor = executor.clone();
        let intended = HashMap::new();
        Ok(Some(Self {
            executor,
            links,
            stack,
            operation,
            design,
            scope,
            rows,
            resources,
            machine,
            intended,
            cx,
        }))
    }

    /// Whom providers are called as: the caller, or the role given.
    async fn context(&self) -> Result<RequestContext, port::ResourceFailure> {
        let Some(role) = &self.operation.spec.role_arn else { return Ok(self.cx.clone()) };
        let session = "AWSCloudFormation";
        let credentials = self.links.roles.assume_for_service(role, session, SERVICE_PRINCIPAL).await?;
        Ok(self.cx.acting_as(credentials.principal))
    }
}

/// The state before the operation: rows it doesn't touch, and what its steps remember.
fn state_before(
    resources: &IndexMap<String, ResourceRow>,
    steps: &[StepRow],
) -> IndexMap<String, ResourceState> {
    let mut state: IndexMap<String, ResourceState> = resources
        .iter()
        .filter(|(id, _)| !steps.iter().any(|step| step.logical_id == **id))
        .filter_map(|(id, row)| Some((id.clone(), row.state.clone()?)))
        .collect();
    for step in steps {
        if let Some(before) = &step.before {
            state.insert(step.logical_id.clone(), before.clone());
        }
    }
    state.sort_unstable_keys();
    state
}

/// Where a run stands according to its rows.
fn restored(design: &Design, operation: &Operation, rows: &[StepRow]) -> (Scope, Machine) {
    let mut scope = design.plan.scope.clone();
    let is_deletion = operation.kind == OperationKind::Delete;
    let mut machine = Machine::new(&design.plan.steps, operation.phase, is_deletion);
    for (index, row) in rows.iter().enumerate() {
        machine.restore(index, row.status, row.has_leftover(operation.kind));
        if let (StepStatus::Done, Some(state)) = (row.status, row.now())
            && !design.plan.steps[index].is_cleanup()
        {
            scope.resources.insert(row.logical_id.clone(), state.facts());
        }
    }
    if operation.cancel.is_some() {
        machine.cancel();
    }
    (scope, machine)
}

impl StepRow {
    /// What the resource is now.
    pub(crate) fn now(&self) -> Option<&ResourceState> {
        match self.outcome {
            Some(Outcome::Unchanged) => self.before.as_ref(),
            _ => self.made.as_ref(),
        }
    }

    /// Whether undoing an update leaves something that was made for it.
    pub(crate) fn has_leftover(&self, kind: OperationKind) -> bool {
        kind == OperationKind::Update
            && matches!(self.outcome, Some(Outcome::Created | Outcome::Replaced))
            && self.made.is_some()
            && self.status != StepStatus::Removed
    }
}

async fn steps(read: &impl store_kv::Read, uuid: &str) -> Result<Vec<StepRow>, ExecError> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = STEPS.scan(read, (uuid,), Scan::forward().after(after)).await?;
        rows.extend(page.rows.into_iter().map(|(_, row)| row));
        after = page.next;
        if after.is_none() {
            return Ok(rows);
        }
    }
}

/// The resource rows of a stack, by logical id.
///
/// # Errors
/// If the store fails.
pub async fn resources(
    read: &impl store_kv::Read,
    uuid: &str,
) -> Result<IndexMap<String, ResourceRow>, ExecError> {
    let mut rows = IndexMap::new();
    let mut after = None;
    loop {
        let page = RESOURCES.scan(read, (uuid,), Scan::forward().after(after)).await?;
        rows.extend(page.rows.into_iter().map(|((_, id), row)| (id, row)));
        after = page.next;
        if after.is_none() {
            return Ok(rows);
        }
    }
}
