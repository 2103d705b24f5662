//! Intrinsic functions: a value tree with `Ref`, `Fn::GetAtt` and the rest to a plain value.
//!
//! [`Scope`] is all an evaluation may look at. What a resource not yet made would tell is reported as
//! [`EvalError::Pending`] with every reference that is missing, so that a planner can tell "wrong" from "not yet".
//! Dynamic references (`{{resolve:..}}`) are text to this module; [`dynamic`] finds and fills them.
//! Follows "Intrinsic function reference" of the CloudFormation template reference; error texts are the service's.

mod cidr;
pub mod dynamic;
mod functions;
mod logic;
mod lookup;
pub mod reference;
mod text;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::template::{Template, TemplateError};
pub(crate) use functions::{call_of, scalar_text};
pub use logic::decide;
pub use reference::Reference;

/// What the pseudo parameters (`AWS::Region`, ..) answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pseudo {
    /// `AWS::AccountId`.
    pub account_id: String,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::Partition`: `aws`.
    pub partition: String,
    /// `AWS::URLSuffix`: `amazonaws.com`.
    pub url_suffix: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// `AWS::StackId`: the stack's ARN.
    pub stack_id: String,
    /// `AWS::NotificationARNs`.
    pub notification_arns: Vec<String>,
}

/// What is known of a resource that exists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceFacts {
    /// What `Ref` gives.
    pub reference: Value,
    /// What `Fn::GetAtt` gives, by attribute name.
    pub attributes: Map<String, Value>,
    /// Its attributes may still change; reading one is pending.
    pub unsettled: bool,
}

/// All an evaluation may look at.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Pseudo parameters.
    pub pseudo: Pseudo,
    /// Parameters, resolved: strings, or lists of strings.
    pub parameters: IndexMap<String, Value>,
    /// The template's `Mappings`.
    pub mappings: Map<String, Value>,
    /// Conditions, decided.
    pub conditions: IndexMap<String, bool>,
    /// Resources that exist.
    pub resources: IndexMap<String, ResourceFacts>,
    /// Exports of other stacks in the account and region.
    pub exports: IndexMap<String, String>,
}

/// Why a value has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// These resources don't exist yet.
    #[error("values not known yet: {}", .0.iter().map(Reference::to_string).collect::<Vec<_>>().join(", "))]
    Pending(Vec<Reference>),
    /// The template is wrong.
    #[error("Template error: {0}")]
    Invalid(String),
    /// An import of something nobody exports.
    #[error("No export named {0} found.")]
    NoExport(String),
}

fn invalid(text: impl Into<String>) -> EvalError {
    EvalError::Invalid(text.into())
}

impl Scope {
    /// A scope for a template: its mappings, the resolved parameters, and its conditions decided.
    pub fn new(
        pseudo: Pseudo,
        template: &Template,
        parameters: IndexMap<String, Value>,
    ) -> Result<Self, TemplateError> {
        let mut scope = Self { pseudo, parameters, mappings: template.mappings.clone(), ..Self::default() };
        scope.conditions = logic::decide_all(&scope, &template.conditions)?;
        Ok(scope)
    }

    /// The plain value of a tree. `AWS::NoValue` at the top gives null; inside, its key or item is left out.
    pub fn evaluate(&self, value: &Value) -> Result<Value, EvalError> {
        Ok(self.value(value)?.unwrap_or(Value::Null))
    }

    /// Every property by itself, so that one pending property doesn't hide the others.
    pub fn evaluate_each(
        &self,
        properties: &Map<String, Value>,
    ) -> Vec<(String, Result<Option<Value>, EvalError>)> {
        properties.iter().map(|(name, value)| (name.clone(), self.value(value))).collect()
    }

    /// True when a condition holds. An undeclared condition is an error.
    pub fn condition(&self, name: &str) -> Result<bool, EvalError> {
        self.conditions
            .get(name)
            .copied()
            .ok_or_else(|| invalid(format!("Unresolved condition dependency {name} in the template")))
    }

    /// `None` is `AWS::NoValue`.
    fn value(&self, value: &Value) -> Result<Option<Value>, EvalError> {
        match value {
            Value::Object(entries) => match functions::call_of(entries) {
                Some((name, argument)) => functions::call(self, name, argument),
                None => self.entries(entries).map(Some),
            },
            Value::Array(items) => self.items(items).map(|items| Some(Value::Array(items))),
            plain => Ok(Some(plain.clone())),
        }
    }

    fn entries(&self, entries: &Map<String, Value>) -> Result<Value, EvalError> {
        let mut result = Map::new();
        let mut pending = Pending::default();
        for (key, value) in entries {
            if let Some(Some(value)) = pending.keep(self.value(value))? {
                result.insert(key.clone(), value);
            }
        }
        pending.finish(Value::Object(result))
    }

    fn items(&self, items: &[Value]) -> Result<Vec<Value>, EvalError> {
        let mut result = Vec::with_capacity(items.len());
        let mut pending = Pending::default();
        for item in items {
            if let Some(Some(value)) = pending.keep(self.value(item))? {
                result.push(value);
            }
        }
        pending.finish(result)
    }
}

/// Collects what is pending over siblings, so that one answer names all of it.
#[derive(Default)]
struct Pending(Vec<Reference>);

impl Pending {
    fn keep<T>(&mut self, result: Result<T, EvalError>) -> Result<Option<T>, EvalError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(EvalError::Pending(references)) => {
                for reference in references {
                    if !self.0.contains(&reference) {
                        self.0.push(reference);
                    }
                }
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    fn finish<T>(self, value: T) -> Result<T, EvalError> {
        if self.0.is_empty() { Ok(value) } else { Err(EvalError::Pending(self.0)) }
    }
}

#[cfg(test)]
mod tests;
