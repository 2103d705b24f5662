//! The model's constraints, in the words AWS's framework has for them.
//!
//! Readers note what only they can see (missing members, values outside an enum); `constraints` walks a parsed value for
//! the rest. All violations are reported together. The order among them follows the model's members; AWS's own order is
//! not reproducible.

use std::fmt::Write;

use crate::schema::{Kind, Member, Schema};
use crate::text;
use crate::value::{List, Map, Structure, View};

/// Violations reported of one request; more would only lengthen the answer.
pub(crate) const MAX_VIOLATIONS: usize = 100;
/// Characters of a value that are quoted.
const MAX_QUOTED: usize = 2_048;

/// What kind of constraint was broken; services with words of their own decide by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Missing,
    OutsideEnum,
    Constraint,
}

/// One broken constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    pub fault: Fault,
    /// `tableName`, `entries.1.member.id`.
    pub path: String,
    /// The value, quoted; `None` where it is missing or sensitive.
    pub value: Option<String>,
    /// `Member must ...`.
    pub constraint: String,
}

impl Violation {
    pub(crate) fn missing(path: String) -> Self {
        Self { fault: Fault::Missing, path, value: None, constraint: "Member must not be null".to_owned() }
    }

    /// Of a collection's element the collection is blamed.
    pub(crate) fn outside_enum(path: String, value: &str, values: &[&str]) -> Self {
        let constraint = format!("Member must satisfy enum value set: [{}]", values.join(", "));
        let quoted: String = value.chars().take(MAX_QUOTED).collect();
        match path.strip_suffix(".member").and_then(|p| p.rsplit_once('.')) {
            Some((collection, _)) => Self {
                fault: Fault::OutsideEnum,
                path: collection.to_owned(),
                value: Some(format!("[{quoted}]")),
                constraint: format!("Member must satisfy constraint: [{constraint}]"),
            },
            None => Self { fault: Fault::OutsideEnum, path, value: Some(quoted), constraint },
        }
    }

    fn text(&self, out: &mut String) {
        let value = match (&self.value, self.fault) {
            (Some(value), _) => format!("Value '{value}' at"),
            (None, Fault::Missing) => "Value null at".to_owned(),
            (None, _) => "Value at".to_owned(),
        };
        // Writing into a string cannot fail.
        let _ = write!(out, "{value} '{}' failed to satisfy constraint: {}", self.path, self.constraint);
    }
}

/// `2 validation errors detected: Value ...; Value ...`.
pub fn message(violations: &[Violation]) -> String {
    let plural = if violations.len() == 1 { "" } else { "s" };
    let mut out = format!("{} validation error{plural} detected: ", violations.len());
    for (i, violation) in violations.iter().enumerate() {
        if i > 0 {
            out.push_str("; ");
        }
        violation.text(&mut out);
    }
    out
}

/// AWS names members in lower camel case, whatever the model says.
pub(crate) fn push_member(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    let mut chars = name.chars();
    path.extend(chars.next().map(|c| c.to_ascii_lowercase()));
    path.push_str(chars.as_str());
}

pub(crate) fn push_element(path: &mut String, index: usize) {
    let _ = write!(path, ".{}.member", index + 1);
}

pub(crate) fn push_entry(path: &mut String, key: &str) {
    path.push('.');
    path.push_str(key);
    path.push_str(".member");
}

/// Adds the violations of a parsed structure.
pub(crate) fn constraints(value: &dyn Structure, violations: &mut Vec<Violation>) {
    if value.schema().constrained {
        Walk { violations, path: String::new() }.structure(value);
    }
}

struct Walk<'v> {
    violations: &'v mut Vec<Violation>,
    path: String,
}

