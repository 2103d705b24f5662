//! A policy document, parsed.

use port::Principal;
use serde_json::{Map, Value};

use super::condition::{self, Condition};
use super::context::Context;
use super::error::PolicyError;
use super::pattern::{Pattern, Syntax};
use super::principal::{Match, PrincipalClause};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    patterns: Vec<Pattern>,
    is_negated: bool,
}

impl Clause {
    fn covers(&self, text: &str, context: &dyn Context) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(text, context)) != self.is_negated
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    pub principal: Option<PrincipalClause>,
    actions: Clause,
    /// None: the resource the policy is attached to.
    resources: Option<Clause>,
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub statements: Vec<Statement>,
}

/// A statement's texts, for validation.
pub(super) struct StatementText<'a> {
    pub fields: &'a Map<String, Value>,
    pub actions: Vec<&'a str>,
    pub resources: Vec<&'a str>,
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

impl Policy {
    /// Parses a document of any kind.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::parse_with(text, |_| Ok(()))
    }

    /// Parses, and shows each statement to `check` on the way.
    pub(super) fn parse_with(
        text: &str,
        mut check: impl FnMut(&StatementText<'_>) -> Result<(), PolicyError>,
    ) -> Result<Self, PolicyError> {
        let document: Value = serde_json::from_str(text).map_err(|_| PolicyError::syntax())?;
        let fields = document.as_object().ok_or_else(PolicyError::syntax)?;
        if fields.keys().any(|name| !matches!(name.as_str(), "Version" | "Id" | "Statement")) {
            return Err(PolicyError::syntax());
        }
        let has_variables = match fields.get("Version").map(Value::as_str) {
            None | Some(Some("2008-10-17")) => false,
            Some(Some("2012-10-17")) => true,
            Some(_) => return Err(PolicyError::syntax()),
        };
        let statements: Vec<&Value> = match fields.get("Statement") {
            Some(Value::Array(list)) => list.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => return Err(PolicyError::syntax()),
        };
        let statements: Result<Vec<_>, _> = statements
            .into_iter()
            .map(|statement| {
                let (statement, text) = Statement::parse(statement, has_variables)?;
                check(&text)?;
                Ok(statement)
            })
            .collect();
        Ok(Self { statements: statements? })
    }
}

impl Statement {
    fn parse(value: &Value, has_variables: bool) -> Result<(Self, StatementText<'_>), PolicyError> {
        let fields = value.as_object().ok_or_else(PolicyError::syntax)?;
        if fields.keys().any(|name| !ELEMENTS.contains(&name.as_str())) {
            return Err(PolicyError::syntax());
        }
        let effect = match fields.get("Effect").map(Value::as_str) {
            Some(Some("Allow")) => Effect::Allow,
            Some(Some("Deny")) => Effect::Deny,
            None => return Err(PolicyError::new("Missing required field Effect")),
            Some(_) => return Err(PolicyError::new(format!("Invalid effect: {}", fields["Effect"]))),
        };
        let sid = match fields.get("Sid") {
            None => None,
            Some(Value::String(sid)) => Some(sid.clone()),
            Some(_) => return Err(PolicyError::syntax()),
        };
        let principal = match either(fields, "Principal", "NotPrincipal")? {
            Some((value, is_negated)) => Some(PrincipalClause::parse(value, is_negated)?),
            None => None,
        };
        let (value, is_negated) = either(fields, "Action", "NotAction")?
            .ok_or_else(|| PolicyError::new("Policy statement must contain actions."))?;
        let action_texts = strings(value)?;
        let actions = action_texts.iter().map(|text| Pattern::action(text)).collect();
        let actions = Clause { patterns: actions, is_negated };
        let (resources, resource_texts) = match either(fields, "Resource", "NotResource")? {
            Some((value, is_negated)) => {
                let syntax = Syntax { has_wildcards: true, has_variables, ignores_case: false };
                let texts = strings(value)?;
                let patterns = texts.iter().map(|text| Pattern::compile(text, syntax)).collect();
                (Some(Clause { patterns, is_negated }), texts)
            }
            None => (None, Vec::new()),
        };
        let conditions = match fields.get("Condition") {
            Some(block) => condition::parse(block, has_variables)?,
            None => Vec::new(),
        };
        let text = StatementText { fields, actions: action_texts, resources: resource_texts };
        Ok((Self { sid, effect, principal, actions, resources, conditions }, text))
    }

    /// Whether action, resource and conditions meet the request; who calls is another question.
    pub fn applies(&self, action: &str, resource: &str, context: &dyn Context) -> bool {
        self.actions.covers(action, context)
            && self.resources.as_ref().is_none_or(|resources| resources.covers(resource, context))
            && self.conditions.iter().all(|condition| condition.holds(context))
    }

    /// How a resource policy's statement names the caller.
    pub fn names(&self, caller: &Principal) -> Match {
        self.principal.as_ref().map_or(Match::None, |principal| principal.matches(caller))
    }
}

/// One of two elements that exclude each other.
fn either<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
    negated: &str,
) -> Result<Option<(&'a Value, bool)>, PolicyError> {
    match (fields.get(name), fields.get(negated)) {
        (Some(_), Some(_)) => Err(PolicyError::syntax()),
        (Some(value), None) => Ok(Some((value, false))),
        (None, Some(value)) => Ok(Some((value, true))),
        (None, None) => Ok(None),
    }
}

fn strings(value: &Value) -> Result<Vec<&str>, PolicyError> {
    match value {
        Value::String(text) => Ok(vec![text]),
        Value::Array(items) => {
            items.iter().map(|item| item.as_str().ok_or_else(PolicyError::syntax)).collect()
        }
        _ => Err(PolicyError::syntax()),
    }
}
