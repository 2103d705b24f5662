//! The `Rules` section: assertions over parameters, checked before anything is planned.

use serde_json::{Map, Value};

use crate::intrinsics::{EvalError, Scope, decide};

/// A rule that doesn't hold, or is malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// One of its assertions is false.
    #[error("Template validation error: Rule {rule} failed: {description}")]
    Failed {
        /// The rule.
        rule: String,
        /// `AssertDescription`.
        description: String,
    },
    /// It has no assertions, or they have the wrong shape.
    #[error("Template format error: Rule {0} must contain a list of Assertions")]
    Malformed(String),
    /// One of its expressions can't be decided.
    #[error(transparent)]
    Expression(#[from] EvalError),
}

/// Checks every rule.
pub fn check(rules: &Map<String, Value>, scope: &Scope) -> Result<(), RuleError> {
    rules.iter().try_for_each(|(name, rule)| check_rule(name, rule, scope))
}

fn check_rule(name: &str, rule: &Value, scope: &Scope) -> Result<(), RuleError> {
    let malformed = || RuleError::Malformed(name.to_owned());
    let assertions = rule.get("Assertions").and_then(Value::as_array).ok_or_else(malformed)?;
    if let Some(condition) = rule.get("RuleCondition")
        && !decide(scope, condition)?
    {
        return Ok(());
    }
    for assertion in assertions {
        if !decide(scope, assertion.get("Assert").ok_or_else(malformed)?)? {
            let description = assertion.get("AssertDescription").and_then(Value::as_str);
            let description = description.unwrap_or("an assertion is false").to_owned();
            return Err(RuleError::Failed { rule: name.to_owned(), description });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn assertions_hold_under_their_condition() {
        let mut scope = Scope::default();
        scope.parameters.insert("Env".into(), json!("prod"));
        scope.parameters.insert("Size".into(), json!("small"));
        let rules = |env: &str| {
            let rules = json!({"R": {
                "RuleCondition": {"Fn::Equals": [{"Ref": "Env"}, env]},
                "Assertions": [{"Assert": {"Fn::Contains": [["big"], {"Ref": "Size"}]}, "AssertDescription": "Prod is big"}],
            }});
            serde_json::from_value::<Map<String, Value>>(rules).unwrap()
        };
        assert_eq!(check(&rules("dev"), &scope), Ok(()));
        let error = check(&rules("prod"), &scope).unwrap_err().to_string();
        assert_eq!(error, "Template validation error: Rule R failed: Prod is big");
    }
}