impl Walk<'_> {
    fn structure(&mut self, value: &dyn Structure) {
        for (index, member) in value.schema().members.iter().enumerate() {
            if !member.target.constrained || self.violations.len() >= MAX_VIOLATIONS {
                continue;
            }
            let view = value.member(index);
            if !view.is_absent() {
                let length = self.path.len();
                push_member(&mut self.path, member.name);
                self.value(view, member.target);
                self.path.truncate(length);
            }
        }
    }

    fn value(&mut self, view: View<'_>, schema: &'static Schema) {
        for constraint in broken(view, schema) {
            self.report(view, schema, constraint);
        }
        match view {
            View::Structure(s) => self.structure(s),
            View::List(list) => self.list(list, view, schema),
            View::Map(map) => self.map(map, view, schema),
            _ => {}
        }
    }

    fn report(&mut self, view: View<'_>, schema: &Schema, constraint: String) {
        let mut value = String::new();
        quote(view, schema, &mut value);
        let value = (!schema.sensitive).then_some(value);
        self.violations.push(Violation {
            fault: Fault::Constraint,
            path: self.path.clone(),
            value,
            constraint,
        });
    }

    fn list(&mut self, list: &dyn List, view: View<'_>, schema: &'static Schema) {
        let Some(element) = schema.element().filter(|e| e.target.constrained) else { return };
        if is_scalar(element) {
            if (0..list.len()).any(|i| !broken(list.at(i), element.target).is_empty()) {
                let all = all_constraints(element.target);
                self.report(view, schema, format!("Member must satisfy constraint: [{all}]"));
            }
            return;
        }
        for index in 0..list.len() {
            let length = self.path.len();
            push_element(&mut self.path, index);
            self.value(list.at(index), element.target);
            self.path.truncate(length);
        }
    }

    fn map(&mut self, map: &dyn Map, view: View<'_>, schema: &'static Schema) {
        let [key, value] = schema.members else { return };
        if (0..map.len()).any(|i| !broken(View::Str(map.at(i).0), key.target).is_empty()) {
            let all = all_constraints(key.target);
            self.report(view, schema, format!("Map keys must satisfy constraint: [{all}]"));
        }
        if is_scalar(value) {
            if (0..map.len()).any(|i| !broken(map.at(i).1, value.target).is_empty()) {
                let all = all_constraints(value.target);
                self.report(view, schema, format!("Map value must satisfy constraint: [{all}]"));
            }
            return;
        }
        for index in 0..map.len() {
            let (key, view) = map.at(index);
            let length = self.path.len();
            push_entry(&mut self.path, key);
            self.value(view, value.target);
            self.path.truncate(length);
        }
    }
}

fn is_scalar(member: &Member) -> bool {
    !matches!(member.target.kind, Kind::Structure | Kind::Union | Kind::List | Kind::Map)
}

/// The constraints that `view` breaks itself.
fn broken(view: View<'_>, schema: &Schema) -> Vec<String> {
    let mut out = Vec::new();
    if let Some((size, noun)) = size(view) {
        if schema.max.is_some_and(|max| size > max) {
            out.push(bound(noun, "less", schema.max));
        }
        if schema.min.is_some_and(|min| size < min) {
            out.push(bound(noun, "greater", schema.min));
        }
    }
    if let (View::Str(text), Some(pattern)) = (view, schema.pattern)
        && !pattern.matches(text)
    {
        out.push(format!("Member must satisfy regular expression pattern: {}", pattern.text()));
    }
    out
}

/// All constraints of a scalar, in the order AWS lists them for elements.
fn all_constraints(schema: &Schema) -> String {
    let noun = if matches!(schema.kind, Kind::String | Kind::Blob) { "length" } else { "value" };
    let mut out = Vec::new();
    if schema.max.is_some() {
        out.push(bound(noun, "less", schema.max));
    }
    if schema.min.is_some() {
        out.push(bound(noun, "greater", schema.min));
    }
    if let Some(pattern) = schema.pattern {
        out.push(format!("Member must satisfy regular expression pattern: {}", pattern.text()));
    }
    out.push("Member must not be null".to_owned());
    out.join(", ")
}

fn bound(noun: &str, than: &str, limit: Option<i64>) -> String {
    format!("Member must have {noun} {than} than or equal to {}", limit.unwrap_or_default())
}

/// What min and max bound: characters, bytes, elements, or the number itself.
fn size(view: View<'_>) -> Option<(i64, &'static str)> {
    let length = |n: usize| Some((i64::try_from(n).unwrap_or(i64::MAX), "length"));
    match view {
        View::Str(s) => length(s.chars().count()),
        View::Blob(b) => length(b.len()),
        View::List(l) => length(l.len()),
        View::Map(m) => length(m.len()),
        View::Int(i) => Some((i, "value")),
        View::Float(f) => Some((f as i64, "value")),
        View::Double(f) => Some((f as i64, "value")),
        _ => None,
    }
}

/// The value as AWS quotes it: lists and maps in Java's notation, structures by name only.
fn quote(view: View<'_>, schema: &Schema, out: &mut String) {
    if out.len() > MAX_QUOTED {
        return;
    }
    match view {
        View::Str(s) => out.extend(s.chars().take(MAX_QUOTED)),
        View::List(list) => {
            let element = schema.element().map_or(schema, |e| e.target);
            out.push('[');
            for index in 0..list.len() {
                separate(index, out);
                quote(list.at(index), element, out);
            }
            out.push(']');
        }
        View::Map(map) => {
            let value = schema.members.get(1).map_or(schema, |v| v.target);
            out.push('{');
            for index in 0..map.len() {
                let (key, view) = map.at(index);
                separate(index, out);
                let _ = write!(out, "{key}=");
                quote(view, value, out);
            }
            out.push('}');
        }
        View::Structure(_) => out.push_str(schema.name),
        other => {
            let member = Member::new("", &crate::schema::STRING);
            out.push_str(
                &text::of(other, &member, crate::schema::TimestampFormat::DateTime, false)
                    .unwrap_or_default(),
            );
        }
    }
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push_str(", ");
    }
}
