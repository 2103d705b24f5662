//! Which step is next: the pure core of the executor. No I/O, no clock.
//!
//! ```text
//! Work ──all done──> Cleanup ──> end
//!   └─failed or cancelled, nothing running──> Undo ──all undone──> UndoCleanup ──> end
//! ```
//!
//! `Work` runs creations and updates in dependency order, `Cleanup` deletions. `Undo` takes done and failed steps back,
//! dependents first; `UndoCleanup` deletes what an update had made. A step that was running when the process died is
//! begun again, even where the operation fails meanwhile: only so is it known what it made.

use cfn_plan::plan::Step;
use serde::{Deserialize, Serialize};

/// Steps of one operation that may run at once.
pub const PARALLEL: usize = 8;

/// Where an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    Work,
    Cleanup,
    Undo,
    UndoCleanup,
}

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepStatus {
    Waiting,
    Running,
    Done,
    Failed,
    Undoing,
    Undone,
    UndoFailed,
    /// What it had made is being deleted, after an update was undone.
    Removing,
    Removed,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Begin these steps (in `Undo` phases: take them back).
    Begin(Vec<usize>),
    /// Something is running; nothing can be begun.
    Wait,
    /// The phase is over; the steps that failed in it.
    Over(Vec<usize>),
}

#[derive(Debug, Clone)]
struct Node {
    after: Vec<usize>,
    is_cleanup: bool,
    status: StepStatus,
    is_running: bool,
    has_leftover: bool,
}

/// The steps of an operation.
#[derive(Debug, Clone)]
pub struct Machine {
    nodes: Vec<Node>,
    phase: Phase,
    is_cancelled: bool,
    /// Deletion of a stack: what a failed deletion depends on stays.
    is_deletion: bool,
}

impl Machine {
    pub fn new(steps: &[Step], phase: Phase, is_deletion: bool) -> Self {
        let nodes = steps
            .iter()
            .map(|step| Node {
                after: step.after.clone(),
                is_cleanup: step.is_cleanup(),
                status: StepStatus::Waiting,
                is_running: false,
                has_leftover: false,
            })
            .collect();
        Self { nodes, phase, is_cancelled: false, is_deletion }
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    pub fn enter(&mut self, phase: Phase) {
        self.phase = phase;
    }

    pub fn cancel(&mut self) {
        self.is_cancelled = true;
    }

    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled
    }

    /// Sets what is recorded of a step.
    pub fn restore(&mut self, index: usize, status: StepStatus, has_leftover: bool) {
        if let Some(node) = self.nodes.get_mut(index) {
            (node.status, node.has_leftover, node.is_running) = (status, has_leftover, false);
        }
    }

    pub fn status(&self, index: usize) -> StepStatus {
        self.nodes.get(index).map_or(StepStatus::Waiting, |node| node.status)
    }

    /// The step was begun.
    pub fn began(&mut self, index: usize) {
        let status = match self.phase {
            Phase::Work | Phase::Cleanup => StepStatus::Running,
            Phase::Undo => StepStatus::Undoing,
            Phase::UndoCleanup => StepStatus::Removing,
        };
        if let Some(node) = self.nodes.get_mut(index) {
            (node.status, node.is_running) = (status, true);
        }
    }

    /// The step ended; `has_leftover` if it (now) needs `UndoCleanup`.
    pub fn ended(&mut self, index: usize, status: StepStatus, has_leftover: bool) {
        self.restore(index, status, has_leftover);
    }

    /// Whether the work has to be undone.
    pub fn is_failing(&self) -> bool {
        self.is_cancelled
            || self.nodes.iter().any(|node| !node.is_cleanup && node.status == StepStatus::Failed)
    }

    pub fn next(&self) -> Move {
        let running = self.nodes.iter().filter(|node| node.is_running).count();
        let room = PARALLEL.saturating_sub(running);
        let ready: Vec<usize> = (0..self.nodes.len()).filter(|index| self.is_ready(*index)).collect();
        if !ready.is_empty() && room > 0 {
            return Move::Begin(ready.into_iter().take(room).collect());
        }
        if running > 0 { Move::Wait } else { Move::Over(self.failed()) }
    }

    fn is_ready(&self, index: usize) -> bool {
        let node = &self.nodes[index];
        if node.is_running {
            return false;
        }
        match self.phase {
            Phase::Work if node.is_cleanup => false,
            Phase::Work => match node.status {
                StepStatus::Running => true,
                StepStatus::Waiting => !self.is_failing() && self.all_before(index, false),
                _ => false,
            },
            Phase::Cleanup => {
                node.is_cleanup
                    && matches!(node.status, StepStatus::Waiting | StepStatus::Running)
                    && self.all_before(index, !self.is_deletion)
            }
            Phase::Undo => {
                !node.is_cleanup
                    && matches!(node.status, StepStatus::Done | StepStatus::Failed | StepStatus::Undoing)
                    && self.all_behind(index, |status| {
                        matches!(status, StepStatus::Waiting | StepStatus::Undone | StepStatus::Removed)
                    })
            }
            Phase::UndoCleanup => {
                node.has_leftover
                    && matches!(node.status, StepStatus::Undone | StepStatus::Removing)
                    && self.all_behind(index, |status| !matches!(status, StepStatus::Removing))
                    && self.leftovers_behind(index)
            }
        }
    }

