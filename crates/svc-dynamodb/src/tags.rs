//! Tags of tables: limits and conversion.

use api_dynamodb::Tag;

use crate::error::{Error, Result};
use crate::tables::Tags;

const MAX_TAGS: usize = 50;
const MAX_KEY_CHARS: usize = 128;
const MAX_VALUE_CHARS: usize = 256;

/// Tags of a request, checked.
pub(crate) fn collected(tags: Vec<Tag>) -> Result<Tags> {
    let mut collected = Tags::new();
    for Tag { key, value } in tags {
        if key.is_empty() || key.chars().count() > MAX_KEY_CHARS || value.chars().count() > MAX_VALUE_CHARS {
            return Err(Error::Validation(format!("Tag key or value is too long or empty: {key}")));
        }
        if key.starts_with("aws:") && !key.starts_with("aws:cloudformation:") {
            return Err(Error::Validation(format!(
                "Tag keys starting with 'aws:' are reserved for system use: {key}"
            )));
        }
        if collected.insert(key.clone(), value).is_some() {
            return Err(Error::Validation(format!("Duplicate tag key: {key}")));
        }
    }
    check_count(&collected)?;
    Ok(collected)
}

/// At most 50 tags on a table.
pub(crate) fn check_count(tags: &Tags) -> Result<()> {
    if tags.len() > MAX_TAGS {
        return Err(Error::Validation("Too many tags: at most 50 tags are allowed".to_owned()));
    }
    Ok(())
}

/// Tags as the API shows them.
pub(crate) fn shown(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// The table a tag operation names by its ARN.
pub(crate) fn table_of(cx: &port::RequestContext, arn: &str) -> Result<crate::catalog::TableRef> {
    if !arn.starts_with("arn:") {
        return Err(invalid_arn(arn));
    }
    crate::catalog::TableRef::parse(cx, arn).map_err(|_| invalid_arn(arn))
}

fn invalid_arn(arn: &str) -> Error {
    Error::Validation(format!("Invalid TableArn: Invalid ResourceArn provided as input {arn}"))
}

/// Tag operations name the ARN they miss.
pub(crate) fn missing(error: Error, arn: &str) -> Error {
    match error {
        Error::NotFound(_) => {
            Error::NotFound(format!("Requested resource not found: ResourcArn: {arn} not found"))
        }
        other => other,
    }
}
