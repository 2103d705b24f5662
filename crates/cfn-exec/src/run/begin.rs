//! Beginning a step: what its turn means, what is recorded before its call, and the call.

use cfn_plan::plan::{Action, ResourceState, Settled, Step};
use cfn_plan::template::DeletionPolicy;
use port::{ResourceFailure, ResourceRequest};
use serde_json::{Map, Value};

use super::Run;
use crate::error::ExecError;
use crate::job::{Call, Job};
use crate::machine::{Phase, StepStatus};
use crate::model::{Event, OnFailure, OperationKind, Outcome, ResourceRow};
use crate::record::Transition;
use crate::status::ResourceStatus as Status;

const REPLACING: &str =
    "Requested update requires the creation of a new physical resource; hence creating one.";

/// What a step's turn comes to.
enum Turn {
    /// A call.
    Call(Call, Outcome, ResourceState),
    /// Nothing to call; the resource's row becomes this, with this event.
    Settled(StepStatus, Option<Shown>),
    /// It can't be begun.
    Refused(Outcome, ResourceFailure),
}

/// A resource's new status, to be shown.
pub(super) struct Shown {
    pub status: Status,
    pub reason: Option<String>,
    /// What the row holds from now on.
    pub state: Option<ResourceState>,
    /// The physical id the event names.
    pub physical_id: Option<String>,
}

impl Run {
    /// Begins the step. `None` when it ended at once.
    pub(super) async fn begin(&mut self, index: usize) -> Result<Option<Job>, ExecError> {
        let step = self.design.plan.steps[index].clone();
        match self.turn(&step) {
            Turn::Settled(status, shown) => {
                if self.machine.phase() == Phase::Work {
                    self.rows[index].outcome = Some(Outcome::Unchanged);
                }
                self.settle(index, status, shown).await?;
                Ok(None)
            }
            Turn::Refused(outcome, failure) => {
                self.rows[index].outcome = Some(outcome);
                self.machine.began(index);
                self.end(index, Err(failure)).await?;
                Ok(None)
            }
            Turn::Call(call, outcome, state) => self.call(&step, call, outcome, state).await,
        }
    }

    fn turn(&self, step: &Step) -> Turn {
        match self.machine.phase() {
            Phase::Work => self.work(step),
            Phase::Cleanup => self.cleanup(step),
            Phase::Undo => self.undo(step),
            Phase::UndoCleanup => match self.rows[step.index].made.clone() {
                Some(made) => Turn::Call(Call::Delete, Outcome::Removed, made),
                None => Turn::Settled(StepStatus::Removed, None),
            },
        }
    }

    fn work(&self, step: &Step) -> Turn {
        let guess = match step.action {
            Action::Create => Outcome::Created,
            _ => Outcome::Updated,
        };
        let properties = match self.design.plan.resolve_properties(&step.logical_id, &self.scope) {
            Some(Ok(properties)) => properties,
            Some(Err(error)) => return Turn::Refused(guess, ResourceFailure::new(error.to_string())),
            None => return Turn::Settled(StepStatus::Done, None),
        };
        let settled = match &step.action {
            Action::Create => return self.make(step, Outcome::Created, properties),
            Action::Update { changed } => Settled::Update { changed: changed.clone() },
            Action::Replace { changed } => Settled::Replace { changed: changed.clone() },
            _ => match self.design.plan.settle(&step.logical_id, &properties) {
                Settled::Unchanged if self.operation.retag => Settled::Update { changed: Vec::new() },
                settled => settled,
            },
        };
        match settled {
            Settled::Unchanged => Turn::Settled(StepStatus::Done, None),
            Settled::Replace { .. } => self.make(step, Outcome::Replaced, properties),
            Settled::Update { .. } => {
                let before = self.rows[step.index].before.clone().unwrap_or_default();
                let state = ResourceState {
                    physical_id: before.physical_id,
                    attributes: before.attributes,
                    ..self.declared(step, properties)
                };
                Turn::Call(Call::Update, Outcome::Updated, state)
            }
        }
    }

    fn make(&self, step: &Step, outcome: Outcome, properties: Map<String, Value>) -> Turn {
        Turn::Call(Call::Create, outcome, self.declared(step, properties))
    }

    /// The state the template asks for, without what only the provider knows.
    fn declared(&self, step: &Step, properties: Map<String, Value>) -> ResourceState {
        let planned = self.design.plan.resources.get(&step.logical_id);
        ResourceState {
            type_name: step.type_name.clone(),
            properties,
            needs: planned.map(|planned| planned.needs.clone()).unwrap_or_default(),
            deletion_policy: planned.map(|planned| planned.declared.deletion_policy).unwrap_or_default(),
            ..ResourceState::default()
        }
    }

