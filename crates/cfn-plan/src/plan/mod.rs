//! The plan: ordered steps from a stack's present state to what its template says. Pure and immutable once made.
//!
//! A step waits for the steps in `after`; what doesn't wait may run at once. Properties that mention resources not made
//! yet stay unresolved; the executor keeps a [`Scope`] that grows as it works and asks [`Plan::resolve_properties`] when a
//! step's turn comes. Every step has its undo ([`Step::undo`]); deletions come last, after nothing can fail but
//! them, so that undoing never has to bring a deleted resource back.

mod build;
mod change;
mod deletion;
mod show;
mod validate;

use indexmap::IndexMap;
use port::{ResourceTypeDesc, UpdateBehavior};
use serde_json::{Map, Value};

use crate::intrinsics::{EvalError, Reference, ResourceFacts, Scope};
use crate::template::{DeletionPolicy, Output, Resource, Template};

pub use build::plan;
pub use change::{Change, ChangeAction, ChangeDetail, ChangeSource, Evaluation, Recreation, Replacement};
pub use deletion::plan_deletion;

/// Which resource types exist.
pub type Catalogue<'a> = &'a dyn Fn(&str) -> Option<&'static ResourceTypeDesc>;

/// A resource as the stack has it; also what is kept of it between updates.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ResourceState {
    /// `AWS::SQS::Queue`.
    pub type_name: String,
    /// What `Ref` gives.
    pub physical_id: String,
    /// Properties it was last made or updated with: resolved, but for dynamic references (`{{resolve:..}}`), which
    /// stay text so that a changed secret isn't a changed template, as on AWS.
    pub properties: Map<String, Value>,
    /// What `Fn::GetAtt` gives.
    pub attributes: Map<String, Value>,
    /// Logical ids it waited for; deletion goes the other way.
    pub needs: Vec<String>,
    /// What happens when it leaves the stack.
    pub deletion_policy: DeletionPolicy,
}

impl ResourceState {
    /// What other resources may learn of it.
    pub fn facts(&self) -> ResourceFacts {
        ResourceFacts {
            reference: Value::from(self.physical_id.as_str()),
            attributes: self.attributes.clone(),
            unsettled: false,
        }
    }
}

/// What the planner looks at.
#[derive(Clone, Copy)]
pub struct PlanInput<'a> {
    /// The template to reach.
    pub template: &'a Template,
    /// Pseudo parameters, parameters, conditions, exports; its `resources` are ignored.
    pub scope: &'a Scope,
    /// What is there now; empty for a new stack.
    pub state: &'a IndexMap<String, ResourceState>,
    /// Which types exist.
    pub catalogue: Catalogue<'a>,
}

/// Why no plan was made. Nothing has been touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Types nobody provides.
    #[error("Template format error: Unrecognized resource types: [{}]", .0.join(", "))]
    UnknownTypes(Vec<String>),
    /// A property the type doesn't have (or that isn't built).
    #[error(
        "Properties validation failed for resource {logical_id} with message:\n#: extraneous key [{property}] is not permitted"
    )]
    UnknownProperty {
        /// The resource.
        logical_id: String,
        /// The property.
        property: String,
    },
    /// A property the type requires.
    #[error(
        "Properties validation failed for resource {logical_id} with message:\n#: required key [{property}] not found"
    )]
    MissingProperty {
        /// The resource.
        logical_id: String,
        /// The property.
        property: String,
    },
    /// An attribute the type doesn't have.
    #[error(
        "Template error: resource {logical_id} does not support attribute type {attribute} in Fn::GetAtt"
    )]
    UnknownAttribute {
        /// The resource read from.
        logical_id: String,
        /// The attribute.
        attribute: String,
    },
    /// A reference to a resource whose condition is false.
    #[error("Template format error: Unresolved resource dependencies [{}] in the {block} block of the template", .names.join(", "))]
    Unresolved {
        /// The resources.
        names: Vec<String>,
        /// `Resources` or `Outputs`.
        block: &'static str,
    },
    /// A logical id that keeps its name and changes its type.
    #[error(
        "Update of resource type is not permitted. The new template modifies resource type of the following resources: [{}]",
        .0.join(", ")
    )]
    TypeChanged(Vec<String>),
    /// Resources that wait for each other.
    #[error("Circular dependency between resources: [{}]", .0.join(", "))]
    Circular(Vec<String>),
    /// A resource attribute that isn't built.
    #[error("Template format error: {attribute} of resource {logical_id} is not supported")]
    NotSupported {
        /// The resource.
        logical_id: String,
        /// `CreationPolicy`, `UpdatePolicy`.
        attribute: &'static str,
    },
    /// A type whose resources can't be snapshot.
    #[error("Template error: resource type {type_name} does not support deletion policy Snapshot")]
    NoSnapshot {
        /// The type.
        type_name: String,
    },
    /// A value that can't be had.
    #[error("{error} (resource {logical_id}, property {property})")]
    Value {
        /// The resource.
        logical_id: String,
        /// The property.
        property: String,
        /// What is wrong.
        error: EvalError,
    },
    /// An output's value that can't be had.
    #[error("{error} (output {output})")]
    Output {
        /// The output.
        output: String,
        /// What is wrong.
        error: EvalError,
    },
}

