//! Beginning an operation, inside the transaction of whoever asks for it.

use base_time::Timestamp;
use cfn_plan::plan::{Plan, ResourceState};
use indexmap::IndexMap;
use store_kv::Transaction;
use store_table::TableError;

use crate::Executor;
use crate::caller::Caller;
use crate::machine::{Phase, StepStatus};
use crate::model::{
    Event, Import, OnFailure, Operation, OperationKind, Spec, Stack, StepRow, StoredTemplate,
};
use crate::record::{Transition, stack_event};
use crate::status::StackStatus;
use crate::tables::{CURRENT, EVENTS, IMPORTS, NEXT, OPERATIONS, STACKS, STEPS, TEMPLATES};

/// Characters at the end of generated names.
const RANDOM_LENGTH: usize = 12;

/// An operation to begin.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    pub kind: OperationKind,
    pub plan: &'a Plan,
    /// The resources the plan was made for.
    pub state: &'a IndexMap<String, ResourceState>,
    /// As the plan was made.
    pub retag: bool,
    pub spec: Spec,
    /// None for a deletion.
    pub template: Option<StoredTemplate>,
    pub on_failure: OnFailure,
    pub retain_except_on_create: bool,
    /// Logical ids to leave alone (deletion).
    pub keep: Vec<String>,
    pub caller: Caller,
    pub client_token: Option<String>,
    pub deadline: Option<Timestamp>,
    pub now: Timestamp,
}

impl Executor {
    /// Writes the operation, its steps and the stack's new status. The stack has no other operation under way (the
    /// caller has read so in this transaction). Call [`Executor::notify`] after the commit.
    ///
    /// # Errors
    /// If a row can't be written.
    pub fn start(&self, tx: &Transaction, stack: &mut Stack, start: &Start<'_>) -> Result<(), TableError> {
        let uuid = stack.uuid.clone();
        stack.status = match start.kind {
            OperationKind::Create => StackStatus::CreateInProgress,
            OperationKind::Update => StackStatus::UpdateInProgress,
            OperationKind::Delete => StackStatus::DeleteInProgress,
        };
        stack.status_reason = Some("User Initiated".to_owned());
        if let Some(template) = &start.template {
            let stage = if start.kind == OperationKind::Create { CURRENT } else { NEXT };
            TEMPLATES.put(tx, (&uuid, stage), template)?;
        }
        match start.kind {
            OperationKind::Create => stack.spec = start.spec.clone(),
            OperationKind::Update => stack.updated = Some(start.now),
            OperationKind::Delete => stack.deleted = Some(start.now),
        }
        for name in start.spec.imports.keys() {
            let import = Import { stack_name: stack.name.clone() };
            IMPORTS.put(tx, (&stack.account, &stack.region, name, &uuid), &import)?;
        }
        self.write_steps(tx, &uuid, start)?;
        OPERATIONS.put(tx, (&uuid,), &self.operation(stack, start))?;
        let event = self.event_of(stack, start.client_token.clone(), start.now);
        EVENTS.append(tx, (&uuid,), &event)?;
        STACKS.put(tx, stack.key(), stack)
    }

    fn operation(&self, stack: &Stack, start: &Start<'_>) -> Operation {
        Operation {
            id: self.0.ids.uuid(),
            account: stack.account.clone(),
            region: stack.region.clone(),
            kind: start.kind,
            phase: if start.kind == OperationKind::Delete { Phase::Cleanup } else { Phase::Work },
            retag: start.retag,
            spec: start.spec.clone(),
            on_failure: start.on_failure,
            retain_except_on_create: start.retain_except_on_create,
            keep: start.keep.clone(),
            caller: start.caller.clone(),
            client_token: start.client_token.clone(),
            cancel: None,
            deadline: start.deadline,
            is_paused: false,
        }
    }

    fn write_steps(&self, tx: &Transaction, uuid: &str, start: &Start<'_>) -> Result<(), TableError> {
        STEPS.delete_prefix(tx, (uuid,));
        let transition = Transition {
            steps: start
                .plan
                .steps
                .iter()
                .map(|step| {
                    let row = StepRow {
                        logical_id: step.logical_id.clone(),
                        status: StepStatus::Waiting,
                        random: self.0.ids.upper_alphanumeric(RANDOM_LENGTH),
                        before: start.state.get(&step.logical_id).cloned(),
                        outcome: None,
                        made: None,
                    };
                    (step.index, row)
                })
                .collect(),
            ..Transition::default()
        };
        transition.write(tx, uuid)
    }

    /// An event that tells the stack's status as it now is.
    pub fn event_of(&self, stack: &Stack, client_token: Option<String>, now: Timestamp) -> Event {
        stack_event(stack, self.0.ids.uuid(), stack.status_reason.clone(), client_token, now)
    }
}
