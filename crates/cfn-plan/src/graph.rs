//! Dependency order: of conditions among themselves, and of resources.

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use crate::intrinsics::reference::Mentions;
use crate::intrinsics::{Reference, Scope};
use crate::template::{Condition, Resource, Template, TemplateError};

/// Who waits for whom. Nodes keep the order they were added in.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    edges: IndexMap<String, IndexSet<String>>,
}

impl Graph {
    /// Adds a node that waits for `needs`; names that are no node are ignored when ordering.
    pub fn add(&mut self, node: &str, needs: impl IntoIterator<Item = String>) {
        self.edges.entry(node.to_owned()).or_default().extend(needs);
    }

    /// What a node waits for, directly.
    pub fn needs(&self, node: &str) -> impl Iterator<Item = &str> {
        self.edges
            .get(node)
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|need| self.edges.contains_key(*need))
    }

    /// Nodes in levels: everything in a level waits only for earlier levels. The error names the nodes that lie on
    /// cycles, in the order they were added.
    pub fn levels(&self) -> Result<Vec<Vec<String>>, Vec<String>> {
        let mut waiting: IndexMap<&str, usize> =
            self.edges.keys().map(|node| (node.as_str(), self.needs(node).count())).collect();
        let mut dependents: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for node in self.edges.keys() {
            for need in self.needs(node) {
                dependents.entry(need).or_default().push(node);
            }
        }
        let mut levels = Vec::new();
        let mut placed = 0;
        let mut ready: Vec<&str> =
            waiting.iter().filter(|(_, count)| **count == 0).map(|(node, _)| *node).collect();
        while !ready.is_empty() {
            let mut next: IndexSet<&str> = IndexSet::new();
            for node in &ready {
                for dependent in dependents.get(node).into_iter().flatten() {
                    if let Some(count) = waiting.get_mut(dependent) {
                        *count -= 1;
                        if *count == 0 {
                            next.insert(dependent);
                        }
                    }
                }
            }
            placed += ready.len();
            levels.push(ready.iter().map(|node| (*node).to_owned()).collect());
            ready = self.edges.keys().map(String::as_str).filter(|node| next.contains(node)).collect();
        }
        if placed == self.edges.len() { Ok(levels) } else { Err(self.on_cycles()) }
    }

    /// Nodes that can reach themselves.
    fn on_cycles(&self) -> Vec<String> {
        self.edges.keys().filter(|node| self.reaches(node, node)).cloned().collect()
    }

    fn reaches(&self, from: &str, to: &str) -> bool {
        let mut seen: IndexSet<&str> = IndexSet::new();
        let mut stack: Vec<&str> = self.needs(from).collect();
        while let Some(node) = stack.pop() {
            if node == to {
                return true;
            }
            if seen.insert(node) {
                stack.extend(self.needs(node));
            }
        }
        false
    }
}

/// Conditions so that each comes after those it names.
pub(crate) fn condition_order(
    conditions: &IndexMap<String, Condition>,
) -> Result<Vec<String>, TemplateError> {
    let mut graph = Graph::default();
    for (name, condition) in conditions {
        graph.add(name, Mentions::of_condition(&condition.0).conditions);
    }
    graph
        .levels()
        .map(|levels| levels.into_iter().flatten().collect())
        .map_err(TemplateError::CircularConditions)
}

/// Every reference a resource makes, in the branches taken when a scope is given.
pub fn references_of(resource: &Resource, scope: Option<&Scope>) -> Vec<Reference> {
    let properties = Value::Object(resource.properties.clone());
    match scope {
        Some(scope) => Mentions::taken(&properties, scope).references,
        None => Mentions::of(&properties).references,
    }
}

/// The graph of a template's resources. With a scope, resources whose condition is false and branches not taken
/// are left out.
pub fn of_resources(template: &Template, scope: Option<&Scope>) -> Graph {
    let mut graph = Graph::default();
    for (id, resource) in &template.resources {
        if !exists(resource, scope) {
            continue;
        }
        let references = references_of(resource, scope);
        let named = references.iter().map(|reference| reference.resource().to_owned());
        let needs: Vec<String> = named.chain(resource.depends_on.iter().cloned()).collect();
        graph.add(id, needs);
    }
    graph
}

/// False when the resource's condition is decided and doesn't hold.
pub fn exists(resource: &Resource, scope: Option<&Scope>) -> bool {
    match (&resource.condition, scope) {
        (Some(condition), Some(scope)) => scope.conditions.get(condition).copied().unwrap_or(false),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        let mut graph = Graph::default();
        for (node, needs) in edges {
            graph.add(node, needs.iter().map(|need| (*need).to_owned()));
        }
        graph
    }

    #[test]
    fn levels_wait_only_for_earlier_ones() {
        let levels =
            graph(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[]), ("d", &["gone"])]).levels().unwrap();
        assert_eq!(levels, [vec!["c", "d"], vec!["b"], vec!["a"]]);
    }

    #[test]
    fn only_nodes_on_a_cycle_are_named() {
        let error =
            graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"]), ("d", &["d"])]).levels().unwrap_err();
        assert_eq!(error, ["b", "c", "d"]);
    }
}