    fn all_before(&self, index: usize, failed_is_fine: bool) -> bool {
        self.nodes[index].after.iter().all(|before| match self.status(*before) {
            StepStatus::Done => true,
            StepStatus::Failed => failed_is_fine,
            _ => false,
        })
    }

    /// Whether everything that waits for the step, cleanup aside, is as asked.
    fn all_behind(&self, index: usize, holds: impl Fn(StepStatus) -> bool) -> bool {
        self.dependents(index).all(|node| holds(node.status))
    }

    fn leftovers_behind(&self, index: usize) -> bool {
        self.dependents(index).all(|node| !node.has_leftover)
    }

    fn dependents(&self, index: usize) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| !node.is_cleanup && node.after.contains(&index))
    }

    fn failed(&self) -> Vec<usize> {
        let wrong = match self.phase {
            Phase::Work | Phase::Cleanup => StepStatus::Failed,
            Phase::Undo => StepStatus::UndoFailed,
            // What can't be deleted after an undone update is left behind, as the update's own cleanup does.
            Phase::UndoCleanup => return Vec::new(),
        };
        let here = |node: &Node| self.phase != Phase::Cleanup || node.is_cleanup;
        (0..self.nodes.len())
            .filter(|index| self.nodes[*index].status == wrong && here(&self.nodes[*index]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cfn_plan::plan::{Action, Removal};

    fn step(index: usize, after: &[usize], is_cleanup: bool) -> Step {
        let action = if is_cleanup {
            Action::Delete { physical_id: "p".into(), cause: Removal::Removed }
        } else {
            Action::Create
        };
        Step {
            index,
            logical_id: format!("R{index}"),
            type_name: "T".into(),
            action,
            after: after.to_vec(),
            reason: String::new(),
        }
    }

    fn diamond() -> Machine {
        let steps =
            [step(0, &[], false), step(1, &[0], false), step(2, &[0], false), step(3, &[1, 2], false)];
        Machine::new(&steps, Phase::Work, false)
    }

    #[test]
    fn what_does_not_wait_runs_at_once() {
        let mut machine = diamond();
        assert_eq!(machine.next(), Move::Begin(vec![0]));
        machine.began(0);
        assert_eq!(machine.next(), Move::Wait);
        machine.ended(0, StepStatus::Done, false);
        assert_eq!(machine.next(), Move::Begin(vec![1, 2]));
        machine.began(1);
        machine.began(2);
        machine.ended(1, StepStatus::Done, false);
        assert_eq!(machine.next(), Move::Wait);
        machine.ended(2, StepStatus::Done, false);
        assert_eq!(machine.next(), Move::Begin(vec![3]));
    }

    #[test]
    fn after_a_failure_nothing_begins_and_dependents_are_undone_first() {
        let mut machine = diamond();
        machine.ended(0, StepStatus::Done, false);
        machine.began(1);
        machine.began(2);
        machine.ended(1, StepStatus::Failed, false);
        assert_eq!(machine.next(), Move::Wait);
        machine.ended(2, StepStatus::Done, false);
        assert_eq!(machine.next(), Move::Over(vec![1]));
        machine.enter(Phase::Undo);
        assert_eq!(machine.next(), Move::Begin(vec![1, 2]));
        machine.ended(1, StepStatus::Undone, false);
        machine.ended(2, StepStatus::UndoFailed, false);
        assert_eq!(machine.next(), Move::Over(vec![2]));
        machine.ended(2, StepStatus::Undone, false);
        assert_eq!(machine.next(), Move::Begin(vec![0]));
    }

    #[test]
    fn a_step_that_was_running_is_finished_even_when_the_operation_is_cancelled() {
        let mut machine = diamond();
        machine.restore(0, StepStatus::Running, false);
        machine.cancel();
        assert_eq!(machine.next(), Move::Begin(vec![0]));
        machine.began(0);
        machine.ended(0, StepStatus::Done, false);
        assert_eq!(machine.next(), Move::Over(vec![]));
        assert!(machine.is_failing());
    }

    #[test]
    fn a_failed_deletion_keeps_what_it_depends_on_only_when_the_stack_goes() {
        for (is_deletion, expected) in [(true, Move::Over(vec![0])), (false, Move::Begin(vec![1]))] {
            let mut machine =
                Machine::new(&[step(0, &[], true), step(1, &[0], true)], Phase::Cleanup, is_deletion);
            machine.ended(0, StepStatus::Failed, false);
            assert_eq!(machine.next(), expected);
        }
    }

    #[test]
    fn leftovers_go_dependents_first() {
        let mut machine =
            Machine::new(&[step(0, &[], false), step(1, &[0], false)], Phase::UndoCleanup, false);
        machine.restore(0, StepStatus::Undone, true);
        machine.restore(1, StepStatus::Undone, true);
        assert_eq!(machine.next(), Move::Begin(vec![1]));
        machine.began(1);
        machine.ended(1, StepStatus::Removed, false);
        assert_eq!(machine.next(), Move::Begin(vec![0]));
    }
}
