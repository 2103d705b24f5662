//! Key conditions: what a Query asks of key attributes, taken out of a KeyConditionExpression (or, in `legacy`, out of
//! KeyConditions).

use std::sync::Arc;

use super::ast::{Comparator, Condition, Operand};
use crate::value::Value;
use crate::value::validate::Invalid;

/// One test of one key attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyTerm {
    pub attribute: String,
    pub test: KeyTest,
}

#[derive(Clone, Debug, PartialEq)]
pub enum KeyTest {
    Equal(Value),
    Less(Value),
    LessOrEqual(Value),
    Greater(Value),
    GreaterOrEqual(Value),
    /// Both bounds included.
    Between(Value, Value),
    BeginsWith(Value),
    /// Something no key can answer (legacy operators); refused once the key is known.
    Unindexable,
}

impl KeyTest {
    /// The values it compares with.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        let (first, second) = match self {
            Self::Between(low, high) => (Some(low), Some(high)),
            Self::Equal(v)
            | Self::Less(v)
            | Self::LessOrEqual(v)
            | Self::Greater(v)
            | Self::GreaterOrEqual(v)
            | Self::BeginsWith(v) => (Some(v), None),
            Self::Unindexable => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Whether a value passes.
    pub fn accepts(&self, value: &Value) -> bool {
        let order = |bound: &Value| value.compare(bound);
        match self {
            Self::Equal(v) => value == v,
            Self::Less(v) => order(v).is_some_and(|o| o.is_lt()),
            Self::LessOrEqual(v) => order(v).is_some_and(|o| o.is_le()),
            Self::Greater(v) => order(v).is_some_and(|o| o.is_gt()),
            Self::GreaterOrEqual(v) => order(v).is_some_and(|o| o.is_ge()),
            Self::Between(low, high) => {
                order(low).is_some_and(|o| o.is_ge()) && order(high).is_some_and(|o| o.is_le())
            }
            Self::BeginsWith(prefix) => match (value, prefix) {
                (Value::S(s), Value::S(prefix)) => s.starts_with(prefix.as_str()),
                (Value::B(b), Value::B(prefix)) => b.starts_with(prefix),
                _ => false,
            },
            Self::Unindexable => false,
        }
    }
}

/// Takes the terms out of a key condition, one for each attribute.
pub fn key_terms(condition: &Condition) -> Result<Vec<KeyTerm>, Invalid> {
    let mut terms = Vec::new();
    collect(condition, &mut terms)?;
    Ok(terms)
}

fn collect(condition: &Condition, terms: &mut Vec<KeyTerm>) -> Result<(), Invalid> {
    if let Condition::And(conditions) = condition {
        return conditions.iter().try_for_each(|condition| collect(condition, terms));
    }
    let term = term(condition)?;
    if terms.iter().any(|known| known.attribute == term.attribute) {
        return Err("KeyConditionExpressions must only contain one condition per key".to_owned());
    }
    terms.push(term);
    Ok(())
}

fn term(condition: &Condition) -> Result<KeyTerm, Invalid> {
    match condition {
        Condition::Compare { comparator: Comparator::NotEqual, .. } => Err(unusable("<>")),
        Condition::Compare { comparator, left, right } => comparison(*comparator, left, right),
        Condition::Between { operand, lower, upper } => {
            let attribute = leading_attribute("BETWEEN", operand)?;
            Ok(KeyTerm { attribute, test: KeyTest::Between(constant(lower)?, constant(upper)?) })
        }
        Condition::BeginsWith { operand, prefix } => {
            let attribute = leading_attribute("begins_with", operand)?;
            Ok(KeyTerm { attribute, test: KeyTest::BeginsWith(constant(prefix)?) })
        }
        Condition::Or(_) => Err(unusable("OR")),
        Condition::Not(_) => Err(unusable("NOT")),
        Condition::In { .. } => Err(unusable("IN")),
        Condition::AttributeExists(_) => Err(unusable("attribute_exists")),
        Condition::AttributeNotExists(_) => Err(unusable("attribute_not_exists")),
        Condition::AttributeType { .. } => Err(unusable("attribute_type")),
        Condition::Contains { .. } => Err(unusable("contains")),
        Condition::And(_) => {
            Err("Invalid condition in KeyConditionExpression: No key attribute specified".to_owned())
        }
    }
}

