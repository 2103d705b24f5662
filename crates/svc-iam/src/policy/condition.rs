//! The `Condition` element ("IAM JSON policy elements: Condition operators").

use std::net::IpAddr;

use base_time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::context::{Context, Values};
use super::error::PolicyError;
use super::pattern::{Pattern, Syntax};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// Equality and likeness of texts; what is meant is in the compiled pattern.
    Text,
    Arn,
    Number(Order),
    Date(Order),
    Bool,
    Binary,
    Ip,
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    None,
    ForAllValues,
    ForAnyValue,
}

/// A value that the policy gives, ready to compare with.
#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Text(Pattern),
    Arn([Pattern; 6]),
    Number(f64),
    Date(Timestamp),
    Bool(bool),
    Binary(Vec<u8>),
    Network(IpAddr, u8),
    /// Cannot be compared with anything.
    Never,
}

/// One operator on one key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    operator: Operator,
    is_negated: bool,
    if_exists: bool,
    quantifier: Quantifier,
    /// Lower case.
    key: String,
    operands: Vec<Operand>,
}

/// How an operator's name is read.
struct Named {
    operator: Operator,
    is_negated: bool,
    syntax: Syntax,
}

fn named(name: &str, has_variables: bool) -> Option<Named> {
    let text = |has_wildcards, ignores_case, is_negated| {
        let syntax = Syntax { has_wildcards, has_variables, ignores_case };
        Some(Named { operator: Operator::Text, is_negated, syntax })
    };
    let plain = |operator, is_negated| {
        let syntax = Syntax { has_wildcards: true, has_variables, ignores_case: false };
        Some(Named { operator, is_negated, syntax })
    };
    match name {
        "StringEquals" => text(false, false, false),
        "StringNotEquals" => text(false, false, true),
        "StringEqualsIgnoreCase" => text(false, true, false),
        "StringNotEqualsIgnoreCase" => text(false, true, true),
        "StringLike" => text(true, false, false),
        "StringNotLike" => text(true, false, true),
        "ArnEquals" | "ArnLike" => plain(Operator::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => plain(Operator::Arn, true),
        "Bool" => plain(Operator::Bool, false),
        "BinaryEquals" => plain(Operator::Binary, false),
        "IpAddress" => plain(Operator::Ip, false),
        "NotIpAddress" => plain(Operator::Ip, true),
        "Null" => plain(Operator::Null, false),
        _ => {
            let (kind, order): (fn(Order) -> Operator, &str) = match name.strip_prefix("Numeric") {
                Some(order) => (Operator::Number, order),
                None => (Operator::Date, name.strip_prefix("Date")?),
            };
            let (order, is_negated) = match order {
                "Equals" => (Order::Equal, false),
                "NotEquals" => (Order::Equal, true),
                "LessThan" => (Order::Less, false),
                "LessThanEquals" => (Order::LessOrEqual, false),
                "GreaterThan" => (Order::Greater, false),
                "GreaterThanEquals" => (Order::GreaterOrEqual, false),
                _ => return None,
            };
            plain(kind(order), is_negated)
        }
    }
}

/// Parses a whole `Condition` block.
pub(super) fn parse(block: &Value, has_variables: bool) -> Result<Vec<Condition>, PolicyError> {
    let operators = block.as_object().ok_or_else(PolicyError::syntax)?;
    let mut conditions = Vec::new();
    for (name, keys) in operators {
        let keys = keys.as_object().ok_or_else(PolicyError::syntax)?;
        for (key, values) in keys {
            conditions.push(Condition::parse(name, key, values, has_variables)?);
        }
    }
    Ok(conditions)
}

impl Condition {
    fn parse(full_name: &str, key: &str, values: &Value, has_variables: bool) -> Result<Self, PolicyError> {
        let invalid = || PolicyError::new(format!("Invalid Condition type : {full_name}."));
        let (quantifier, name) = match full_name.split_once(':') {
            None => (Quantifier::None, full_name),
            Some(("ForAllValues", name)) => (Quantifier::ForAllValues, name),
            Some(("ForAnyValue", name)) => (Quantifier::ForAnyValue, name),
            Some(_) => return Err(invalid()),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let Named { operator, is_negated, syntax } = named(name, has_variables).ok_or_else(invalid)?;
        if !key.contains(':') {
            return Err(PolicyError::new(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            ));
        }
        let operands = texts(values)?.iter().map(|text| Operand::parse(operator, text, syntax)).collect();
        let key = key.to_ascii_lowercase();
        Ok(Self { operator, is_negated, if_exists, quantifier, key, operands })
    }

    pub(super) fn holds(&self, context: &dyn Context) -> bool {
        let values = context.values(&self.key);
        if self.operator == Operator::Null {
            return self.operands.contains(&Operand::Bool(values.is_none()));
        }
        match (values, self.quantifier) {
            (Some(values), quantifier) => self.holds_for(&values, quantifier, context),
            (None, _) if self.if_exists => true,
            (None, Quantifier::ForAllValues) => true,
            (None, Quantifier::ForAnyValue) => false,
            (None, Quantifier::None) => self.is_negated,
        }
    }

    fn holds_for(&self, values: &Values<'_>, quantifier: Quantifier, context: &dyn Context) -> bool {
        let is_met =
            |value: &str| self.operands.iter().any(|operand| operand.is_met(self.operator, value, context));
        match quantifier {
            Quantifier::None => values.iter().any(is_met) != self.is_negated,
            Quantifier::ForAllValues => values.iter().all(|value| is_met(value) != self.is_negated),
            Quantifier::ForAnyValue => values.iter().any(|value| is_met(value) != self.is_negated),
        }
    }
}

/// Condition values may be strings, numbers or booleans, one or a list.
fn texts(values: &Value) -> Result<Vec<String>, PolicyError> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(is_true) => Ok(is_true.to_string()),
        _ => Err(PolicyError::syntax()),
    };
    match values {
        Value::Array(items) => items.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

impl Operand {
    fn parse(operator: Operator, text: &str, syntax: Syntax) -> Self {
        let parsed = match operator {
            Operator::Text => Some(Self::Text(Pattern::compile(text, syntax))),
            Operator::Arn => {
                arn_parts(text).map(|parts| Self::Arn(parts.map(|part| Pattern::compile(part, syntax))))
            }
            Operator::Number(_) => text.trim().parse().ok().map(Self::Number),
            Operator::Date(_) => date(text).map(Self::Date),
            Operator::Bool | Operator::Null => boolean(text).map(Self::Bool),
            Operator::Binary => STANDARD.decode(text).ok().map(Self::Binary),
            Operator::Ip => network(text).map(|(address, bits)| Self::Network(address, bits)),
        };
        parsed.unwrap_or(Self::Never)
    }

    fn is_met(&self, operator: Operator, value: &str, context: &dyn Context) -> bool {
        match (self, operator) {
            (Self::Text(pattern), _) => pattern.matches(value, context),
            (Self::Arn(patterns), _) => arn_parts(value).is_some_and(|parts| {
                patterns.iter().zip(parts).all(|(pattern, part)| pattern.matches(part, context))
            }),
            (Self::Number(number), Operator::Number(order)) => {
                value.trim().parse::<f64>().is_ok_and(|value| order.holds(&value, number))
            }
            (Self::Date(at), Operator::Date(order)) => {
                date(value).is_some_and(|value| order.holds(&value, at))
            }
            (Self::Bool(is_true), _) => boolean(value) == Some(*is_true),
            (Self::Binary(bytes), _) => STANDARD.decode(value).is_ok_and(|value| value == *bytes),
            (Self::Network(address, bits), _) => {
                value.parse().is_ok_and(|value| contains(*address, *bits, value))
            }
            _ => false,
        }
    }
}

/// The six parts of an ARN, each compared on its own so that a `*` does not reach over a colon. `*` alone is every ARN.
fn arn_parts(text: &str) -> Option<[&str; 6]> {
    if text == "*" {
        return Some(["*"; 6]);
    }
    let mut parts = text.splitn(6, ':');
    let mut out = [""; 6];
    for part in &mut out {
        *part = parts.next()?;
    }
    Some(out)
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// ISO 8601, a date alone, or seconds since 1970.
fn date(text: &str) -> Option<Timestamp> {
    if let Ok(time) = Timestamp::parse_rfc3339(text) {
        return Some(time);
    }
    if let Ok(secs) = text.parse::<i64>() {
        return Some(Timestamp::from_secs(secs));
    }
    Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).ok()
}

fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(most);
    (bits <= most).then_some((address, bits))
}

fn contains(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    let (network, address, width) = match (network, address.to_canonical()) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (u128::from(network.to_bits()), u128::from(address.to_bits()), 32)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => (network.to_bits(), address.to_bits(), 128),
        _ => return false,
    };
    let shift = width - u32::from(bits);
    shift == 128 || network >> shift == address >> shift
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::context::Facts;
    use serde_json::json;

    fn holds(block: Value, facts: &Facts) -> bool {
        parse(&block, true).unwrap().iter().all(|condition| condition.holds(facts))
    }

    #[test]
    fn each_operator_on_a_single_value() {
        let facts = Facts::from_pairs(&[
            ("s:text", "Abc"),
            ("s:number", "10"),
            ("s:date", "2026-01-02T03:04:05Z"),
            ("s:bool", "true"),
            ("s:ip", "10.1.2.3"),
            ("s:arn", "arn:aws:s3:::bucket/a:b"),
            ("s:bytes", "AQI="),
            ("aws:username", "Abc"),
        ]);
        for (operator, key, value, expected) in [
            ("StringEquals", "s:text", "Abc", true),
            ("StringEquals", "S:Text", "abc", false),
            ("StringEquals", "s:text", "A*", false),
            ("StringEquals", "s:text", "${aws:username}", true),
            ("StringNotEquals", "s:text", "abc", true),
            ("StringEqualsIgnoreCase", "s:text", "aBC", true),
            ("StringNotEqualsIgnoreCase", "s:text", "aBC", false),
            ("StringLike", "s:text", "A?c", true),
            ("StringNotLike", "s:text", "A*", false),
            ("NumericEquals", "s:number", "10.0", true),
            ("NumericNotEquals", "s:number", "10", false),
            ("NumericLessThan", "s:number", "10", false),
            ("NumericLessThanEquals", "s:number", "10", true),
            ("NumericGreaterThan", "s:number", "9", true),
            ("NumericGreaterThanEquals", "s:number", "x", false),
            ("DateEquals", "s:date", "2026-01-02T03:04:05Z", true),
            ("DateLessThan", "s:date", "2026-01-03", true),
            ("DateGreaterThan", "s:date", "1700000000", true),
            ("DateNotEquals", "s:date", "2026-01-02T03:04:05Z", false),
            ("Bool", "s:bool", "TRUE", true),
            ("Bool", "s:bool", "false", false),
            ("BinaryEquals", "s:bytes", "AQI=", true),
            ("IpAddress", "s:ip", "10.0.0.0/8", true),
            ("IpAddress", "s:ip", "10.1.2.4", false),
            ("IpAddress", "s:ip", "::/0", false),
            ("NotIpAddress", "s:ip", "192.168.0.0/16", true),
            ("ArnLike", "s:arn", "arn:aws:s3:::b*", true),
            ("ArnEquals", "s:arn", "arn:*:s3:::*", true),
            ("ArnLike", "s:arn", "arn:aws:*", false),
            ("ArnNotLike", "s:arn", "arn:aws:s3:::c*", true),
            ("Null", "s:text", "false", true),
            ("Null", "s:none", "true", true),
        ] {
            let block = json!({ operator: { key: value } });
            assert_eq!(holds(block, &facts), expected, "{operator} {key} {value}");
        }
    }

    #[test]
    fn an_absent_key_meets_only_negations_and_if_exists() {
        let facts = Facts::default();
        assert!(!holds(json!({ "StringEquals": { "s:x": "a" } }), &facts));
        assert!(holds(json!({ "StringNotEquals": { "s:x": "a" } }), &facts));
        assert!(holds(json!({ "StringEqualsIfExists": { "s:x": "a" } }), &facts));
        assert!(holds(json!({ "ForAllValues:StringEquals": { "s:x": "a" } }), &facts));
        assert!(!holds(json!({ "ForAnyValue:StringEquals": { "s:x": "a" } }), &facts));
    }

    #[test]
    fn quantifiers_look_at_every_value() {
        let mut facts = Facts::default();
        facts.add("s:keys", vec!["a".to_owned(), "b".to_owned()]);
        assert!(holds(json!({ "ForAllValues:StringEquals": { "s:keys": ["a", "b", "c"] } }), &facts));
        assert!(!holds(json!({ "ForAllValues:StringEquals": { "s:keys": ["a"] } }), &facts));
        assert!(holds(json!({ "ForAnyValue:StringEquals": { "s:keys": ["a"] } }), &facts));
        assert!(holds(json!({ "ForAnyValue:StringNotEquals": { "s:keys": ["a"] } }), &facts));
        assert!(!holds(json!({ "ForAllValues:StringNotEquals": { "s:keys": ["a"] } }), &facts));
    }

    #[test]
    fn values_are_alternatives_and_negations_exclude_all() {
        let facts = Facts::from_pairs(&[("s:x", "a")]);
        assert!(holds(json!({ "StringEquals": { "s:x": ["b", "a"] } }), &facts));
        assert!(!holds(json!({ "StringNotEquals": { "s:x": ["b", "a"] } }), &facts));
    }

    #[test]
    fn unknown_operators_and_shapes_are_refused() {
        for block in [
            json!({ "StringIs": { "s:x": "a" } }),
            json!({ "ForNone:StringEquals": { "s:x": "a" } }),
            json!({ "StringEquals": "a" }),
            json!({ "StringEquals": { "s:x": { "y": 1 } } }),
            json!({ "StringEquals": { "x": "a" } }),
            json!([]),
        ] {
            assert!(parse(&block, true).is_err(), "{block}");
        }
    }
}
