//! The legacy parameters, translated to the trees of their successors (Developer Guide, "Legacy conditional
//! parameters"): Expected, QueryFilter, ScanFilter, KeyConditions, AttributeUpdates.

use std::sync::Arc;

use indexmap::IndexMap;

use super::ast::{Comparator, Condition, Operand, Path, Update};
use super::key_condition::{KeyTerm, KeyTest};
use crate::value::validate::{Invalid, invalid_parameter};
use crate::value::{Value, ValueType};

/// `ComparisonOperator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegacyOperator {
    Eq,
    Ne,
    Le,
    Lt,
    Ge,
    Gt,
    NotNull,
    Null,
    Contains,
    NotContains,
    BeginsWith,
    In,
    Between,
}

impl LegacyOperator {
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "EQ",
            Self::Ne => "NE",
            Self::Le => "LE",
            Self::Lt => "LT",
            Self::Ge => "GE",
            Self::Gt => "GT",
            Self::NotNull => "NOT_NULL",
            Self::Null => "NULL",
            Self::Contains => "CONTAINS",
            Self::NotContains => "NOT_CONTAINS",
            Self::BeginsWith => "BEGINS_WITH",
            Self::In => "IN",
            Self::Between => "BETWEEN",
        }
    }

    fn takes(self, count: usize) -> bool {
        match self {
            Self::Null | Self::NotNull => count == 0,
            Self::In => count > 0,
            Self::Between => count == 2,
            _ => count == 1,
        }
    }

    fn allows(self, value_type: ValueType) -> bool {
        let is_scalar = matches!(value_type, ValueType::S | ValueType::N | ValueType::B);
        match self {
            Self::Eq | Self::Ne => true,
            Self::BeginsWith => matches!(value_type, ValueType::S | ValueType::B),
            Self::Null | Self::NotNull => true,
            _ => is_scalar,
        }
    }
}

/// `ConditionalOperator`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Combination {
    #[default]
    And,
    Or,
}

/// One entry of QueryFilter, ScanFilter or KeyConditions.
#[derive(Clone, Debug)]
pub struct LegacyCondition {
    pub operator: LegacyOperator,
    pub values: Vec<Value>,
}

/// One entry of Expected.
#[derive(Clone, Debug, Default)]
pub struct ExpectedValue {
    pub value: Option<Value>,
    pub exists: Option<bool>,
    pub operator: Option<LegacyOperator>,
    pub values: Option<Vec<Value>>,
}

/// `Action` of AttributeUpdates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpdateAction {
    #[default]
    Put,
    Add,
    Delete,
}

/// QueryFilter or ScanFilter as a condition.
pub fn filter(
    conditions: IndexMap<String, LegacyCondition>,
    combination: Combination,
) -> Result<Condition, Invalid> {
    let conditions =
        conditions.into_iter().map(|(name, c)| single(&name, c)).collect::<Result<Vec<_>, _>>()?;
    Ok(combined(conditions, combination))
}

/// Expected as a condition.
pub fn expected(
    conditions: IndexMap<String, ExpectedValue>,
    combination: Combination,
) -> Result<Condition, Invalid> {
    let conditions =
        conditions.into_iter().map(|(name, e)| expectation(&name, e)).collect::<Result<Vec<_>, _>>()?;
    Ok(combined(conditions, combination))
}

fn combined(conditions: Vec<Condition>, combination: Combination) -> Condition {
    match combination {
        Combination::And => Condition::And(conditions),
        Combination::Or => Condition::Or(conditions),
    }
}

/// KeyConditions as key terms.
pub fn key_conditions(conditions: IndexMap<String, LegacyCondition>) -> Result<Vec<KeyTerm>, Invalid> {
    conditions
        .into_iter()
        .map(|(attribute, condition)| {
            check(&condition)?;
            let LegacyCondition { operator, values } = condition;
            let mut values = values.into_iter();
            let (first, second) = (values.next(), values.next());
            let test = match (operator, first, second) {
                (LegacyOperator::Eq, Some(v), None) => KeyTest::Equal(v),
                (LegacyOperator::Lt, Some(v), None) => KeyTest::Less(v),
                (LegacyOperator::Le, Some(v), None) => KeyTest::LessOrEqual(v),
                (LegacyOperator::Gt, Some(v), None) => KeyTest::Greater(v),
                (LegacyOperator::Ge, Some(v), None) => KeyTest::GreaterOrEqual(v),
                (LegacyOperator::BeginsWith, Some(v), None) => KeyTest::BeginsWith(v),
                (LegacyOperator::Between, Some(low), Some(high)) => KeyTest::Between(low, high),
                _ => KeyTest::Unindexable,
            };
            Ok(KeyTerm { attribute, test })
        })
        .collect()
}

