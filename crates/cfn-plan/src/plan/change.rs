//! What a plan changes, in the terms of DescribeChangeSet.

use indexmap::IndexMap;
use serde_json::Value;

use super::{Action, PlannedResource, ResourceState, differing, replaces};
use crate::intrinsics::Reference;
use crate::intrinsics::reference::Mentions;
use crate::template::{DeletionPolicy, Template};

/// `Action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeAction {
    /// New.
    Add,
    /// Changes in place or is replaced.
    Modify,
    /// Leaves the stack.
    Remove,
}

/// `Replacement`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// A new resource for certain.
    True,
    /// In place.
    False,
    /// Known only when a reference is.
    Conditional,
}

/// `RequiresRecreation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recreation {
    /// In place.
    Never,
    /// If the value really changes.
    Conditionally,
    /// A new resource.
    Always,
}

/// `Evaluation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evaluation {
    /// The new value is known.
    Static,
    /// It depends on another resource.
    Dynamic,
}

/// `ChangeSource`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeSource {
    /// A `Ref` to a resource that changes.
    ResourceReference,
    /// A `Ref` to a parameter.
    ParameterReference,
    /// A `Fn::GetAtt` from a resource that changes.
    ResourceAttribute,
    /// The template itself.
    DirectModification,
}

/// One of `Details`: a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeDetail {
    /// The property.
    pub property: String,
    /// Whether changing it makes a new resource.
    pub requires_recreation: Recreation,
    /// Whether the new value is known.
    pub evaluation: Evaluation,
    /// Where the change comes from.
    pub source: ChangeSource,
    /// The parameter, resource or resource attribute it comes from.
    pub causing_entity: Option<String>,
}

/// A resource's change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happens.
    pub action: ChangeAction,
    /// The resource.
    pub logical_id: String,
    /// Its physical id, when it exists.
    pub physical_id: Option<String>,
    /// Its type.
    pub type_name: String,
    /// For [`ChangeAction::Modify`].
    pub replacement: Option<Replacement>,
    /// `Scope`: `Properties` or `Tags`; for [`ChangeAction::Modify`].
    pub scope: Vec<&'static str>,
    /// For [`ChangeAction::Modify`].
    pub details: Vec<ChangeDetail>,
    /// `PolicyAction`: `Delete`, `Retain`, `Snapshot`, `ReplaceAndDelete`, ...; for what is removed or replaced.
    pub policy_action: Option<&'static str>,
}

impl Change {
    pub(super) fn removal(id: &str, state: &ResourceState) -> Self {
        Self {
            action: ChangeAction::Remove,
            logical_id: id.to_owned(),
            physical_id: Some(state.physical_id.clone()),
            type_name: state.type_name.clone(),
            replacement: None,
            scope: Vec::new(),
            details: Vec::new(),
            policy_action: Some(match state.deletion_policy {
                DeletionPolicy::Delete => "Delete",
                DeletionPolicy::Retain | DeletionPolicy::RetainExceptOnCreate => "Retain",
                DeletionPolicy::Snapshot => "Snapshot",
            }),
        }
    }
}

pub(super) fn change_of(
    id: &str,
    resource: &PlannedResource,
    action: Option<&Action>,
    pending: &IndexMap<String, Vec<Reference>>,
    template: &Template,
) -> Option<Change> {
    let action = action?;
    let details = match &resource.previous {
        Some(_) => details(resource, action, pending, template),
        None => Vec::new(),
    };
    let replacement = resource.previous.as_ref().map(|_| replacement(action, &details));
    let mut scope = Vec::new();
    for detail in &details {
        let name = if detail.property == "Tags" { "Tags" } else { "Properties" };
        if !scope.contains(&name) {
            scope.push(name);
        }
    }
    let policy_action = match (replacement, resource.declared.update_replace_policy) {
        (Some(Replacement::True), DeletionPolicy::Delete) => Some("ReplaceAndDelete"),
        (Some(Replacement::True), DeletionPolicy::Snapshot) => Some("ReplaceAndSnapshot"),
        (Some(Replacement::True), _) => Some("ReplaceAndRetain"),
        _ => None,
    };
    Some(Change {
        action: if resource.previous.is_some() { ChangeAction::Modify } else { ChangeAction::Add },
        logical_id: id.to_owned(),
        physical_id: resource.previous.as_ref().map(|previous| previous.physical_id.clone()),
        type_name: resource.declared.type_name.clone(),
        replacement,
        scope,
        details,
        policy_action,
    })
}

fn replacement(action: &Action, details: &[ChangeDetail]) -> Replacement {
    let may = details.iter().any(|detail| detail.requires_recreation != Recreation::Never);
    match action {
        Action::Replace { .. } => Replacement::True,
        Action::Reconsider { .. } if may => Replacement::Conditional,
        _ => Replacement::False,
    }
}

fn details(
    resource: &PlannedResource,
    action: &Action,
    pending: &IndexMap<String, Vec<Reference>>,
    template: &Template,
) -> Vec<ChangeDetail> {
    let mut details = Vec::new();
    let changed = match action {
        Action::Update { changed } | Action::Replace { changed } => changed.clone(),
        _ => known_changes(resource, pending),
    };
    for property in &changed {
        let entity = parameter_of(resource, property, template);
        details.push(ChangeDetail {
            property: property.clone(),
            requires_recreation: recreation(resource, property, Recreation::Always),
            evaluation: Evaluation::Static,
            source: match entity {
                Some(_) => ChangeSource::ParameterReference,
                None => ChangeSource::DirectModification,
            },
            causing_entity: entity,
        });
    }
    for (property, references) in pending {
        for reference in references {
            details.push(ChangeDetail {
                property: property.clone(),
                requires_recreation: recreation(resource, property, Recreation::Conditionally),
                evaluation: Evaluation::Dynamic,
                source: match reference {
                    Reference::Ref(_) => ChangeSource::ResourceReference,
                    Reference::Attribute(..) => ChangeSource::ResourceAttribute,
                },
                causing_entity: Some(reference.to_string()),
            });
        }
    }
    details
}

/// Properties without references that differ on a resource that is reconsidered anyway.
fn known_changes(resource: &PlannedResource, pending: &IndexMap<String, Vec<Reference>>) -> Vec<String> {
    let Some(previous) = &resource.previous else { return Vec::new() };
    let plain: serde_json::Map<String, Value> = resource
        .declared
        .properties
        .iter()
        .filter(|(_, value)| Mentions::of(value).references.is_empty() && !contains_call(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let declared = &resource.declared.properties;
    differing(&previous.properties, &plain)
        .into_iter()
        .filter(|name| {
            !pending.contains_key(name) && (plain.contains_key(name) || !declared.contains_key(name))
        })
        .collect()
}

fn contains_call(value: &Value) -> bool {
    match value {
        Value::Object(entries) => {
            crate::intrinsics::call_of(entries).is_some() || entries.values().any(contains_call)
        }
        Value::Array(items) => items.iter().any(contains_call),
        _ => false,
    }
}

fn recreation(resource: &PlannedResource, property: &str, when: Recreation) -> Recreation {
    if replaces(resource.description, property) { when } else { Recreation::Never }
}

fn parameter_of(resource: &PlannedResource, property: &str, template: &Template) -> Option<String> {
    let value = resource.declared.properties.get(property)?;
    let references = Mentions::of(value).references;
    let mut names = references.iter().map(|reference| reference.resource().to_owned());
    names.find(|name| template.parameters.contains_key(name))
}
