//! Making a plan: resources in dependency order, each compared with what is there.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::change::{Change, change_of};
use super::deletion;
use super::validate::{self, Present};
use super::{Action, Plan, PlanError, PlanInput, PlannedResource, Removal, Step, differing, replaces};
use crate::graph::{self, Graph};
use crate::intrinsics::{EvalError, Reference, ResourceFacts, Scope};
use crate::template::DeletionPolicy;

/// Plans the way from `input.state` to `input.template`. Everything that can be refused is refused here.
pub fn plan(input: &PlanInput<'_>) -> Result<Plan, PlanError> {
    let present = validate::present(input)?;
    validate::check(input, &present)?;
    let graph = graph::of_resources(input.template, Some(input.scope));
    let levels = graph.levels().map_err(PlanError::Circular)?;
    let mut builder = Builder::new(input, present, graph);
    for id in levels.iter().flatten() {
        builder.resource(id)?;
    }
    builder.cleanup();
    Ok(builder.finish())
}

/// Properties of one resource as far as they can be known now.
struct Foreseen {
    known: Map<String, Value>,
    pending: IndexMap<String, Vec<Reference>>,
}

struct Builder<'a, 'b> {
    input: &'b PlanInput<'a>,
    present: Present<'a>,
    graph: Graph,
    scope: Scope,
    steps: Vec<Step>,
    step_of: IndexMap<String, usize>,
    changes: IndexMap<String, Change>,
    resources: IndexMap<String, PlannedResource>,
}

impl<'a, 'b> Builder<'a, 'b> {
    fn new(input: &'b PlanInput<'a>, present: Present<'a>, graph: Graph) -> Self {
        let scope = Scope { resources: IndexMap::new(), ..input.scope.clone() };
        let (steps, step_of) = (Vec::new(), IndexMap::new());
        Self {
            input,
            present,
            graph,
            scope,
            steps,
            step_of,
            changes: IndexMap::new(),
            resources: IndexMap::new(),
        }
    }

    fn resource(&mut self, id: &str) -> Result<(), PlanError> {
        let Some((declared, description)) = self.present.get(id).copied() else { return Ok(()) };
        let foreseen = self.foresee(id, &declared.properties)?;
        let needs: Vec<String> = self.graph.needs(id).map(str::to_owned).collect();
        let previous = self.input.state.get(id).cloned();
        let resource = PlannedResource { declared: declared.clone(), needs, description, previous };
        let action = decide(&resource, &foreseen);
        self.learn(id, &resource, action.as_ref(), &foreseen);
        if let Some(change) =
            change_of(id, &resource, action.as_ref(), &foreseen.pending, self.input.template)
        {
            self.changes.insert(id.to_owned(), change);
        }
        if let Some(action) = action {
            self.step(id, &resource, action);
        }
        self.resources.insert(id.to_owned(), resource);
        Ok(())
    }

    fn foresee(&self, id: &str, properties: &Map<String, Value>) -> Result<Foreseen, PlanError> {
        let mut foreseen = Foreseen { known: Map::new(), pending: IndexMap::new() };
        for (property, result) in self.scope.evaluate_each(properties) {
            match result {
                Ok(Some(value)) => {
                    foreseen.known.insert(property, value);
                }
                Ok(None) => {}
                Err(EvalError::Pending(references)) => {
                    foreseen.pending.insert(property, references);
                }
                Err(error) => return Err(PlanError::Value { logical_id: id.to_owned(), property, error }),
            }
        }
        Ok(foreseen)
    }

    /// Puts into the scope what stays true of the resource whatever the execution does.
    fn learn(&mut self, id: &str, resource: &PlannedResource, action: Option<&Action>, foreseen: &Foreseen) {
        let Some(previous) = &resource.previous else { return };
        let may_be_replaced = foreseen.pending.keys().any(|name| replaces(resource.description, name));
        match action {
            None => {
                self.scope.resources.insert(id.to_owned(), previous.facts());
            }
            Some(Action::Update { .. } | Action::Reconsider { .. }) if !may_be_replaced => {
                let facts = ResourceFacts { unsettled: true, ..previous.facts() };
                self.scope.resources.insert(id.to_owned(), facts);
            }
            Some(_) => {}
        }
    }

