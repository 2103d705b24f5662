//! Picks the operation of a REST service from method, path, query and headers.
//!
//! Operations that share a method and path are told apart by their template's query, then by the headers and query keys
//! they require (`PutObject`, `CopyObject`, `UploadPart` and `UploadPartCopy` share `PUT /{Bucket}/{Key+}`), then by
//! being built.

use std::collections::HashMap;

use http::HeaderMap;

use super::uri::{Segment, Template, matches};
use crate::query::pairs;
use crate::service::{Binding, OperationDesc, ServiceDesc};

/// The routes of one service; built once.
#[derive(Debug)]
pub struct RestRouter {
    by_method: HashMap<&'static str, Vec<Path>>,
}

#[derive(Debug)]
struct Path {
    segments: Vec<Segment>,
    operations: Vec<Candidate>,
}

#[derive(Debug)]
struct Candidate {
    operation: &'static OperationDesc,
    query: Vec<(&'static str, Option<&'static str>)>,
}

impl RestRouter {
    pub fn new(service: &'static ServiceDesc) -> Self {
        let mut by_method: HashMap<&'static str, Vec<Path>> = HashMap::new();
        for operation in service.operations {
            let template = Template::parse(operation.uri);
            let candidate = Candidate { operation, query: template.query };
            let paths = by_method.entry(operation.method).or_default();
            let same = |p: &&mut Path| same_shape(&p.segments, &template.path);
            match paths.iter_mut().find(same) {
                Some(path) => path.operations.push(candidate),
                None => paths.push(Path { segments: template.path, operations: vec![candidate] }),
            }
        }
        for paths in by_method.values_mut() {
            paths.sort_by_key(|p| std::cmp::Reverse(specificity(&p.segments)));
        }
        Self { by_method }
    }

    /// The operation, or `None` if the service has none such. `path` and `query` are raw, as in the request line.
    pub fn route(
        &self,
        method: &str,
        path: &str,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Option<&'static OperationDesc> {
        let query: Vec<(String, String)> = pairs(query.unwrap_or_default())
            .filter_map(|p| p.ok().map(|(k, v)| (k.into_owned(), v.into_owned())))
            .collect();
        let paths = self.by_method.get(method)?;
        let found = paths.iter().filter(|p| matches(&p.segments, path).is_some());
        found.into_iter().find_map(|p| best(&p.operations, &query, headers))
    }
}

/// Equal but for the labels' names.
fn same_shape(a: &[Segment], b: &[Segment]) -> bool {
    let same = |(a, b): (&Segment, &Segment)| match (a, b) {
        (Segment::Literal(a), Segment::Literal(b)) => a == b,
        (Segment::Label(_), Segment::Label(_)) | (Segment::Greedy(_), Segment::Greedy(_)) => true,
        _ => false,
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// Literals before labels before greedy labels, from the left.
fn specificity(segments: &[Segment]) -> Vec<u8> {
    let rank = |s: &Segment| match s {
        Segment::Literal(_) => 3,
        Segment::Label(_) => 2,
        Segment::Greedy(_) => 1,
    };
    segments.iter().map(rank).collect()
}

fn best(
    operations: &[Candidate],
    query: &[(String, String)],
    headers: &HeaderMap,
) -> Option<&'static OperationDesc> {
    let has_query = |key: &str| query.iter().any(|(k, _)| k == key);
    let fits = |c: &&Candidate| {
        c.query.iter().all(|(key, value)| match value {
            Some(value) => query.iter().any(|(k, v)| k == key && v == value),
            None => has_query(key),
        })
    };
    let rank = |c: &&Candidate| {
        let required = c.operation.required;
        let met = required.iter().filter(|b| match b {
            Binding::Header(name) => headers.contains_key(*name),
            Binding::Query(key) => has_query(key),
        });
        let met = met.count();
        let complete = met == required.len();
        // Of operations whose required keys are missing, the one that misses least is asked and says what is missing.
        let missing = std::cmp::Reverse(required.len() - met);
        (c.query.len(), complete, missing, met, c.operation.built.is_some())
    };
    operations.iter().filter(fits).max_by_key(rank).map(|c| c.operation)
}
