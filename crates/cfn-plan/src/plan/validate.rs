//! What can be refused before anything is made: types, properties, attributes, references to what won't exist.

use indexmap::IndexMap;
use port::ResourceTypeDesc;
use serde_json::{Map, Value};

use super::{PlanError, PlanInput};
use crate::graph;
use crate::intrinsics::Reference;
use crate::intrinsics::reference::Mentions;
use crate::template::{DeletionPolicy, Output, Resource};

/// Resources that exist under their conditions, with their types.
pub(super) type Present<'a> = IndexMap<&'a str, (&'a Resource, &'static ResourceTypeDesc)>;

pub(super) fn present<'a>(input: &PlanInput<'a>) -> Result<Present<'a>, PlanError> {
    let mut unknown = Vec::new();
    let mut present = Present::new();
    for (id, resource) in &input.template.resources {
        match (input.catalogue)(&resource.type_name) {
            None if !unknown.contains(&resource.type_name) => unknown.push(resource.type_name.clone()),
            None => {}
            Some(description) if graph::exists(resource, Some(input.scope)) => {
                present.insert(id, (resource, description));
            }
            Some(_) => {}
        }
    }
    if unknown.is_empty() { Ok(present) } else { Err(PlanError::UnknownTypes(unknown)) }
}

pub(super) fn check(input: &PlanInput<'_>, present: &Present<'_>) -> Result<(), PlanError> {
    let mut changed = Vec::new();
    for (id, (resource, description)) in present {
        attributes(id, resource)?;
        properties(id, resource, description)?;
        if input.state.get(*id).is_some_and(|state| state.type_name != resource.type_name) {
            changed.push((*id).to_owned());
        }
    }
    if !changed.is_empty() {
        return Err(PlanError::TypeChanged(changed));
    }
    let mut missing = Vec::new();
    for (resource, _) in present.values() {
        references(input, present, &graph::references_of(resource, Some(input.scope)), &mut missing)?;
    }
    refuse(missing, "Resources")?;
    let mut missing = Vec::new();
    for output in outputs(input).values() {
        let tree = Value::Array(vec![output.value.clone(), output.export.clone().unwrap_or_default()]);
        references(input, present, &Mentions::taken(&tree, input.scope).references, &mut missing)?;
    }
    refuse(missing, "Outputs")
}

fn refuse(names: Vec<String>, block: &'static str) -> Result<(), PlanError> {
    if names.is_empty() { Ok(()) } else { Err(PlanError::Unresolved { names, block }) }
}

/// Outputs that hold under their conditions.
pub(super) fn outputs(input: &PlanInput<'_>) -> IndexMap<String, Output> {
    let holds = |output: &Output| match &output.condition {
        Some(condition) => input.scope.conditions.get(condition).copied().unwrap_or(false),
        None => true,
    };
    let outputs = input.template.outputs.iter().filter(|(_, output)| holds(output));
    outputs.map(|(name, output)| (name.clone(), output.clone())).collect()
}

/// What a template may ask of a resource and nobody does yet is refused, not ignored.
fn attributes(id: &str, resource: &Resource) -> Result<(), PlanError> {
    for (attribute, given) in
        [("CreationPolicy", &resource.creation_policy), ("UpdatePolicy", &resource.update_policy)]
    {
        if given.is_some() {
            return Err(PlanError::NotSupported { logical_id: id.to_owned(), attribute });
        }
    }
    if [resource.deletion_policy, resource.update_replace_policy].contains(&DeletionPolicy::Snapshot) {
        return Err(PlanError::NoSnapshot { type_name: resource.type_name.clone() });
    }
    Ok(())
}

fn properties(id: &str, resource: &Resource, description: &ResourceTypeDesc) -> Result<(), PlanError> {
    let known =
        |name: &str| description.properties.iter().any(|known| known.name == name || known.name == "*");
    if let Some(name) = resource.properties.keys().find(|name| !known(name)) {
        return Err(PlanError::UnknownProperty { logical_id: id.to_owned(), property: name.clone() });
    }
    let given: &Map<String, Value> = &resource.properties;
    match description.properties.iter().find(|known| known.is_required && !given.contains_key(known.name)) {
        Some(missing) => {
            Err(PlanError::MissingProperty { logical_id: id.to_owned(), property: missing.name.to_owned() })
        }
        None => Ok(()),
    }
}

fn references(
    input: &PlanInput<'_>,
    present: &Present<'_>,
    references: &[Reference],
    missing: &mut Vec<String>,
) -> Result<(), PlanError> {
    for reference in references {
        let name = reference.resource();
        if input.template.parameters.contains_key(name) {
            continue;
        }
        match (present.get(name), reference) {
            (None, _) if !missing.iter().any(|known| known == name) => missing.push(name.to_owned()),
            (Some((_, description)), Reference::Attribute(_, attribute))
                if !attribute.is_empty() && !has_attribute(description, attribute) =>
            {
                return Err(PlanError::UnknownAttribute {
                    logical_id: name.to_owned(),
                    attribute: attribute.clone(),
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// `*` stands for any attribute, `Outputs.*` for any with that beginning.
fn has_attribute(description: &ResourceTypeDesc, attribute: &str) -> bool {
    description.attributes.iter().any(|known| match known.strip_suffix('*') {
        Some(beginning) => attribute.starts_with(beginning),
        None => *known == attribute,
    })
}