fn unusable(operator: &str) -> Invalid {
    format!("Invalid operator used in KeyConditionExpression: {operator}")
}

fn comparison(comparator: Comparator, left: &Operand, right: &Operand) -> Result<KeyTerm, Invalid> {
    if matches!(left, Operand::Path(_)) {
        attribute(left)?;
    }
    let (comparator, attribute, value) = match (left, right) {
        (Operand::Size(_), _) | (_, Operand::Size(_)) => return Err(nested()),
        (Operand::Path(_), Operand::Path(_)) => {
            return Err(
                "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
                    .into(),
            );
        }
        (Operand::Value(_), Operand::Value(_)) => {
            return Err("Invalid condition in KeyConditionExpression: No key attribute specified".into());
        }
        (Operand::Path(_), value) => (comparator, attribute(left)?, value),
        (value, _) => (comparator.mirrored(), attribute(right)?, value),
    };
    let value = constant(value)?;
    let test = match comparator {
        Comparator::Equal | Comparator::NotEqual => KeyTest::Equal(value),
        Comparator::Less => KeyTest::Less(value),
        Comparator::LessOrEqual => KeyTest::LessOrEqual(value),
        Comparator::Greater => KeyTest::Greater(value),
        Comparator::GreaterOrEqual => KeyTest::GreaterOrEqual(value),
    };
    Ok(KeyTerm { attribute, test })
}

fn nested() -> Invalid {
    "KeyConditionExpressions cannot contain nested operations".to_owned()
}

fn leading_attribute(operator: &str, operand: &Operand) -> Result<String, Invalid> {
    match operand {
        Operand::Path(_) => attribute(operand),
        Operand::Size(_) => Err(nested()),
        Operand::Value(_) => Err(format!(
            "Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute as its first operand"
        )),
    }
}

fn attribute(operand: &Operand) -> Result<String, Invalid> {
    match operand {
        Operand::Path(path) if !path.is_nested() => Ok(path.root.clone()),
        _ => Err("KeyConditionExpressions cannot have conditions on nested attributes".to_owned()),
    }
}

fn constant(operand: &Operand) -> Result<Value, Invalid> {
    match operand {
        Operand::Value(value) => Ok(Arc::as_ref(value).clone()),
        Operand::Size(_) => Err(nested()),
        Operand::Path(_) => {
            Err("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
                .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bindings, ExpressionKind, parse_condition};
    use super::*;
    use crate::value::Number;
    use indexmap::IndexMap;

    fn terms(text: &str) -> Result<Vec<KeyTerm>, String> {
        let values = IndexMap::from([
            (":a".to_owned(), Value::N(Number::from_i64(1))),
            (":b".to_owned(), Value::N(Number::from_i64(2))),
            (":s".to_owned(), Value::S("x".into())),
        ]);
        let mut bindings = Bindings::new(None, Some(values)).unwrap();
        key_terms(&parse_condition(ExpressionKind::KeyCondition, text, &mut bindings)?)
    }

    #[test]
    fn terms_come_out_in_either_order_of_operands() {
        let terms = terms("(pk = :s AND (:a <= sk))").unwrap();
        assert_eq!(terms[0], KeyTerm { attribute: "pk".into(), test: KeyTest::Equal(Value::S("x".into())) });
        assert_eq!(terms[1].test, KeyTest::GreaterOrEqual(Value::N(Number::from_i64(1))));
    }

    #[test]
    fn what_no_key_can_answer_is_refused_with_the_services_texts() {
        for (text, message) in [
            ("pk = :s OR sk = :a", "Invalid operator used in KeyConditionExpression: OR"),
            ("pk <> :s", "Invalid operator used in KeyConditionExpression: <>"),
            ("pk IN (:s)", "Invalid operator used in KeyConditionExpression: IN"),
            ("contains(pk, :s)", "Invalid operator used in KeyConditionExpression: contains"),
            ("size(pk) = :a", "KeyConditionExpressions cannot contain nested operations"),
            ("pk.a = :s", "KeyConditionExpressions cannot have conditions on nested attributes"),
            ("pk = :s AND pk > :a", "KeyConditionExpressions must only contain one condition per key"),
            (
                "pk = sk",
                "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
            ),
            (
                "begins_with(:s, pk)",
                "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its \
                 first operand",
            ),
        ] {
            assert_eq!(terms(text).unwrap_err(), message, "{text}");
        }
    }
}
