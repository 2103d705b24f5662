//! The expression language: parsing, checking and evaluating Condition, Filter, Key condition, Projection and Update
//! expressions (Developer Guide, "Using expressions in DynamoDB"), and the legacy parameters they replaced.
//!
//! Text comes in with its `Bindings` (`#names` and `:values`); a checked tree comes out, names and values resolved, that
//! is evaluated against items any number of times. Every failure is the text of a ValidationException.

pub mod ast;
pub mod bindings;
mod condition;
mod evaluate;
mod function;
pub mod key_condition;
pub mod legacy;
mod lexer;
mod parser;
mod projection;
pub mod reserved;
mod update;
mod update_parser;

pub use ast::{Comparator, Condition, Operand, Path, PathElement, Projection, SetOperand, SetValue, Update};
pub use bindings::Bindings;
pub use condition::parse_condition;
pub use projection::parse_projection;
pub use update::{INCORRECT_TYPE, TOO_LARGE};
pub use update_parser::{known_set_type, parse_update};

use crate::value::validate::Invalid;

/// Longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 4096;
/// Most operators in one expression.
pub const MAX_OPERATORS: usize = 300;
/// Most operands of `IN`.
pub const MAX_IN_OPERANDS: usize = 100;
/// Deepest nesting of parentheses and function calls that the parser follows; bounds its stack.
const MAX_NESTING: usize = 100;

/// Which parameter an expression came in, as errors name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpressionKind {
    Condition,
    Filter,
    KeyCondition,
    Projection,
    Update,
}

impl ExpressionKind {
    /// The parameter's name.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Condition => "ConditionExpression",
            Self::Filter => "FilterExpression",
            Self::KeyCondition => "KeyConditionExpression",
            Self::Projection => "ProjectionExpression",
            Self::Update => "UpdateExpression",
        }
    }

    fn error(self, message: impl std::fmt::Display) -> Invalid {
        format!("Invalid {}: {message}", self.parameter())
    }
}