    fn step(&mut self, id: &str, resource: &PlannedResource, action: Action) {
        let after = resource.needs.iter().filter_map(|need| self.step_of.get(need).copied()).collect();
        let index = self.steps.len();
        let reason = reason(&action);
        let type_name = resource.declared.type_name.clone();
        self.steps.push(Step { index, logical_id: id.to_owned(), type_name, action, after, reason });
        self.step_of.insert(id.to_owned(), index);
    }

    /// Deletions: old halves of replacements, and resources that left the template. They run after everything else;
    /// among themselves, dependents go first.
    fn cleanup(&mut self) {
        let mut leaving = IndexMap::new();
        for (id, state) in self.input.state {
            match self.steps.iter().find(|step| step.logical_id == *id).map(|step| &step.action) {
                Some(Action::Replace { .. }) => {
                    leaving.insert(id.clone(), (Removal::Replaced, self.replace_policy(id)));
                }
                Some(Action::Reconsider { .. }) if self.may_be_replaced(id) => {
                    leaving.insert(id.clone(), (Removal::IfReplaced, self.replace_policy(id)));
                }
                None if !self.resources.contains_key(id) => {
                    leaving.insert(id.clone(), (Removal::Removed, state.deletion_policy));
                    let change = Change::removal(id, state);
                    self.changes.insert(id.clone(), change);
                }
                _ => {}
            }
        }
        deletion::append(&mut self.steps, self.input.state, &leaving);
    }

    fn replace_policy(&self, id: &str) -> DeletionPolicy {
        self.resources.get(id).map(|resource| resource.declared.update_replace_policy).unwrap_or_default()
    }

    fn may_be_replaced(&self, id: &str) -> bool {
        let Some(change) = self.changes.get(id) else { return false };
        change.replacement != Some(super::Replacement::False)
    }

    fn finish(mut self) -> Plan {
        // Facts of updated resources are learnt anew by the executor.
        self.scope.resources.retain(|_, facts| !facts.unsettled);
        let order: Vec<&str> = self.present.keys().copied().collect();
        self.resources.sort_by_cached_key(|id, _| order.iter().position(|known| known == id));
        Plan {
            steps: self.steps,
            changes: self.changes.into_values().collect(),
            resources: self.resources,
            outputs: validate::outputs(self.input),
            scope: self.scope,
        }
    }
}

/// What a resource needs, `None` when it stays as it is.
fn decide(resource: &PlannedResource, foreseen: &Foreseen) -> Option<Action> {
    let Some(previous) = &resource.previous else { return Some(Action::Create) };
    // Pending properties say nothing yet: left out of the comparison on both sides.
    let old: Map<String, Value> = previous
        .properties
        .iter()
        .filter(|(name, _)| !foreseen.pending.contains_key(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let changed = differing(&old, &foreseen.known);
    if changed.iter().any(|name| replaces(resource.description, name)) {
        return Some(Action::Replace { changed });
    }
    if !foreseen.pending.is_empty() {
        let mut waits_for = Vec::new();
        for reference in foreseen.pending.values().flatten() {
            if !waits_for.contains(reference) {
                waits_for.push(reference.clone());
            }
        }
        return Some(Action::Reconsider { waits_for });
    }
    if changed.is_empty() { None } else { Some(Action::Update { changed }) }
}

fn reason(action: &Action) -> String {
    match action {
        Action::Create => "new in the template".to_owned(),
        Action::Update { changed } => format!("{} changed", changed.join(", ")),
        Action::Replace { changed } => format!("{} changed, which needs a new resource", changed.join(", ")),
        Action::Reconsider { waits_for } => {
            let names: Vec<String> = waits_for.iter().map(Reference::to_string).collect();
            format!("depends on {}, which may change", names.join(", "))
        }
        Action::Delete { cause, .. } | Action::Retain { cause, .. } => {
            deletion::cause_text(*cause).to_owned()
        }
    }
}
