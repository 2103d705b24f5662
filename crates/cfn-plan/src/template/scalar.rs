//! What a plain (unquoted) YAML scalar means to CloudFormation.
//!
//! CloudFormation reads YAML 1.1 without the timestamp type: `yes` and `on` are booleans, `0123` is octal,
//! `10:30` is sexagesimal, and `2012-10-17` stays a string. A number that no JSON number of ours can hold
//! exactly stays a string, so that long identifiers survive.

use serde_json::{Number, Value};

/// The value of an unquoted scalar.
pub(super) fn resolve_plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        _ => {}
    }
    if let Some(value) = boolean(text) {
        return Value::Bool(value);
    }
    let starts_numeric =
        text.bytes().next().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'));
    if !starts_numeric {
        return Value::String(text.to_owned());
    }
    integer(text).or_else(|| float(text)).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = split_sign(text);
    let magnitude = if digits.contains(':') { sexagesimal(digits)? } else { radix(digits)? };
    if negative {
        let value = i64::try_from(-i128::from(magnitude)).ok()?;
        return Some(Number::from(value));
    }
    Some(Number::from(magnitude))
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn radix(digits: &str) -> Option<u64> {
    if !digits.bytes().next()?.is_ascii_digit() {
        return None;
    }
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    if let Some(binary) = plain.strip_prefix("0b") {
        return parse_digits(binary, 2);
    }
    if let Some(hex) = plain.strip_prefix("0x") {
        return parse_digits(hex, 16);
    }
    if plain.len() > 1 && plain.starts_with('0') {
        return parse_digits(&plain[1..], 8);
    }
    parse_digits(&plain, 10)
}

fn parse_digits(digits: &str, base: u32) -> Option<u64> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    u64::from_str_radix(digits, base).ok()
}

fn sexagesimal(digits: &str) -> Option<u64> {
    let mut parts = digits.split(':');
    let first = parts.next()?;
    if first.is_empty() || first.starts_with('0') || !first.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut total: u64 = first.parse().ok()?;
    for part in parts {
        let valid = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        let digit: u64 = part.parse().ok().filter(|d| valid && *d < 60)?;
        total = total.checked_mul(60)?.checked_add(digit)?;
    }
    Some(total)
}

fn float(text: &str) -> Option<Number> {
    let (_, digits) = split_sign(text);
    let mut seen_dot = false;
    for (index, byte) in digits.bytes().enumerate() {
        match byte {
            b'0'..=b'9' | b'_' => {}
            b'.' if !seen_dot => seen_dot = true,
            b'e' | b'E' if seen_dot && index > 0 => return signed_exponent(text, &digits[index + 1..]),
            _ => return None,
        }
    }
    if !seen_dot || digits.len() < 2 {
        return None;
    }
    parse_float(text)
}

/// YAML 1.1 asks for a sign in the exponent; without it the scalar is a string.
fn signed_exponent(text: &str, exponent: &str) -> Option<Number> {
    let digits = exponent.strip_prefix(['+', '-'])?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    parse_float(text)
}

fn parse_float(text: &str) -> Option<Number> {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    Number::from_f64(plain.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_follow_yaml_1_1_without_timestamps() {
        for (text, expected) in [
            ("yes", json!(true)),
            ("Off", json!(false)),
            ("y", json!("y")),
            ("~", Value::Null),
            ("", Value::Null),
            ("2012-10-17", json!("2012-10-17")),
            ("2010-09-09T00:00:00Z", json!("2010-09-09T00:00:00Z")),
            ("42", json!(42)),
            ("-7", json!(-7)),
            ("1_000", json!(1000)),
            ("0x1F", json!(31)),
            ("0b11", json!(3)),
            ("0123", json!(83)),
            ("012345678901", json!("012345678901")),
            ("123456789012", json!(123456789012u64)),
            ("99999999999999999999999999", json!("99999999999999999999999999")),
            ("10:30", json!(630)),
            ("08:30", json!("08:30")),
            ("1.5", json!(1.5)),
            ("1.5e+3", json!(1500.0)),
            ("1.5e3", json!("1.5e3")),
            ("1.2.3", json!("1.2.3")),
            (".", json!(".")),
            ("-", json!("-")),
            (".5", json!(0.5)),
            ("10.0.0.0/16", json!("10.0.0.0/16")),
            ("512MB", json!("512MB")),
        ] {
            assert_eq!(resolve_plain(text), expected, "{text}");
        }
    }
}