impl PlanError {
    /// Where in the template the error lies, as a JSON pointer for [`crate::template::Source::position`].
    pub fn place(&self) -> Option<String> {
        match self {
            Self::UnknownProperty { logical_id, property } | Self::Value { logical_id, property, .. } => {
                Some(format!("/Resources/{logical_id}/Properties/{property}"))
            }
            Self::MissingProperty { logical_id, .. }
            | Self::UnknownAttribute { logical_id, .. }
            | Self::NotSupported { logical_id, .. } => Some(format!("/Resources/{logical_id}")),
            Self::TypeChanged(names) | Self::Circular(names) => {
                names.first().map(|name| format!("/Resources/{name}"))
            }
            Self::Output { output, .. } => Some(format!("/Outputs/{output}")),
            Self::UnknownTypes(_) | Self::Unresolved { .. } | Self::NoSnapshot { .. } => None,
        }
    }
}

/// Why a physical resource is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is no longer in the template (or the stack goes).
    Removed,
    /// A new one took its place.
    Replaced,
    /// A new one took its place, if its [`Action::Reconsider`] step came to that.
    IfReplaced,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Make it.
    Create,
    /// Change it in place.
    Update {
        /// Properties that differ.
        changed: Vec<String>,
    },
    /// Make a new one beside the old.
    Replace {
        /// Properties that differ.
        changed: Vec<String>,
    },
    /// Resolve its properties once the references are known, then do what [`Plan::settle`] says.
    Reconsider {
        /// What has to be known first.
        waits_for: Vec<Reference>,
    },
    /// Delete the physical resource.
    Delete {
        /// Which one.
        physical_id: String,
        /// Why.
        cause: Removal,
    },
    /// Leave the physical resource alone and forget it.
    Retain {
        /// Which one.
        physical_id: String,
        /// Why.
        cause: Removal,
    },
}

/// How a step is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// Delete what was made.
    DeleteNew,
    /// Update back to the previous properties.
    Restore,
    /// Whichever of the two the step came to.
    AsSettled,
    /// Nothing: the step runs after the point of no return.
    None,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its place in [`Plan::steps`].
    pub index: usize,
    /// The resource.
    pub logical_id: String,
    /// Its type.
    pub type_name: String,
    /// What is done.
    pub action: Action,
    /// Steps that must be done before.
    pub after: Vec<usize>,
    /// Why, for people.
    pub reason: String,
}

impl Step {
    /// How the step is taken back when a later one fails.
    pub fn undo(&self) -> Undo {
        match self.action {
            Action::Create | Action::Replace { .. } => Undo::DeleteNew,
            Action::Update { .. } => Undo::Restore,
            Action::Reconsider { .. } => Undo::AsSettled,
            Action::Delete { .. } | Action::Retain { .. } => Undo::None,
        }
    }

    /// True for deletions, which run once everything else has succeeded.
    pub fn is_cleanup(&self) -> bool {
        matches!(self.action, Action::Delete { .. } | Action::Retain { .. })
    }
}

/// A resource of the new template that exists under its conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedResource {
    /// As the template has it.
    pub declared: Resource,
    /// Logical ids it waits for.
    pub needs: Vec<String>,
    /// Its type.
    pub description: &'static ResourceTypeDesc,
    /// What it is now, if it exists.
    pub previous: Option<ResourceState>,
}

