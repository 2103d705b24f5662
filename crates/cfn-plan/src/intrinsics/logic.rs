//! Conditions: And, Or, Not, Equals, If, and the rule functions over lists of strings.

use indexmap::IndexMap;
use serde_json::Value;

use super::functions::{call_of, scalar_text};
use super::{EvalError, Scope, invalid};
use crate::template::{Condition, TemplateError};

/// Decides every condition. Names and cycles have been checked by [`crate::template`].
pub(super) fn decide_all(
    scope: &Scope,
    conditions: &IndexMap<String, Condition>,
) -> Result<IndexMap<String, bool>, TemplateError> {
    let mut scope = scope.clone();
    for name in crate::graph::condition_order(conditions)? {
        let Some(condition) = conditions.get(&name) else { continue };
        let decided = decide(&scope, &condition.0).map_err(|error| match error {
            EvalError::Invalid(text) => TemplateError::Function(text),
            EvalError::Pending(references) => {
                let names: Vec<String> = references.iter().map(|r| r.resource().to_owned()).collect();
                TemplateError::Format(format!(
                    "Unresolved dependencies [{}]. Cannot reference resources in the Conditions block of the template",
                    names.join(", ")
                ))
            }
            EvalError::NoExport(_) => {
                TemplateError::Function("Cannot use Fn::ImportValue in Conditions.".to_owned())
            }
        })?;
        scope.conditions.insert(name, decided);
    }
    // In the template's order.
    let decided = scope.conditions;
    Ok(conditions.keys().filter_map(|name| decided.get(name).map(|held| (name.clone(), *held))).collect())
}

/// The truth of a condition expression.
pub fn decide(scope: &Scope, expression: &Value) -> Result<bool, EvalError> {
    if let Value::Object(entries) = expression {
        if let (1, Some(Value::String(name))) = (entries.len(), entries.get("Condition")) {
            return scope.condition(name);
        }
        if let Some((name, argument)) = call_of(entries)
            && is_logic(name)
        {
            return decide_call(scope, name, argument);
        }
    }
    match scope.value(expression)? {
        // The SAM translator writes a lone condition's name.
        Some(Value::String(name)) if scope.conditions.contains_key(&name) => scope.condition(&name),
        Some(Value::Bool(held)) => Ok(held),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if text == "false" => Ok(false),
        _ => Err(invalid("Conditions can only be boolean operations on parameters and other conditions")),
    }
}

fn is_logic(name: &str) -> bool {
    matches!(
        name,
        "Fn::And"
            | "Fn::Or"
            | "Fn::Not"
            | "Fn::Equals"
            | "Fn::Contains"
            | "Fn::EachMemberEquals"
            | "Fn::EachMemberIn"
    )
}

pub(super) fn decide_call(scope: &Scope, name: &str, argument: &Value) -> Result<bool, EvalError> {
    let items = argument.as_array().map_or(&[][..], Vec::as_slice);
    match name {
        "Fn::And" | "Fn::Or" => {
            if !(2..=10).contains(&items.len()) {
                return Err(invalid(format!(
                    "every {name} object requires a list of at least 2 and at most 10 boolean parameters."
                )));
            }
            let decided: Vec<bool> =
                items.iter().map(|item| decide(scope, item)).collect::<Result<_, _>>()?;
            Ok(if name == "Fn::And" { decided.iter().all(|d| *d) } else { decided.iter().any(|d| *d) })
        }
        "Fn::Not" => match items {
            [item] => Ok(!decide(scope, item)?),
            _ => Err(invalid("every Fn::Not object requires one boolean parameter.")),
        },
        "Fn::Equals" => equals(scope, items),
        _ => decide_list(scope, name, items),
    }
}

fn equals(scope: &Scope, items: &[Value]) -> Result<bool, EvalError> {
    const USAGE: &str = "every Fn::Equals object requires a list of 2 string parameters.";
    let [left, right] = items else { return Err(invalid(USAGE)) };
    let (left, right) = (scope.value(left)?, scope.value(right)?);
    match (left.as_ref().and_then(scalar_text), right.as_ref().and_then(scalar_text)) {
        (Some(left), Some(right)) => Ok(left == right),
        _ => Ok(left == right),
    }
}

fn decide_list(scope: &Scope, name: &str, items: &[Value]) -> Result<bool, EvalError> {
    let usage = || invalid(format!("every {name} object requires a list of strings and a second parameter."));
    let [first, second] = items else { return Err(usage()) };
    let strings = texts(scope.value(first)?).ok_or_else(usage)?;
    let second = texts(scope.value(second)?).ok_or_else(usage)?;
    match name {
        "Fn::Contains" => Ok(second.iter().all(|wanted| strings.contains(wanted))),
        "Fn::EachMemberEquals" => Ok(strings.iter().all(|item| second.first() == Some(item))),
        _ => Ok(strings.iter().all(|item| second.contains(item))),
    }
}

fn texts(value: Option<Value>) -> Option<Vec<String>> {
    match value? {
        Value::Array(items) => items.iter().map(scalar_text).collect(),
        other => scalar_text(&other).map(|text| vec![text]),
    }
}

/// The branch of a `Fn::If` that its condition takes.
pub(crate) fn branch<'a>(scope: &Scope, argument: &'a Value) -> Result<&'a Value, EvalError> {
    let Some([Value::String(condition), then, otherwise]) = argument.as_array().map(Vec::as_slice) else {
        return Err(invalid("Fn::If requires a list argument with the first element being a condition"));
    };
    Ok(if scope.condition(condition)? { then } else { otherwise })
}
