//! Ending a step: what its call answered, recorded and shown.

use cfn_plan::plan::ResourceState;
use port::{Provisioned, ResourceFailure};

use super::Run;
use super::begin::Shown;
use crate::error::ExecError;
use crate::machine::{Phase, StepStatus};
use crate::model::{OperationKind, Outcome};
use crate::record::Transition;
use crate::status::ResourceStatus as Status;

type Answer = Result<Provisioned, ResourceFailure>;

impl Run {
    pub(super) async fn end(&mut self, index: usize, answer: Answer) -> Result<(), ExecError> {
        let mut transition = Transition::default();
        let (status, shown) = match self.machine.phase() {
            Phase::Work => self.worked(&mut transition, index, answer),
            Phase::Cleanup => self.cleaned(index, answer),
            Phase::Undo => self.undone(index, answer),
            Phase::UndoCleanup => self.leftover_gone(index, answer),
        };
        self.rows[index].status = status;
        self.show(&mut transition, index, shown, None);
        transition.steps.push((index, self.rows[index].clone()));
        self.executor.record(&self.stack.uuid, &transition).await?;
        let row = &self.rows[index];
        if let (StepStatus::Done, Phase::Work, Some(state)) = (status, self.machine.phase(), row.now()) {
            self.scope.resources.insert(row.logical_id.clone(), state.facts());
        }
        self.machine.ended(index, status, row.has_leftover(self.operation.kind));
        Ok(())
    }

    fn worked(&mut self, transition: &mut Transition, index: usize, answer: Answer) -> (StepStatus, Shown) {
        let intended = self.intended.remove(&index);
        let row = &mut self.rows[index];
        let creates = row.outcome == Some(Outcome::Created);
        let is_new = creates || row.outcome == Some(Outcome::Replaced);
        let failed = if creates { Status::CreateFailed } else { Status::UpdateFailed };
        let provisioned = match answer {
            Ok(provisioned) => provisioned,
            Err(failure) => {
                let state = row.before.clone();
                let physical_id = state.as_ref().map(|state| state.physical_id.clone());
                let reason = Some(failure.message);
                return (StepStatus::Failed, Shown { status: failed, reason, state, physical_id });
            }
        };
        let state = ResourceState {
            physical_id: provisioned.physical_id,
            attributes: provisioned.attributes,
            ..intended.unwrap_or_default()
        };
        row.made = Some(state.clone());
        let (is_failing, physical_id) = (self.machine.is_failing(), Some(state.physical_id.clone()));
        if is_new {
            let status = if creates { Status::CreateInProgress } else { Status::UpdateInProgress };
            let reason = Some("Resource creation Initiated".to_owned());
            let (state, physical_id) = (Some(state.clone()), physical_id.clone());
            self.show(transition, index, Shown { status, reason, state, physical_id }, None);
            transition.resources.clear();
        }
        let state = Some(state);
        if is_failing {
            let reason = if creates { "Resource creation cancelled" } else { "Resource update cancelled" };
            let reason = Some(reason.to_owned());
            return (StepStatus::Failed, Shown { status: failed, reason, state, physical_id });
        }
        let status = if creates { Status::CreateComplete } else { Status::UpdateComplete };
        (StepStatus::Done, Shown { status, reason: None, state, physical_id })
    }

    fn cleaned(&self, index: usize, answer: Answer) -> (StepStatus, Shown) {
        let before = self.rows[index].before.clone();
        let physical_id = before.as_ref().map(|before| before.physical_id.clone());
        match answer {
            Ok(_) => {
                let shown = Shown { status: Status::DeleteComplete, reason: None, state: None, physical_id };
                (StepStatus::Done, shown)
            }
            Err(failure) => {
                // An update forgets what it can't delete; a stack that goes keeps it.
                let state = before.filter(|_| self.operation.kind == OperationKind::Delete);
                let reason = Some(failure.message);
                (StepStatus::Failed, Shown { status: Status::DeleteFailed, reason, state, physical_id })
            }
        }
    }

    fn undone(&mut self, index: usize, answer: Answer) -> (StepStatus, Shown) {
        let row = &mut self.rows[index];
        let is_restored = row.outcome == Some(Outcome::Updated);
        let target = if is_restored { row.before.clone() } else { row.made.clone() };
        let physical_id = target.as_ref().map(|state| state.physical_id.clone());
        match answer {
            Ok(provisioned) if is_restored => {
                let state = target.map(|before| ResourceState {
                    physical_id: provisioned.physical_id,
                    attributes: provisioned.attributes,
                    ..before
                });
                let physical_id = state.as_ref().map(|state| state.physical_id.clone());
                let shown = Shown { status: Status::UpdateComplete, reason: None, state, physical_id };
                (StepStatus::Undone, shown)
            }
            Ok(_) => {
                row.made = None;
                let shown = Shown { status: Status::DeleteComplete, reason: None, state: None, physical_id };
                (StepStatus::Undone, shown)
            }
            Err(failure) => {
                let status = if is_restored { Status::UpdateFailed } else { Status::DeleteFailed };
                let reason = Some(failure.message);
                (StepStatus::UndoFailed, Shown { status, reason, state: target, physical_id })
            }
        }
    }

    fn leftover_gone(&self, index: usize, answer: Answer) -> (StepStatus, Shown) {
        let physical_id = self.rows[index].made.as_ref().map(|made| made.physical_id.clone());
        let (status, reason) = match answer {
            Ok(_) => (Status::DeleteComplete, None),
            Err(failure) => (Status::DeleteFailed, Some(failure.message)),
        };
        (StepStatus::Removed, Shown { status, reason, state: None, physical_id })
    }
}
