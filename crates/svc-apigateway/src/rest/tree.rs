//! The resources of a REST API: a tree of path parts.

use indexmap::IndexMap;
use wire_codec::ApiError;

use crate::error::{self, bad_request, conflict};
use crate::model::rest::{RestDefinition, RestResource};

/// Resources of an API at most (API Gateway quotas).
pub const MAX_RESOURCES: usize = 300;

/// The root's id, made where it is missing.
pub fn ensure_root(definition: &mut RestDefinition, new_id: &mut impl FnMut() -> String) -> String {
    if let Some(id) = root(definition) {
        return id;
    }
    let root = RestResource { path: "/".to_owned(), ..RestResource::default() };
    let id = new_id();
    definition.resources.insert(id.clone(), root);
    id
}

pub fn root(definition: &RestDefinition) -> Option<String> {
    let mut found = definition.resources.iter().filter(|(_, resource)| resource.parent_id.is_none());
    found.next().map(|(id, _)| id.clone())
}

/// The id of the resource at a path, made with its parents where they are missing.
pub fn ensure_path(
    definition: &mut RestDefinition,
    path: &str,
    new_id: &mut impl FnMut() -> String,
) -> Result<String, ApiError> {
    let mut at = ensure_root(definition, new_id);
    for part in path.split('/').filter(|part| !part.is_empty()) {
        at = match child(definition, &at, part) {
            Some(id) => id,
            None => {
                let id = new_id();
                insert(definition, &id, &at, part)?;
                id
            }
        };
    }
    Ok(at)
}

fn child(definition: &RestDefinition, parent: &str, part: &str) -> Option<String> {
    let is_it =
        |resource: &RestResource| resource.parent_id.as_deref() == Some(parent) && resource.path_part == part;
    definition.resources.iter().find(|(_, resource)| is_it(resource)).map(|(id, _)| id.clone())
}

/// Adds a resource below another.
pub fn insert(
    definition: &mut RestDefinition,
    id: &str,
    parent_id: &str,
    part: &str,
) -> Result<(), ApiError> {
    check_part(part)?;
    if definition.resources.len() >= MAX_RESOURCES {
        return Err(ApiError::new(
            "LimitExceededException",
            429,
            "Maximum number of resources for this API has been reached. Please contact AWS if you need additional resources.",
        ));
    }
    let parent = definition.resources.get(parent_id).ok_or_else(|| error::no_such("Resource"))?;
    if is_greedy(&parent.path_part) {
        return Err(bad_request("Cannot create a child of a resource with a greedy path variable."));
    }
    if child(definition, parent_id, part).is_some() {
        return Err(conflict(format!("Another resource with the same parent already has this name: {part}")));
    }
    let path = format!("{}/{part}", parent.path.trim_end_matches('/'));
    let parent_id = Some(parent_id.to_owned());
    let resource = RestResource { parent_id, path_part: part.to_owned(), path, methods: IndexMap::new() };
    definition.resources.insert(id.to_owned(), resource);
    Ok(())
}

fn is_greedy(part: &str) -> bool {
    part.ends_with("+}")
}

fn check_part(part: &str) -> Result<(), ApiError> {
    let inner = match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => name.strip_suffix('+').unwrap_or(name),
        None => part,
    };
    let fits = |c: char| {
        c.is_ascii_alphanumeric()
            || "._-:".contains(c)
            || (inner.len() == part.len() && "~%!$&'()*+,;=@".contains(c))
    };
    match !inner.is_empty() && inner.chars().all(fits) {
        true => Ok(()),
        false => Err(bad_request(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
        )),
    }
}

/// A parent has at most one child that is a variable.
pub fn check_siblings(definition: &RestDefinition) -> Result<(), ApiError> {
    let mut seen: IndexMap<(&str, bool), &str> = IndexMap::new();
    for resource in definition.resources.values().filter(|resource| resource.path_part.starts_with('{')) {
        let parent = resource.parent_id.as_deref().unwrap_or_default();
        if let Some(other) = seen.insert((parent, is_greedy(&resource.path_part)), &resource.path_part) {
            return Err(bad_request(format!(
                "A sibling ({other}) of this resource already has a variable path part -- only one is allowed"
            )));
        }
    }
    Ok(())
}

/// Removes a resource and all below it.
pub fn remove(definition: &mut RestDefinition, id: &str) -> Result<(), ApiError> {
    let resource = definition.resources.get(id).ok_or_else(|| error::no_such("Resource"))?;
    if resource.parent_id.is_none() {
        return Err(bad_request("Root resource cannot be deleted"));
    }
    let path = resource.path.clone();
    let below = format!("{path}/");
    definition.resources.retain(|_, resource| resource.path != path && !resource.path.starts_with(&below));
    Ok(())
}

/// Renames a resource or hangs it elsewhere; the paths below follow.
pub fn relocate(
    definition: &mut RestDefinition,
    id: &str,
    parent_id: &str,
    part: &str,
) -> Result<(), ApiError> {
    let before = definition.resources.get(id).cloned().ok_or_else(|| error::no_such("Resource"))?;
    let parent = definition.resources.get(parent_id).ok_or_else(|| error::no_such("Resource"))?;
    if parent.path == before.path || parent.path.starts_with(&format!("{}/", before.path)) {
        return Err(bad_request("A resource cannot be moved below itself"));
    }
    if child(definition, parent_id, part).is_some_and(|other| other != id) {
        return Err(conflict(format!("Another resource with the same parent already has this name: {part}")));
    }
    check_part(part)?;
    let path = format!("{}/{part}", parent.path.trim_end_matches('/'));
    let below = format!("{}/", before.path);
    for resource in definition.resources.values_mut() {
        if let Some(rest) = resource.path.strip_prefix(&below) {
            resource.path = format!("{path}/{rest}");
        }
    }
    if let Some(resource) = definition.resources.get_mut(id) {
        resource.parent_id = Some(parent_id.to_owned());
        part.clone_into(&mut resource.path_part);
        resource.path = path;
    }
    check_siblings(definition)
}
