//! Deletions, dependents before what they depend on; and the plan that deletes a whole stack.

use indexmap::IndexMap;

use super::{Action, Change, Plan, Removal, ResourceState, Step};
use crate::graph::Graph;
use crate::intrinsics::Scope;
use crate::template::DeletionPolicy;

/// Plans the deletion of everything a stack has. `keep` names resources to leave alone (`RetainResources`).
pub fn plan_deletion(state: &IndexMap<String, ResourceState>, keep: &[String]) -> Plan {
    let leaving = state
        .iter()
        .map(|(id, resource)| {
            let policy = if keep.contains(id) { DeletionPolicy::Retain } else { resource.deletion_policy };
            (id.clone(), (Removal::Removed, policy))
        })
        .collect();
    let mut steps = Vec::new();
    append(&mut steps, state, &leaving);
    Plan {
        steps,
        changes: state.iter().map(|(id, resource)| Change::removal(id, resource)).collect(),
        resources: IndexMap::new(),
        outputs: IndexMap::new(),
        scope: Scope::default(),
    }
}

/// Appends a step for each resource that leaves. Each waits for every step so far that isn't itself a deletion, and for
/// the deletion of what depends on it.
pub(super) fn append(
    steps: &mut Vec<Step>,
    state: &IndexMap<String, ResourceState>,
    leaving: &IndexMap<String, (Removal, DeletionPolicy)>,
) {
    let before: Vec<usize> = (0..steps.len()).collect();
    let mut graph = Graph::default();
    for id in leaving.keys() {
        let needs = state.get(id).map(|resource| resource.needs.clone()).unwrap_or_default();
        graph.add(id, needs);
    }
    // What is recorded can't have a cycle; should it, order doesn't matter more than finishing.
    let levels = graph.levels().unwrap_or_else(|_| vec![leaving.keys().cloned().collect()]);
    let mut step_of: IndexMap<&str, usize> = IndexMap::new();
    for id in levels.iter().rev().flat_map(|level| level.iter().rev()) {
        let (Some(resource), Some((cause, policy))) = (state.get(id), leaving.get(id)) else { continue };
        let dependents = step_of
            .iter()
            .filter(|(other, _)| graph.needs(other).any(|need| need == id))
            .map(|(_, step)| *step);
        let after = before.iter().copied().chain(dependents).collect();
        let index = steps.len();
        let action = action(resource, *cause, *policy);
        steps.push(Step {
            index,
            logical_id: id.clone(),
            type_name: resource.type_name.clone(),
            action,
            after,
            reason: cause_text(*cause).to_owned(),
        });
        step_of.insert(id, index);
    }
}

fn action(resource: &ResourceState, cause: Removal, policy: DeletionPolicy) -> Action {
    let physical_id = resource.physical_id.clone();
    match policy {
        DeletionPolicy::Retain | DeletionPolicy::RetainExceptOnCreate => {
            Action::Retain { physical_id, cause }
        }
        // Refused by the planner; should one be recorded, keeping the data is the safe reading.
        DeletionPolicy::Snapshot => Action::Retain { physical_id, cause },
        DeletionPolicy::Delete => Action::Delete { physical_id, cause },
    }
}

pub(super) fn cause_text(cause: Removal) -> &'static str {
    match cause {
        Removal::Removed => "no longer in the template",
        Removal::Replaced => "replaced",
        Removal::IfReplaced => "if it was replaced",
    }
}
