//! Projection expressions and `AttributesToGet`: parsing to a tree, and applying it to items.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::ExpressionKind;
use super::ast::{Path, PathElement, Projection, ProjectionNode};
use super::bindings::Bindings;
use super::lexer::TokenKind;
use super::parser::{Parser, Rank};
use crate::value::validate::Invalid;
use crate::value::{Attributes, Value};

const RESERVED: Rank = (0, 0, 0);
const UNDEFINED: Rank = (1, 0, 0);
const OVERLAP: Rank = (2, 0, 0);
const CONFLICT: Rank = (3, 0, 0);

/// Parses `path (, path)*`.
pub fn parse_projection(text: &str, bindings: &mut Bindings) -> Result<Projection, Invalid> {
    let mut parser = Parser::new(ExpressionKind::Projection, text, bindings)?;
    let mut paths: Vec<Path> = Vec::new();
    loop {
        let path = parser.path(UNDEFINED, RESERVED)?;
        for earlier in &paths {
            parser.clash_issue(OVERLAP, CONFLICT, earlier, &path);
        }
        paths.push(path);
        if !parser.take(TokenKind::Comma) {
            break;
        }
    }
    parser.finish()?;
    Ok(Projection::of(paths.iter()))
}

impl Projection {
    /// A projection to paths that do not overlap (where they do, the wider wins).
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut projection = Self::default();
        for path in paths {
            let slot = projection.attributes.entry(path.root.clone());
            add(slot, &path.rest);
        }
        projection
    }

    /// A projection to whole attributes.
    pub fn of_attributes<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self { attributes: names.into_iter().map(|name| (name.to_owned(), ProjectionNode::All)).collect() }
    }

    /// What the projection keeps of an item.
    pub fn apply(&self, item: &Attributes) -> Attributes {
        project_names(&self.attributes, item)
    }

    /// The attributes that a path into (not of) them is projected.
    pub fn nested_attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes
            .iter()
            .filter(|(_, node)| !matches!(node, ProjectionNode::All))
            .map(|(name, _)| name.as_str())
    }
}

/// The tree of the rest of one path, put where the tree has nothing yet or merged into what it has.
fn add(slot: Entry<'_, String, ProjectionNode>, rest: &[PathElement]) {
    match slot {
        Entry::Vacant(vacant) => {
            vacant.insert(chain(rest));
        }
        Entry::Occupied(mut occupied) => merge(occupied.get_mut(), rest),
    }
}

fn chain(rest: &[PathElement]) -> ProjectionNode {
    rest.iter().rev().fold(ProjectionNode::All, |inner, element| match element {
        PathElement::Name(name) => ProjectionNode::Names(IndexMap::from([(name.clone(), inner)])),
        PathElement::Index(index) => ProjectionNode::Indexes(BTreeMap::from([(*index, inner)])),
    })
}

fn merge(node: &mut ProjectionNode, rest: &[PathElement]) {
    let mut node = node;
    for (at, element) in rest.iter().enumerate() {
        let next = match (node, element) {
            (ProjectionNode::Names(names), PathElement::Name(name)) => {
                if !names.contains_key(name) {
                    names.insert(name.clone(), chain(&rest[at + 1..]));
                    return;
                }
                names.get_mut(name)
            }
            (ProjectionNode::Indexes(indexes), PathElement::Index(index)) => {
                if !indexes.contains_key(index) {
                    indexes.insert(*index, chain(&rest[at + 1..]));
                    return;
                }
                indexes.get_mut(index)
            }
            // All is kept already, or the paths conflict, which parsing has refused.
            _ => return,
        };
        match next {
            Some(inner) => node = inner,
            None => return,
        }
    }
    *node = ProjectionNode::All;
}

fn project_names(names: &IndexMap<String, ProjectionNode>, map: &Attributes) -> Attributes {
    names.iter().filter_map(|(name, node)| Some((name.clone(), project(node, map.get(name)?)?))).collect()
}

/// `None` where nothing of the value is kept.
fn project(node: &ProjectionNode, value: &Value) -> Option<Value> {
    match (node, value) {
        (ProjectionNode::All, value) => Some(value.clone()),
        (ProjectionNode::Names(names), Value::M(map)) => {
            let kept = project_names(names, map);
            (!kept.is_empty()).then_some(Value::M(kept))
        }
        (ProjectionNode::Indexes(indexes), Value::L(list)) => {
            let kept: Vec<Value> =
                indexes.iter().filter_map(|(index, node)| project(node, list.get(*index)?)).collect();
            (!kept.is_empty()).then_some(Value::L(kept))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Projection, String> {
        parse_projection(text, &mut Bindings::default())
    }

    fn s(text: &str) -> Value {
        Value::S(text.into())
    }

    fn item() -> Attributes {
        let inner = Attributes::from([("x".to_owned(), s("1")), ("y".to_owned(), s("2"))]);
        Attributes::from([
            ("a".to_owned(), Value::M(inner.clone())),
            ("l".to_owned(), Value::L(vec![s("p"), Value::M(inner), s("r")])),
            ("z".to_owned(), s("z")),
        ])
    }

    #[test]
    fn nested_paths_keep_their_surroundings() {
        let kept = parse("a.x, l[2], l[1].y, gone.q").unwrap().apply(&item());
        assert_eq!(kept["a"], Value::M(Attributes::from([("x".to_owned(), s("1"))])));
        assert_eq!(kept["l"], Value::L(vec![Value::M(Attributes::from([("y".to_owned(), s("2"))])), s("r")]));
        assert_eq!(kept.len(), 2);
    }

    #[test]
    fn paths_that_overlap_or_conflict_are_refused() {
        assert_eq!(
            parse("a, a.b").unwrap_err(),
            "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of \
             these paths; path one: [a], path two: [a, b]"
        );
        assert_eq!(
            parse("a.b, a[0]").unwrap_err(),
            "Invalid ProjectionExpression: Two document paths conflict with each other; must remove or rewrite one \
             of these paths; path one: [a, b], path two: [a, [0]]"
        );
        assert!(parse("a.b, a.c, a.d[0].e, a.d[1]").is_ok());
        assert_eq!(
            parse("a,").unwrap_err(),
            "Invalid ProjectionExpression: Syntax error; token: \"<EOF>\", near: \",\""
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[a-c#\\[\\].,0-9 ]{0,30}") {
            if let Ok(projection) = parse(&text) {
                let _ = projection.apply(&item());
            }
        }
    }
}
