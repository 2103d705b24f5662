//! Rules a value from the wire must meet, with DynamoDB's texts, and the constructors that enforce them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::{Number, NumberError, Value};

/// A message for a ValidationException.
pub type Invalid = String;

const INVALID: &str = "One or more parameter values were invalid: ";

/// Prefixes `One or more parameter values were invalid: `.
pub fn invalid_parameter(message: impl AsRef<str>) -> Invalid {
    format!("{INVALID}{}", message.as_ref())
}

/// Parses a number, naming the offending text as DynamoDB does.
pub fn number(text: &str) -> Result<Number, Invalid> {
    Number::parse(text).map_err(|error| match error {
        NumberError::NotNumeric if !text.is_empty() => format!("{error}: {text}"),
        _ => error.to_string(),
    })
}

/// `NULL` must be true.
pub fn null(is_null: bool) -> Result<Value, Invalid> {
    if is_null {
        Ok(Value::Null)
    } else {
        Err(invalid_parameter("Null attribute value types must have the value of true"))
    }
}

/// A set of strings: not empty, without duplicates; sorted.
pub fn string_set(set: Vec<String>) -> Result<Value, Invalid> {
    if set.is_empty() {
        return Err(invalid_parameter("An string set  may not be empty"));
    }
    match sorted(&set) {
        Some(set) => Ok(Value::Ss(set)),
        None => Err(invalid_parameter(format!("Input collection [{}] contains duplicates.", shown(&set)))),
    }
}

/// A set of numbers: not empty, without duplicates by value; sorted.
pub fn number_set(set: &[String]) -> Result<Value, Invalid> {
    if set.is_empty() {
        return Err(invalid_parameter("An number set  may not be empty"));
    }
    let numbers = set.iter().map(|text| number(text)).collect::<Result<Vec<_>, _>>()?;
    sorted(&numbers).map(Value::Ns).ok_or_else(|| "Input collection contains duplicates".to_owned())
}

/// A set of binaries: not empty, without duplicates; sorted.
pub fn binary_set(set: Vec<Bytes>) -> Result<Value, Invalid> {
    if set.is_empty() {
        return Err(invalid_parameter("Binary sets should not be empty"));
    }
    match sorted(&set) {
        Some(set) => Ok(Value::Bs(set)),
        None => {
            let texts: Vec<String> = set.iter().map(|bytes| STANDARD.encode(bytes)).collect();
            let shown = shown(&texts);
            // The missing space is the service's.
            Err(invalid_parameter(format!("Input collection [{shown}]of type BS contains duplicates.")))
        }
    }
}

/// `None` where an element comes twice.
fn sorted<T: Ord + Clone>(set: &[T]) -> Option<Vec<T>> {
    let mut elements = set.to_vec();
    elements.sort_unstable();
    elements.windows(2).all(|pair| pair[0] != pair[1]).then_some(elements)
}

/// The elements as the error shows them, cut where a hostile set would make it enormous.
fn shown(set: &[String]) -> String {
    const MOST: usize = 1000;
    let mut text = String::new();
    for (i, element) in set.iter().enumerate() {
        let separator = if i == 0 { "" } else { ", " };
        let _ = write!(text, "{separator}{element}");
        if text.len() > MOST {
            text.truncate(text.floor_char_boundary(MOST));
            text.push('…');
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_sorted_and_refuse_duplicates_with_the_services_texts() {
        let set = string_set(vec!["b".into(), "a".into()]).unwrap();
        assert_eq!(set, Value::Ss(vec!["a".into(), "b".into()]));
        assert_eq!(
            string_set(vec!["a".into(), "a".into()]).unwrap_err(),
            "One or more parameter values were invalid: Input collection [a, a] contains duplicates."
        );
        assert_eq!(
            number_set(&["1".into(), "1.0".into()]).unwrap_err(),
            "Input collection contains duplicates"
        );
        assert_eq!(
            string_set(Vec::new()).unwrap_err(),
            "One or more parameter values were invalid: An string set  may not be empty"
        );
    }

    #[test]
    fn numbers_name_the_text_that_is_none() {
        assert_eq!(number("dog").unwrap_err(), "The parameter cannot be converted to a numeric value: dog");
        assert_eq!(number("").unwrap_err(), "The parameter cannot be converted to a numeric value");
    }
}