/// AttributeUpdates as an update.
pub fn attribute_updates(
    updates: IndexMap<String, (UpdateAction, Option<Value>)>,
) -> Result<Update, Invalid> {
    use super::ast::{SetOperand, SetValue};
    let mut update = Update::default();
    for (name, (action, value)) in updates {
        let path = Path::attribute(name);
        match (action, value) {
            (UpdateAction::Put, Some(value)) => {
                update.set.push((path, SetValue::Operand(SetOperand::Value(Arc::new(value)))));
            }
            (UpdateAction::Add, Some(value)) => {
                let value_type = value.value_type();
                if !value_type.is_set() && !matches!(value_type, ValueType::N | ValueType::L) {
                    return Err(invalid_parameter(format!(
                        "ADD action is not supported for the type {}",
                        value_type.name()
                    )));
                }
                update.add.push((path, Arc::new(value)));
            }
            (UpdateAction::Delete, Some(value)) => {
                if !value.value_type().is_set() {
                    return Err(invalid_parameter(format!(
                        "DELETE action with value is not supported for the type {}",
                        value.value_type().name()
                    )));
                }
                update.delete.push((path, Arc::new(value)));
            }
            (UpdateAction::Delete, None) => update.remove.push(path),
            (UpdateAction::Put | UpdateAction::Add, None) => {
                return Err(invalid_parameter(
                    "Only DELETE action is allowed when no attribute value is specified",
                ));
            }
        }
    }
    Ok(update)
}

fn expectation(name: &str, expected: ExpectedValue) -> Result<Condition, Invalid> {
    let ExpectedValue { value, exists, operator, values } = expected;
    let invalid = |message: String| Err(invalid_parameter(format!("{message} for Attribute: {name}")));
    if value.is_some() && values.is_some() {
        return invalid("Value and AttributeValueList cannot be used together".into());
    }
    let Some(operator) = operator else {
        if values.is_some() {
            return invalid("AttributeValueList can only be used with a ComparisonOperator".into());
        }
        return match (exists, value) {
            (None | Some(true), Some(value)) => Ok(equals(name, value)),
            (Some(false), None) => Ok(Condition::AttributeNotExists(Path::attribute(name))),
            (Some(false), Some(_)) => invalid("Value cannot be used when Exists is false".into()),
            (Some(true), None) => invalid("Value must be provided when Exists is true".into()),
            (None, None) => invalid("Value must be provided when Exists is null".into()),
        };
    };
    if exists.is_some() {
        return invalid("Exists and ComparisonOperator cannot be used together".into());
    }
    let needs_value = !matches!(operator, LegacyOperator::Null | LegacyOperator::NotNull);
    if needs_value && value.is_none() && values.is_none() {
        return invalid(format!(
            "Value or AttributeValueList must be used with ComparisonOperator: {}",
            operator.name()
        ));
    }
    let values = values.unwrap_or_else(|| value.into_iter().collect());
    single(name, LegacyCondition { operator, values })
}

fn equals(name: &str, value: Value) -> Condition {
    Condition::Compare {
        comparator: Comparator::Equal,
        left: Operand::Path(Path::attribute(name)),
        right: Operand::Value(Arc::new(value)),
    }
}

/// What holds of every legacy condition by itself.
fn check(condition: &LegacyCondition) -> Result<(), Invalid> {
    let LegacyCondition { operator, values } = condition;
    if !operator.takes(values.len()) {
        return Err(invalid_parameter(format!(
            "Invalid number of argument(s) for the {} ComparisonOperator",
            operator.name()
        )));
    }
    if values.windows(2).any(|pair| pair[0].value_type() != pair[1].value_type()) {
        return Err(invalid_parameter("AttributeValues inside AttributeValueList must be of same type"));
    }
    if let Some(value) = values.iter().find(|value| !operator.allows(value.value_type())) {
        return Err(invalid_parameter(format!(
            "ComparisonOperator {} is not valid for {} AttributeValue type",
            operator.name(),
            value.value_type().name()
        )));
    }
    if let (LegacyOperator::Between, [low, high]) = (operator, values.as_slice())
        && low.compare(high).is_some_and(std::cmp::Ordering::is_gt)
    {
        return Err(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound".into()
        );
    }
    Ok(())
}