    fn cleanup(&self, step: &Step) -> Turn {
        use cfn_plan::plan::Removal;
        let (Action::Delete { cause, .. } | Action::Retain { cause, .. }) = &step.action else {
            return Turn::Settled(StepStatus::Done, None);
        };
        let was_replaced = || {
            let own = |row: &&crate::model::StepRow| row.logical_id == step.logical_id;
            self.rows.iter().filter(own).any(|row| row.outcome == Some(Outcome::Replaced))
        };
        let before = self.rows[step.index].before.clone();
        let (Some(before), true) = (before, *cause != Removal::IfReplaced || was_replaced()) else {
            return Turn::Settled(StepStatus::Done, None);
        };
        if matches!(step.action, Action::Delete { .. }) {
            return Turn::Call(Call::Delete, Outcome::Removed, before);
        }
        // The new half of a replacement keeps its row.
        let state = match cause {
            Removal::Removed => None,
            _ => self.resources.get(&step.logical_id).and_then(|row| row.state.clone()),
        };
        let physical_id = Some(before.physical_id);
        let shown = Shown { status: Status::DeleteSkipped, reason: None, state, physical_id };
        Turn::Settled(StepStatus::Done, Some(shown))
    }

    fn undo(&self, step: &Step) -> Turn {
        let row = &self.rows[step.index];
        match row.outcome {
            None | Some(Outcome::Unchanged | Outcome::Removed) => Turn::Settled(StepStatus::Undone, None),
            Some(Outcome::Updated) => match row.before.clone() {
                Some(before) => Turn::Call(Call::Update, Outcome::Updated, before),
                None => Turn::Settled(StepStatus::Undone, None),
            },
            Some(Outcome::Replaced) => {
                let physical_id = row.before.as_ref().map(|before| before.physical_id.clone());
                let state = row.before.clone();
                let shown = Shown { status: Status::UpdateComplete, reason: None, state, physical_id };
                Turn::Settled(StepStatus::Undone, Some(shown))
            }
            Some(Outcome::Created) => self.undo_creation(step),
        }
    }

    fn undo_creation(&self, step: &Step) -> Turn {
        let row = &self.rows[step.index];
        let Some(made) = row.made.clone() else {
            let shown =
                Shown { status: Status::DeleteComplete, reason: None, state: None, physical_id: None };
            return Turn::Settled(StepStatus::Undone, Some(shown));
        };
        let is_retained = made.deletion_policy == DeletionPolicy::Retain
            && !self.operation.retain_except_on_create
            && self.operation.on_failure != OnFailure::Delete;
        if is_retained {
            let physical_id = Some(made.physical_id);
            let shown = Shown { status: Status::DeleteSkipped, reason: None, state: None, physical_id };
            return Turn::Settled(StepStatus::Undone, Some(shown));
        }
        if self.operation.kind == OperationKind::Update {
            // Deleted in the cleanup that follows.
            return Turn::Settled(StepStatus::Undone, None);
        }
        Turn::Call(Call::Delete, Outcome::Removed, made)
    }

    /// Records that the step begins and makes its call.
    async fn call(
        &mut self,
        step: &Step,
        call: Call,
        outcome: Outcome,
        state: ResourceState,
    ) -> Result<Option<Job>, ExecError> {
        let index = step.index;
        self.machine.began(index);
        let phase = self.machine.phase();
        let row = &mut self.rows[index];
        let is_repeated = row.status == self.machine.status(index);
        row.status = self.machine.status(index);
        if phase == Phase::Work {
            self.intended.insert(index, state.clone());
            row.outcome = Some(outcome);
            // An update that fails half-way is taken back from what it meant to reach.
            row.made = (call == Call::Update).then(|| state.clone());
        }
        let (status, reason) = match (call, outcome) {
            (Call::Create, Outcome::Replaced) => (Status::UpdateInProgress, Some(REPLACING.to_owned())),
            (Call::Create, _) => (Status::CreateInProgress, None),
            (Call::Update, _) => (Status::UpdateInProgress, None),
            (Call::Delete, _) => (Status::DeleteInProgress, None),
        };
        let request = self.request(step, call, &state);
        let current = self.resources.get(&step.logical_id);
        let shown = Shown {
            status,
            reason,
            state: current.and_then(|row| row.state.clone()),
            physical_id: match call {
                Call::Create => current.and_then(|row| row.physical_id.clone()),
                _ => Some(state.physical_id.clone()),
            },
        };
        let mut transition = Transition::default();
        self.show(&mut transition, index, shown, Some(&request.properties));
        transition.steps.push((index, self.rows[index].clone()));
        if is_repeated {
            transition.events.clear();
        }
        self.executor.record(&self.stack.uuid, &transition).await?;
        self.job(step, call, request).await
    }

    async fn job(
        &mut self,
        step: &Step,
        call: Call,
        request: ResourceRequest,
    ) -> Result<Option<Job>, ExecError> {
        let provider = self.links.catalogue.provider(&step.type_name).cloned();
        let failure = match (provider, self.context().await) {
            (Some(provider), Ok(cx)) => {
                let parameters = self.links.parameters.clone();
                return Ok(Some(Job { index: step.index, call, provider, parameters, cx, request }));
            }
            (None, _) => ResourceFailure::new(format!("Unrecognized resource type: {}", step.type_name)),
            (_, Err(failure)) => failure,
        };
        self.end(step.index, Err(failure)).await?;
        Ok(None)
    }

