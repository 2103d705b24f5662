//! References between the parts of a template: what a tree mentions, without evaluating it.

use std::fmt;

use serde_json::Value;

use super::functions::call_of;
use super::text::{Piece, pieces, sub_parts};
use super::{Scope, logic};

/// A mention of a resource or parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// `Ref`, or `${Name}` in a `Fn::Sub`.
    Ref(String),
    /// `Fn::GetAtt`, or `${Name.Attribute}` in a `Fn::Sub`.
    Attribute(String, String),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ref(name) => f.write_str(name),
            Self::Attribute(name, attribute) => write!(f, "{name}.{attribute}"),
        }
    }
}

impl Reference {
    /// From the inside of `${..}`.
    pub(crate) fn parse(text: &str) -> Self {
        match text.split_once('.') {
            Some((name, attribute)) if !name.contains("::") => {
                Self::Attribute(name.to_owned(), attribute.to_owned())
            }
            _ => Self::Ref(text.to_owned()),
        }
    }

    /// The logical id or parameter name.
    pub fn resource(&self) -> &str {
        match self {
            Self::Ref(name) | Self::Attribute(name, _) => name,
        }
    }
}

/// What a walk over a tree finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// References, each once, in order of appearance. Pseudo parameters are left out.
    pub references: Vec<Reference>,
    /// Conditions named by `Fn::If` and `Condition`, each once.
    pub conditions: Vec<String>,
}

impl Mentions {
    /// Everything mentioned anywhere in the tree.
    pub fn of(value: &Value) -> Self {
        let mut mentions = Self::default();
        mentions.walk(value, None);
        mentions
    }

    /// Everything mentioned in the branches that the scope's conditions take.
    pub fn taken(value: &Value, scope: &Scope) -> Self {
        let mut mentions = Self::default();
        mentions.walk(value, Some(scope));
        mentions
    }

    fn add(&mut self, reference: Reference) {
        if !reference.resource().starts_with("AWS::") && !self.references.contains(&reference) {
            self.references.push(reference);
        }
    }

    fn add_condition(&mut self, name: &str) {
        if !self.conditions.iter().any(|known| known == name) {
            self.conditions.push(name.to_owned());
        }
    }

    fn walk(&mut self, value: &Value, scope: Option<&Scope>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, scope)),
            Value::Object(entries) => match call_of(entries) {
                Some((name, argument)) => self.call(name, argument, scope),
                None => entries.values().for_each(|entry| self.walk(entry, scope)),
            },
            _ => {}
        }
    }

    fn call(&mut self, name: &str, argument: &Value, scope: Option<&Scope>) {
        match (name, argument) {
            ("Ref", Value::String(name)) => self.add(Reference::Ref(name.clone())),
            ("Fn::GetAtt", Value::String(text)) => self.add(Reference::parse(text)),
            ("Fn::GetAtt", Value::Array(items)) => match items.as_slice() {
                [Value::String(name), attribute] => {
                    let attribute_name = attribute.as_str().unwrap_or_default().to_owned();
                    self.add(Reference::Attribute(name.clone(), attribute_name));
                    self.walk(attribute, scope);
                }
                _ => self.walk(argument, scope),
            },
            ("Fn::Sub", _) => self.substitution(argument, scope),
            ("Fn::If", Value::Array(items)) => {
                if let Some(Value::String(condition)) = items.first() {
                    self.add_condition(condition);
                }
                match scope.and_then(|scope| logic::branch(scope, argument).ok()) {
                    Some(taken) => self.walk(taken, scope),
                    None => items.iter().skip(1).for_each(|item| self.walk(item, scope)),
                }
            }
            _ => self.walk(argument, scope),
        }
    }

    fn substitution(&mut self, argument: &Value, scope: Option<&Scope>) {
        let Some((text, variables)) = sub_parts(argument) else { return self.walk(argument, scope) };
        for piece in pieces(text) {
            if let Piece::Variable(name) = piece
                && !variables.is_some_and(|variables| variables.contains_key(name))
            {
                self.add(Reference::parse(name));
            }
        }
        if let Some(variables) = variables {
            variables.values().for_each(|value| self.walk(value, scope));
        }
    }

    /// For the `Conditions` section, where `{"Condition": name}` is a reference.
    pub(crate) fn of_condition(value: &Value) -> Self {
        let mut mentions = Self::of(value);
        if let Value::String(name) = value
            && name != "true"
            && name != "false"
        {
            mentions.add_condition(name);
        }
        mentions.walk_conditions(value);
        mentions
    }

    fn walk_conditions(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk_conditions(item)),
            Value::Object(entries) => match (entries.len(), entries.get("Condition")) {
                (1, Some(Value::String(name))) => self.add_condition(name),
                _ => entries.values().for_each(|entry| self.walk_conditions(entry)),
            },
            _ => {}
        }
    }
}