fn single(name: &str, condition: LegacyCondition) -> Result<Condition, Invalid> {
    check(&condition)?;
    let LegacyCondition { operator, values } = condition;
    let path = Path::attribute(name);
    let attribute = Operand::Path(path.clone());
    let mut operands = values.into_iter().map(|value| Operand::Value(Arc::new(value)));
    let compare =
        |comparator, right: Operand| Condition::Compare { comparator, left: attribute.clone(), right };
    let translated = match (operator, operands.next()) {
        (LegacyOperator::Null, _) => Condition::AttributeNotExists(path),
        (LegacyOperator::NotNull, _) => Condition::AttributeExists(path),
        (LegacyOperator::Eq, Some(v)) => compare(Comparator::Equal, v),
        (LegacyOperator::Ne, Some(v)) => compare(Comparator::NotEqual, v),
        (LegacyOperator::Le, Some(v)) => compare(Comparator::LessOrEqual, v),
        (LegacyOperator::Lt, Some(v)) => compare(Comparator::Less, v),
        (LegacyOperator::Ge, Some(v)) => compare(Comparator::GreaterOrEqual, v),
        (LegacyOperator::Gt, Some(v)) => compare(Comparator::Greater, v),
        (LegacyOperator::Contains, Some(element)) => Condition::Contains { operand: attribute, element },
        (LegacyOperator::NotContains, Some(element)) => {
            Condition::Not(Box::new(Condition::Contains { operand: attribute, element }))
        }
        (LegacyOperator::BeginsWith, Some(prefix)) => Condition::BeginsWith { operand: attribute, prefix },
        (LegacyOperator::In, Some(first)) => {
            Condition::In { operand: attribute, candidates: std::iter::once(first).chain(operands).collect() }
        }
        (LegacyOperator::Between, Some(lower)) => match operands.next() {
            Some(upper) => Condition::Between { operand: attribute, lower, upper },
            None => compare(Comparator::GreaterOrEqual, lower),
        },
        // `check` has counted the operands.
        (_, None) => Condition::And(Vec::new()),
    };
    Ok(translated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Attributes, Number};

    fn n(value: i64) -> Value {
        Value::N(Number::from_i64(value))
    }

    fn holds(operator: LegacyOperator, values: &[Value], item: &Attributes) -> bool {
        let condition = LegacyCondition { operator, values: values.to_vec() };
        filter(IndexMap::from([("a".to_owned(), condition)]), Combination::And).unwrap().matches(item)
    }

    #[test]
    fn every_operator_is_translated() {
        use LegacyOperator as O;
        let item = Attributes::from([("a".to_owned(), n(5))]);
        let none = Attributes::new();
        for (operator, values, expected) in [
            (O::Eq, vec![n(5)], true),
            (O::Ne, vec![n(5)], false),
            (O::Le, vec![n(5)], true),
            (O::Lt, vec![n(5)], false),
            (O::Ge, vec![n(6)], false),
            (O::Gt, vec![n(4)], true),
            (O::NotNull, vec![], true),
            (O::Null, vec![], false),
            (O::In, vec![n(1), n(5)], true),
            (O::Between, vec![n(1), n(5)], true),
            (O::NotContains, vec![n(5)], true),
        ] {
            assert_eq!(holds(operator, &values, &item), expected, "{operator:?}");
        }
        assert!(holds(O::Null, &[], &none) && holds(O::Ne, &[n(5)], &none));
    }

    #[test]
    fn misuse_of_expected_has_the_services_texts() {
        let error = |expected_value: ExpectedValue| {
            expected(IndexMap::from([("a".to_owned(), expected_value)]), Combination::And).unwrap_err()
        };
        assert_eq!(
            error(ExpectedValue { exists: Some(true), ..ExpectedValue::default() }),
            "One or more parameter values were invalid: Value must be provided when Exists is true for Attribute: a"
        );
        assert_eq!(
            error(ExpectedValue { operator: Some(LegacyOperator::Eq), ..ExpectedValue::default() }),
            "One or more parameter values were invalid: Value or AttributeValueList must be used with \
             ComparisonOperator: EQ for Attribute: a"
        );
        assert_eq!(
            error(ExpectedValue {
                operator: Some(LegacyOperator::Between),
                values: Some(vec![n(1)]),
                ..ExpectedValue::default()
            }),
            "One or more parameter values were invalid: Invalid number of argument(s) for the BETWEEN ComparisonOperator"
        );
    }

    #[test]
    fn attribute_updates_become_an_update() {
        let update = attribute_updates(IndexMap::from([
            ("p".to_owned(), (UpdateAction::Put, Some(n(1)))),
            ("q".to_owned(), (UpdateAction::Add, Some(n(2)))),
            ("r".to_owned(), (UpdateAction::Delete, None)),
        ]))
        .unwrap();
        let old = Attributes::from([("q".to_owned(), n(3)), ("r".to_owned(), n(4))]);
        let new = update.apply(&old).unwrap();
        assert_eq!(new, Attributes::from([("q".to_owned(), n(5)), ("p".to_owned(), n(1))]));
        let error =
            attribute_updates(IndexMap::from([("p".to_owned(), (UpdateAction::Put, None))])).unwrap_err();
        assert_eq!(
            error,
            "One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified"
        );
    }
}
