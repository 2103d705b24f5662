//! Route tables: paths with parameters, by segments. A literal is preferred to a parameter, a parameter to a greedy one; a
//! path that fits but lacks the method is passed over for the next that has it.

use std::collections::HashMap;

/// Matches every method.
pub const ANY: &str = "ANY";

/// Routes to targets `T`. Built once, then only read.
#[derive(Debug)]
pub struct RouteTable<T> {
    root: Node<T>,
}

#[derive(Debug)]
struct Node<T> {
    literals: HashMap<String, Node<T>>,
    parameter: Option<Box<Node<T>>>,
    greedy: Leaf<T>,
    here: Leaf<T>,
}

type Leaf<T> = HashMap<String, Entry<T>>;

#[derive(Debug)]
struct Entry<T> {
    /// Names of the path's parameters, in order.
    names: Vec<String>,
    target: T,
}

/// A route that fits, and its parameters' values, percent-decoded.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'a, T> {
    pub target: &'a T,
    pub parameters: Vec<(String, String)>,
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { literals: HashMap::new(), parameter: None, greedy: HashMap::new(), here: HashMap::new() }
    }
}

impl<T> Default for RouteTable<T> {
    fn default() -> Self {
        Self { root: Node::default() }
    }
}

impl<T> RouteTable<T> {
    /// Adds a route such as `GET` `/notes/{id}` or `ANY` `/files/{path+}`; the first of equal routes stays.
    pub fn add(&mut self, method: &str, path: &str, target: T) {
        let mut node = &mut self.root;
        let mut names = Vec::new();
        for segment in segments(path) {
            let name = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            match name {
                Some(name) if name.ends_with('+') => {
                    names.push(name.trim_end_matches('+').to_owned());
                    node.greedy.entry(method.to_owned()).or_insert(Entry { names, target });
                    return;
                }
                Some(name) => {
                    names.push(name.to_owned());
                    node = node.parameter.get_or_insert_default();
                }
                None => node = node.literals.entry(segment.to_owned()).or_default(),
            }
        }
        node.here.entry(method.to_owned()).or_insert(Entry { names, target });
    }

    /// `path` is raw, as in the request line.
    pub fn find(&self, method: &str, path: &str) -> Option<Found<'_, T>> {
        let parts: Vec<&str> = segments(path).collect();
        let mut values = Vec::new();
        let entry = self.root.find(method, &parts, &mut values)?;
        let values = values.iter().map(|value| decode(value));
        Some(Found { target: &entry.target, parameters: entry.names.iter().cloned().zip(values).collect() })
    }
}

impl<T> Node<T> {
    fn find<'a>(&'a self, method: &str, parts: &[&str], values: &mut Vec<String>) -> Option<&'a Entry<T>> {
        let Some((first, rest)) = parts.split_first() else { return at(&self.here, method) };
        if let Some(entry) = self.literals.get(*first).and_then(|node| node.find(method, rest, values)) {
            return Some(entry);
        }
        if let Some(node) = &self.parameter
            && !first.is_empty()
        {
            values.push((*first).to_owned());
            if let Some(entry) = node.find(method, rest, values) {
                return Some(entry);
            }
            values.pop();
        }
        let entry = at(&self.greedy, method)?;
        values.push(parts.join("/"));
        Some(entry)
    }
}

fn at<'a, T>(leaf: &'a Leaf<T>, method: &str) -> Option<&'a Entry<T>> {
    leaf.get(method).or_else(|| leaf.get(ANY))
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').filter(move |_| !path.is_empty())
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> RouteTable<u8> {
        let mut table = RouteTable::default();
        table.add("GET", "/", 0);
        table.add("GET", "/notes", 1);
        table.add("GET", "/notes/{id}", 2);
        table.add("GET", "/notes/new", 3);
        table.add("POST", "/notes/{other}", 4);
        table.add("ANY", "/{proxy+}", 5);
        table
    }

    fn find(method: &str, path: &str) -> Option<(u8, Vec<(String, String)>)> {
        table().find(method, path).map(|found| (*found.target, found.parameters))
    }

    #[test]
    fn literals_come_before_parameters_and_those_before_greedy_ones() {
        assert_eq!(find("GET", "/"), Some((0, vec![])));
        assert_eq!(find("GET", "/notes/new"), Some((3, vec![])));
        assert_eq!(find("GET", "/notes/a%20b"), Some((2, vec![("id".into(), "a b".into())])));
        assert_eq!(find("GET", "/notes/a/b"), Some((5, vec![("proxy".into(), "notes/a/b".into())])));
    }

    #[test]
    fn a_route_without_the_method_is_passed_over() {
        assert_eq!(find("POST", "/notes/x"), Some((4, vec![("other".into(), "x".into())])));
        assert_eq!(find("PUT", "/notes/new"), Some((5, vec![("proxy".into(), "notes/new".into())])));
        assert_eq!(find("PUT", "/"), None);
    }
}
