//! Checks of messages before they are kept (SQS API reference, SendMessage).

use api_sqs::types::{MessageAttributeValue, UnsupportedOperation};
use indexmap::IndexMap;
use wire_codec::ApiError;

use crate::error::invalid_parameter;
use crate::model::{Attribute, AttributeValue};

/// User attributes of a message.
const MAX_ATTRIBUTES: usize = 10;
/// Seconds a message or its receive can be hidden.
pub const MAX_DELAY_S: i32 = 900;
pub const MAX_VISIBILITY_S: i32 = 43_200;
/// Size of a batch, in bytes.
pub const MAX_BATCH_BYTES: usize = 1_048_576;

/// XML's characters: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.
pub fn body(text: &str) -> Result<(), ApiError> {
    if text.is_empty() {
        return Err(crate::error::missing_parameter("The request must contain the parameter MessageBody."));
    }
    if text.chars().all(is_allowed) {
        return Ok(());
    }
    Err(ApiError::from_shape(api_sqs::types::InvalidMessageContents {
        message: Some("Message contains characters outside the allowed set.".to_owned()),
    }))
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// Names, types and values of user attributes.
pub fn attributes(
    asked: Option<IndexMap<String, MessageAttributeValue>>,
) -> Result<IndexMap<String, Attribute>, ApiError> {
    let asked = asked.unwrap_or_default();
    if asked.len() > MAX_ATTRIBUTES {
        return Err(invalid_parameter(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MAX_ATTRIBUTES}].",
            asked.len()
        )));
    }
    asked.into_iter().map(|(name, value)| Ok((name.clone(), attribute(&name, value)?))).collect()
}

fn attribute(name: &str, asked: MessageAttributeValue) -> Result<Attribute, ApiError> {
    let is_name = (1..=256).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..");
    let lower = name.to_ascii_lowercase();
    if !is_name || lower.starts_with("aws.") || lower.starts_with("amazon.") {
        return Err(invalid_parameter(format!("The message attribute name '{name}' is invalid.")));
    }
    no_lists(asked.string_list_values.is_some() || asked.binary_list_values.is_some())?;
    let base = asked.data_type.split('.').next().unwrap_or_default();
    let value = match (base, asked.string_value, asked.binary_value) {
        ("String", Some(text), _) => AttributeValue::Text(text),
        ("Number", Some(text), _) => {
            text.trim().parse::<f64>().map_err(|_| {
                invalid_parameter(format!(
                    "Can't cast the value of message (user) attribute '{name}' to a number."
                ))
            })?;
            AttributeValue::Text(text)
        }
        ("Binary", _, Some(bytes)) => AttributeValue::Binary(bytes),
        ("String" | "Number" | "Binary", ..) => {
            return Err(invalid_parameter(format!(
                "The message (user) attribute '{name}' must contain a non-empty value of type '{base}'."
            )));
        }
        _ => {
            return Err(invalid_parameter(format!(
                "The type of message (user) attribute '{name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String."
            )));
        }
    };
    let is_empty = match &value {
        AttributeValue::Text(text) => text.is_empty(),
        AttributeValue::Binary(bytes) => bytes.is_empty(),
    };
    if is_empty {
        return Err(invalid_parameter(format!(
            "The message (user) attribute '{name}' must contain a non-empty value of type '{base}'."
        )));
    }
    if let AttributeValue::Text(text) = &value {
        body(text)?;
    }
    Ok(Attribute { data_type: asked.data_type, value })
}

/// Lists of values are in the API, but SQS takes none.
pub fn no_lists(has_lists: bool) -> Result<(), ApiError> {
    if !has_lists {
        return Ok(());
    }
    Err(ApiError::from_shape(UnsupportedOperation {
        message: Some("Message attribute list values are not supported.".to_owned()),
    }))
}

/// Body and attributes together, in bytes.
pub fn size(text: &str, attributes: &IndexMap<String, Attribute>) -> usize {
    let of = |(name, attribute): (&String, &Attribute)| {
        let value = match &attribute.value {
            AttributeValue::Text(text) => text.len(),
            AttributeValue::Binary(bytes) => bytes.len(),
        };
        name.len() + attribute.data_type.len() + value
    };
    text.len() + attributes.iter().map(of).sum::<usize>()
}

/// A number of seconds within 0 and `max`.
pub fn seconds(name: &str, value: i32, max: i32) -> Result<u32, ApiError> {
    if (0..=max).contains(&value) {
        return Ok(value.unsigned_abs());
    }
    Err(invalid_parameter(format!(
        "Value {value} for parameter {name} is invalid. Reason: Must be between 0 and {max}, if provided."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(data_type: &str, text: &str) -> MessageAttributeValue {
        MessageAttributeValue {
            data_type: data_type.into(),
            string_value: Some(text.into()),
            ..MessageAttributeValue::default()
        }
    }

    #[test]
    fn control_characters_are_refused() {
        assert!(body("tab\tand\u{1f600}").is_ok());
        assert_eq!(body("bell\u{7}").unwrap_err().code, "InvalidMessageContents");
        assert!(body("").is_err());
    }

    #[test]
    fn attribute_types_and_names_are_checked() {
        assert!(attribute("a.b-c", value("Number.int", "12")).is_ok());
        assert!(attribute("a", value("Number", "twelve")).is_err());
        assert!(attribute("a", value("Text", "x")).is_err());
        assert!(attribute("a", value("String", "")).is_err());
        assert!(attribute("AWS.x", value("String", "x")).is_err());
        assert!(attribute("a..b", value("String", "x")).is_err());
        let list =
            MessageAttributeValue { string_list_values: Some(vec!["y".into()]), ..value("String", "x") };
        assert!(attribute("a", list).unwrap_err().code.ends_with("UnsupportedOperation"));
    }

    #[test]
    fn seconds_are_bounded() {
        assert_eq!(seconds("DelaySeconds", 900, MAX_DELAY_S).unwrap(), 900);
        assert!(seconds("DelaySeconds", 901, MAX_DELAY_S).is_err());
        assert!(seconds("DelaySeconds", -1, MAX_DELAY_S).is_err());
    }
}
