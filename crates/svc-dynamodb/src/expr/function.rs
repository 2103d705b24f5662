//! The functions of conditions: their names and what their operands may be.

use super::ast::{Condition, Operand, Path};
use crate::value::{Value, ValueType};

/// The one function whose result is compared; all others are conditions.
pub(super) const SIZE: &str = "size";

/// Functions of conditions and how many operands they take.
pub(super) const CONDITION_FUNCTIONS: [(&str, usize); 6] = [
    ("attribute_exists", 1),
    ("attribute_not_exists", 1),
    ("attribute_type", 2),
    ("begins_with", 2),
    ("contains", 2),
    (SIZE, 1),
];

/// A function, checked.
pub(super) enum Checked {
    Condition(Condition),
    Size(Operand),
}

/// Checks a function's operands as far as their types are known; `second` is there where it takes two.
pub(super) fn check_function(name: &str, first: Operand, second: Option<Operand>) -> Result<Checked, String> {
    let condition = match (name, second) {
        ("attribute_exists", _) => Condition::AttributeExists(document_path(name, first)?),
        ("attribute_not_exists", _) => Condition::AttributeNotExists(document_path(name, first)?),
        ("attribute_type", Some(second)) => {
            Condition::AttributeType { operand: first, value_type: type_name(name, &second)? }
        }
        ("begins_with", Some(prefix)) => {
            refuse_types(name, &first, |t| !matches!(t, ValueType::S | ValueType::B))?;
            refuse_types(name, &prefix, |t| !matches!(t, ValueType::S | ValueType::B))?;
            Condition::BeginsWith { operand: first, prefix }
        }
        ("contains", Some(element)) => Condition::Contains { operand: first, element },
        _ => {
            refuse_types(name, &first, |t| matches!(t, ValueType::N | ValueType::Bool | ValueType::Null))?;
            return Ok(Checked::Size(Operand::Size(Box::new(first))));
        }
    };
    Ok(Checked::Condition(condition))
}

fn document_path(function: &str, operand: Operand) -> Result<Path, String> {
    match operand {
        Operand::Path(path) => Ok(path),
        _ => Err(format!("Operator or function requires a document path; operator or function: {function}")),
    }
}

/// The type of an operand where it is known before evaluation.
fn known_type(operand: &Operand) -> Option<ValueType> {
    match operand {
        Operand::Value(value) => Some(value.value_type()),
        Operand::Size(_) => Some(ValueType::N),
        Operand::Path(_) => None,
    }
}

fn refuse_types(
    function: &str,
    operand: &Operand,
    refused: impl Fn(ValueType) -> bool,
) -> Result<(), String> {
    match known_type(operand) {
        Some(known) if refused(known) => Err(incorrect_operand_type(function, known.name())),
        _ => Ok(()),
    }
}

fn incorrect_operand_type(function: &str, operand_type: &str) -> String {
    format!(
        "Incorrect operand type for operator or function; \
         operator or function: {function}, operand type: {operand_type}"
    )
}

fn type_name(function: &str, operand: &Operand) -> Result<ValueType, String> {
    match operand {
        Operand::Value(value) => match &**value {
            Value::S(name) => ValueType::parse(name).ok_or_else(|| {
                format!(
                    "Invalid attribute type name found; type: {name}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
                )
            }),
            other => Err(incorrect_operand_type(function, other.value_type().name())),
        },
        Operand::Size(_) => Err(incorrect_operand_type(function, "N")),
        Operand::Path(_) => Err(incorrect_operand_type(function, "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")),
    }
}