    fn request(&self, step: &Step, call: Call, state: &ResourceState) -> ResourceRequest {
        let row = &self.rows[step.index];
        let previous = match self.machine.phase() {
            Phase::Undo => row.made.as_ref(),
            _ => row.before.as_ref(),
        };
        let stack_id = self.stack.id();
        ResourceRequest {
            resource_type: step.type_name.clone(),
            stack_name: self.stack.name.clone(),
            logical_id: step.logical_id.clone(),
            generated_name: format!("{}-{}-{}", self.stack.name, step.logical_id, row.random),
            physical_id: (call != Call::Create).then(|| state.physical_id.clone()),
            properties: state.properties.clone(),
            previous_properties: (call == Call::Update)
                .then(|| previous.map(|previous| previous.properties.clone()).unwrap_or_default()),
            tags: self.tags(&stack_id, &step.logical_id),
            stack_id,
        }
    }

    fn tags(&self, stack_id: &str, logical_id: &str) -> Vec<(String, String)> {
        let is_undone = matches!(self.machine.phase(), Phase::Undo | Phase::UndoCleanup);
        let spec = if is_undone { &self.stack.spec } else { &self.operation.spec };
        let mut tags = spec.tags.clone();
        tags.push(("aws:cloudformation:stack-name".to_owned(), self.stack.name.clone()));
        tags.push(("aws:cloudformation:stack-id".to_owned(), stack_id.to_owned()));
        tags.push(("aws:cloudformation:logical-id".to_owned(), logical_id.to_owned()));
        tags
    }

    /// Ends a step that needed no call.
    async fn settle(
        &mut self,
        index: usize,
        status: StepStatus,
        shown: Option<Shown>,
    ) -> Result<(), ExecError> {
        let is_retained = shown.as_ref().is_some_and(|shown| shown.status == Status::DeleteSkipped);
        let row = &mut self.rows[index];
        row.status = if is_retained && status == StepStatus::Undone { StepStatus::Removed } else { status };
        let status = row.status;
        if let (StepStatus::Done, Some(state)) = (status, row.now())
            && self.machine.phase() == Phase::Work
        {
            self.scope.resources.insert(row.logical_id.clone(), state.facts());
        }
        let has_leftover = row.has_leftover(self.operation.kind);
        let mut transition = Transition::default();
        transition.steps.push((index, row.clone()));
        if let Some(shown) = shown {
            self.show(&mut transition, index, shown, None);
        }
        self.executor.record(&self.stack.uuid, &transition).await?;
        self.machine.ended(index, status, has_leftover);
        Ok(())
    }

    /// Adds the resource's row and event to the transition.
    pub(super) fn show(
        &mut self,
        transition: &mut Transition,
        index: usize,
        shown: Shown,
        properties: Option<&Map<String, Value>>,
    ) {
        let step = &self.design.plan.steps[index];
        let now = self.executor.0.clock.now();
        let id = step.logical_id.clone();
        let event = Event {
            id: format!("{id}-{}-{}", shown.status.as_str(), now.to_rfc3339_millis()),
            logical_id: id.clone(),
            physical_id: shown.physical_id.clone(),
            type_name: step.type_name.clone(),
            status: shown.status.as_str().to_owned(),
            reason: shown.reason.clone(),
            properties: properties.map(|properties| Value::Object(properties.clone()).to_string()),
            time: now,
            client_token: self.operation.client_token.clone(),
        };
        transition.events.push(event);
        if self.is_other_half(index) {
            return;
        }
        let is_gone = shown.state.is_none()
            && matches!(shown.status, Status::DeleteComplete | Status::DeleteFailed | Status::DeleteSkipped)
            && self.operation.kind == OperationKind::Update;
        if is_gone {
            self.resources.shift_remove(&id);
            transition.resources.push((id, None));
            return;
        }
        let row = ResourceRow {
            type_name: step.type_name.clone(),
            physical_id: match &shown.state {
                Some(state) => Some(state.physical_id.clone()),
                None => shown.physical_id,
            },
            status: shown.status,
            reason: shown.reason,
            updated: now,
            state: shown.state,
        };
        self.resources.insert(id.clone(), row.clone());
        transition.resources.push((id, Some(row)));
    }

    /// Whether the step is about the half of a replacement that the resource's row doesn't show.
    fn is_other_half(&self, index: usize) -> bool {
        let row = &self.rows[index];
        match self.machine.phase() {
            Phase::Cleanup => self.design.plan.resources.contains_key(&row.logical_id),
            Phase::UndoCleanup => row.before.is_some(),
            Phase::Work | Phase::Undo => false,
        }
    }
}