/// What a reconsidered resource needs after all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// Nothing differs.
    Unchanged,
    /// An update in place.
    Update {
        /// Properties that differ.
        changed: Vec<String>,
    },
    /// A new resource.
    Replace {
        /// Properties that differ.
        changed: Vec<String>,
    },
}

/// An output with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedOutput {
    /// Its name in the template.
    pub name: String,
    /// Its value as text.
    pub value: String,
    /// `Description`.
    pub description: Option<String>,
    /// `Export.Name`.
    pub export_name: Option<String>,
}

/// The plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In an order that respects `after`; creations and updates first, deletions last.
    pub steps: Vec<Step>,
    /// For change sets.
    pub changes: Vec<Change>,
    /// What the stack will consist of, in the template's order.
    pub resources: IndexMap<String, PlannedResource>,
    /// Outputs that hold under their conditions.
    pub outputs: IndexMap<String, Output>,
    /// What the executor starts from: everything known now, resources included that stay as they are.
    pub scope: Scope,
}

impl Plan {
    /// True when there is nothing to do ("No updates are to be performed.").
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// A resource's properties, resolved with what `scope` knows by now; dynamic references are still text, to be filled in
    /// ([`crate::intrinsics::dynamic`]) for the provider and kept as text in [`ResourceState`]. `None` for an id that isn't in the plan.
    pub fn resolve_properties(
        &self,
        logical_id: &str,
        scope: &Scope,
    ) -> Option<Result<Map<String, Value>, EvalError>> {
        let resource = self.resources.get(logical_id)?;
        let value = scope.evaluate(&Value::Object(resource.declared.properties.clone()));
        Some(value.map(|value| match value {
            Value::Object(properties) => properties,
            _ => Map::new(),
        }))
    }

    /// What a [`Action::Reconsider`] step comes to, given its resolved properties.
    pub fn settle(&self, logical_id: &str, resolved: &Map<String, Value>) -> Settled {
        let Some(resource) = self.resources.get(logical_id) else { return Settled::Unchanged };
        let Some(previous) = &resource.previous else { return Settled::Replace { changed: Vec::new() } };
        let changed = differing(&previous.properties, resolved);
        if changed.is_empty() {
            Settled::Unchanged
        } else if changed.iter().any(|name| replaces(resource.description, name)) {
            Settled::Replace { changed }
        } else {
            Settled::Update { changed }
        }
    }

    /// The outputs, once every resource is made.
    pub fn resolve_outputs(&self, scope: &Scope) -> Result<Vec<ResolvedOutput>, PlanError> {
        self.outputs.iter().map(|(name, output)| resolve_output(name, output, scope)).collect()
    }
}

fn resolve_output(name: &str, output: &Output, scope: &Scope) -> Result<ResolvedOutput, PlanError> {
    let text = |value: &Value| -> Result<String, PlanError> {
        let value =
            scope.evaluate(value).map_err(|error| PlanError::Output { output: name.to_owned(), error })?;
        crate::intrinsics::scalar_text(&value).ok_or_else(|| PlanError::Output {
            output: name.to_owned(),
            error: EvalError::Invalid(
                "The Value field of every Outputs member must evaluate to a String.".into(),
            ),
        })
    };
    Ok(ResolvedOutput {
        name: name.to_owned(),
        value: text(&output.value)?,
        description: output.description.clone(),
        export_name: output.export.as_ref().map(text).transpose()?,
    })
}

fn replaces(description: &ResourceTypeDesc, property: &str) -> bool {
    description
        .properties
        .iter()
        .any(|known| known.name == property && known.update == UpdateBehavior::Replacement)
}

/// Properties that differ, in the order old then new.
fn differing(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<String> {
    let is_same = |name: &String, value: &Value| new.get(name).is_some_and(|other| same(value, other));
    let changed = old.iter().filter(|(name, value)| !is_same(name, value)).map(|(name, _)| name.clone());
    let added = new.keys().filter(|name| !old.contains_key(*name)).cloned();
    changed.chain(added).collect()
}

/// Equal in CloudFormation's eyes, to which `5` and `"5"`, `true` and `"true"` are the same.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        _ => {
            left == right || {
                let text = crate::intrinsics::scalar_text;
                text(left).is_some_and(|left| Some(left) == text(right))
            }
        }
    }
}

#[cfg(test)]
mod tests;
