//! Attribute values and items, as the service reasons about them; no wire shapes here.
//!
//! A `Value` is valid by construction of its callers (`validate` for what comes from the wire, `codec` for what comes
//! from the store): numbers in range, sets sorted, without duplicates and not empty, nesting at most 32 levels.

pub mod codec;
pub mod key;
pub mod number;
pub mod size;
pub mod validate;

use std::cmp::Ordering;

use bytes::Bytes;
use indexmap::IndexMap;

pub use number::{Number, NumberError};

/// An item, or the contents of a map: attribute names to values. Equality does not depend on order.
pub type Attributes = IndexMap<String, Value>;

/// The deepest nesting of lists and maps in an item (Developer Guide, "Quotas").
pub const MAX_DEPTH: usize = 32;

/// One attribute value (API Reference, `AttributeValue`).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    S(String),
    N(Number),
    B(Bytes),
    Bool(bool),
    Null,
    /// Sorted, without duplicates.
    Ss(Vec<String>),
    /// Sorted, without duplicates.
    Ns(Vec<Number>),
    /// Sorted, without duplicates.
    Bs(Vec<Bytes>),
    L(Vec<Value>),
    M(Attributes),
}

/// The type of a value, by its wire name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    S,
    N,
    B,
    Bool,
    Null,
    Ss,
    Ns,
    Bs,
    L,
    M,
}

impl ValueType {
    /// `S`, `BOOL`, `SS` …, as the API names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
            Self::Bool => "BOOL",
            Self::Null => "NULL",
            Self::Ss => "SS",
            Self::Ns => "NS",
            Self::Bs => "BS",
            Self::L => "L",
            Self::M => "M",
        }
    }

    /// `STRING`, `NUMBER_SET` …, as some expression errors name it.
    pub fn long_name(self) -> &'static str {
        match self {
            Self::S => "STRING",
            Self::N => "NUMBER",
            Self::B => "BINARY",
            Self::Bool => "BOOLEAN",
            Self::Null => "NULL",
            Self::Ss => "STRING_SET",
            Self::Ns => "NUMBER_SET",
            Self::Bs => "BINARY_SET",
            Self::L => "LIST",
            Self::M => "MAP",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "S" => Self::S,
            "N" => Self::N,
            "B" => Self::B,
            "BOOL" => Self::Bool,
            "NULL" => Self::Null,
            "SS" => Self::Ss,
            "NS" => Self::Ns,
            "BS" => Self::Bs,
            "L" => Self::L,
            "M" => Self::M,
            _ => return None,
        })
    }

    pub fn is_set(self) -> bool {
        matches!(self, Self::Ss | Self::Ns | Self::Bs)
    }
}

impl Value {
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::S(_) => ValueType::S,
            Self::N(_) => ValueType::N,
            Self::B(_) => ValueType::B,
            Self::Bool(_) => ValueType::Bool,
            Self::Null => ValueType::Null,
            Self::Ss(_) => ValueType::Ss,
            Self::Ns(_) => ValueType::Ns,
            Self::Bs(_) => ValueType::Bs,
            Self::L(_) => ValueType::L,
            Self::M(_) => ValueType::M,
        }
    }

    /// Order of two scalars of one type (strings by UTF-8 bytes, binaries unsigned); `None` for all else.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::S(a), Self::S(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Self::N(a), Self::N(b)) => Some(a.cmp(b)),
            (Self::B(a), Self::B(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// How many lists and maps stand inside each other in a value; 0 for scalars and sets.
pub fn nesting(value: &Value) -> usize {
    match value {
        Value::L(list) => 1 + list.iter().map(nesting).max().unwrap_or(0),
        Value::M(map) => 1 + map.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
pub(crate) mod arbitrary {
    //! Random values for property tests.

    use super::*;
    use proptest::collection::{btree_map, btree_set, vec};
    use proptest::prelude::*;

    pub(crate) fn number() -> impl Strategy<Value = Number> {
        prop_oneof![
            any::<i32>().prop_map(|i| Number::from_i64(i64::from(i))),
            (any::<bool>(), 0u128..10u128.pow(38), -130i16..=80)
                .prop_filter_map("in range", |(negative, c, e)| Number::from_parts(negative, c, e)),
        ]
    }

    pub(crate) fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            ".{0,12}".prop_map(Value::S),
            number().prop_map(Value::N),
            vec(any::<u8>(), 0..12).prop_map(|b| Value::B(b.into())),
            any::<bool>().prop_map(Value::Bool),
            Just(Value::Null),
            btree_set(".{0,5}", 1..4).prop_map(|s| Value::Ss(s.into_iter().collect())),
            btree_set(any::<i64>(), 1..4)
                .prop_map(|s| Value::Ns(s.into_iter().map(Number::from_i64).collect())),
            btree_set(vec(any::<u8>(), 0..5), 1..4)
                .prop_map(|s| Value::Bs(s.into_iter().map(Bytes::from).collect())),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Value::L),
                btree_map(".{0,6}", inner, 0..4).prop_map(|m| Value::M(m.into_iter().collect())),
            ]
        })
    }

    pub(crate) fn item() -> impl Strategy<Value = Attributes> {
        btree_map("[a-e]{1,3}", value(), 0..6).prop_map(|m| m.into_iter().collect())
    }
}
