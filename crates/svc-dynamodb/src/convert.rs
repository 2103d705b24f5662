//! Between the wire's `AttributeValue` and the core's `Value`: what comes in is validated, what goes out is moved.

use api_dynamodb::AttributeValue;
use indexmap::IndexMap;

use crate::value::validate::{Invalid, binary_set, invalid_parameter, null, number, number_set, string_set};
use crate::value::{Attributes, MAX_DEPTH, Value};

/// Longest attribute name of an item.
const MAX_NAME_BYTES: usize = 65_535;

/// A map of values from the wire, validated.
pub fn attributes(map: IndexMap<String, AttributeValue>) -> Result<Attributes, Invalid> {
    map_at(map, 0)
}

/// One value from the wire, validated.
pub fn value(value: AttributeValue) -> Result<Value, Invalid> {
    value_at(value, 0)
}

/// `ExpressionAttributeValues`, validated; errors name the key.
pub fn expression_values(
    map: Option<IndexMap<String, AttributeValue>>,
) -> Result<Option<IndexMap<String, Value>>, Invalid> {
    let Some(map) = map else { return Ok(None) };
    map.into_iter()
        .map(|(key, av)| match value(av) {
            Ok(value) => Ok((key, value)),
            Err(message) => {
                Err(format!("ExpressionAttributeValues contains invalid value: {message} for key {key}"))
            }
        })
        .collect::<Result<_, _>>()
        .map(Some)
}

fn map_at(map: IndexMap<String, AttributeValue>, depth: usize) -> Result<Attributes, Invalid> {
    map.into_iter()
        .map(|(name, value)| {
            if name.len() > MAX_NAME_BYTES {
                return Err(invalid_parameter(format!(
                    "Attribute name is too large, must be less than {} bytes",
                    MAX_NAME_BYTES + 1
                )));
            }
            Ok((name, value_at(value, depth)?))
        })
        .collect()
}

fn value_at(value: AttributeValue, depth: usize) -> Result<Value, Invalid> {
    Ok(match value {
        AttributeValue::S(s) => Value::S(s),
        AttributeValue::N(text) => Value::N(number(&text)?),
        AttributeValue::B(b) => Value::B(b),
        AttributeValue::BOOL(b) => Value::Bool(b),
        AttributeValue::NULL(is_null) => null(is_null)?,
        AttributeValue::SS(set) => string_set(set)?,
        AttributeValue::NS(set) => number_set(&set)?,
        AttributeValue::BS(set) => binary_set(set)?,
        AttributeValue::L(list) => {
            check_depth(depth)?;
            Value::L(list.into_iter().map(|v| value_at(v, depth + 1)).collect::<Result<_, _>>()?)
        }
        AttributeValue::M(map) => {
            check_depth(depth)?;
            Value::M(map_at(map, depth + 1)?)
        }
    })
}

fn check_depth(depth: usize) -> Result<(), Invalid> {
    if depth >= MAX_DEPTH {
        return Err("Nesting Levels have exceeded supported limits".to_owned());
    }
    Ok(())
}

/// A value for the wire.
pub fn to_api(value: Value) -> AttributeValue {
    match value {
        Value::S(s) => AttributeValue::S(s),
        Value::N(n) => AttributeValue::N(n.to_string()),
        Value::B(b) => AttributeValue::B(b),
        Value::Bool(b) => AttributeValue::BOOL(b),
        Value::Null => AttributeValue::NULL(true),
        Value::Ss(set) => AttributeValue::SS(set),
        Value::Ns(set) => AttributeValue::NS(set.iter().map(ToString::to_string).collect()),
        Value::Bs(set) => AttributeValue::BS(set),
        Value::L(list) => AttributeValue::L(list.into_iter().map(to_api).collect()),
        Value::M(map) => AttributeValue::M(to_api_map(map)),
    }
}

/// A map of values for the wire.
pub fn to_api_map(map: Attributes) -> IndexMap<String, AttributeValue> {
    map.into_iter().map(|(name, value)| (name, to_api(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> AttributeValue {
        (0..levels).fold(AttributeValue::NULL(true), |inner, _| AttributeValue::L(vec![inner]))
    }

    #[test]
    fn thirty_two_levels_of_nesting_are_allowed_and_no_more() {
        assert!(value(nested(32)).is_ok());
        assert_eq!(value(nested(33)).unwrap_err(), "Nesting Levels have exceeded supported limits");
    }

    #[test]
    fn numbers_come_back_in_canonical_form() {
        let value = value(AttributeValue::NS(vec!["2".into(), "01.50".into()])).unwrap();
        assert_eq!(to_api(value), AttributeValue::NS(vec!["1.5".into(), "2".into()]));
    }
}
