//! Reading resolved properties.

use port::{ResourceFailure, ResourceRequest};
use serde_json::{Map, Value};

use crate::tables::TagRows;

type Properties = Map<String, Value>;

fn wrong(name: &str, wanted: &str) -> ResourceFailure {
    ResourceFailure::new(format!("Property {name} must be {wanted}"))
}

pub(super) fn text<'a>(properties: &'a Properties, name: &str) -> Result<Option<&'a str>, ResourceFailure> {
    match properties.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name, "a string")),
    }
}

pub(super) fn required_text<'a>(properties: &'a Properties, name: &str) -> Result<&'a str, ResourceFailure> {
    text(properties, name)?.ok_or_else(|| wrong(name, "given"))
}

pub(super) fn owned(properties: &Properties, name: &str) -> Result<Option<String>, ResourceFailure> {
    Ok(text(properties, name)?.map(str::to_owned))
}

/// A number, or a string of digits as templates' parameters give it.
pub(super) fn number(properties: &Properties, name: &str) -> Result<Option<i32>, ResourceFailure> {
    let number = match properties.get(name) {
        None => return Ok(None),
        Some(Value::Number(number)) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    number.map(Some).ok_or_else(|| wrong(name, "an integer"))
}

pub(super) fn texts<'a>(properties: &'a Properties, name: &str) -> Result<Vec<&'a str>, ResourceFailure> {
    match properties.get(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().ok_or_else(|| wrong(name, "a list of strings"))).collect()
        }
        Some(_) => Err(wrong(name, "a list of strings")),
    }
}

/// A policy document as text, whether the template wrote it as an object or as a string.
pub(super) fn document(properties: &Properties, name: &str) -> Result<String, ResourceFailure> {
    match properties.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(object @ Value::Object(_)) => Ok(object.to_string()),
        _ => Err(wrong(name, "a policy document")),
    }
}

/// `Policies`: names and documents.
pub(super) fn inline(properties: &Properties) -> Result<Vec<(String, String)>, ResourceFailure> {
    let policies = match properties.get("Policies") {
        None => return Ok(Vec::new()),
        Some(Value::Array(policies)) => policies,
        Some(_) => return Err(wrong("Policies", "a list")),
    };
    let one = |policy: &Value| {
        let policy = policy.as_object().ok_or_else(|| wrong("Policies", "a list of policies"))?;
        if let Some(odd) =
            policy.keys().find(|name| !matches!(name.as_str(), "PolicyName" | "PolicyDocument"))
        {
            return Err(ResourceFailure::new(format!("Encountered unsupported property {odd} in Policies")));
        }
        Ok((required_text(policy, "PolicyName")?.to_owned(), document(policy, "PolicyDocument")?))
    };
    policies.iter().map(one).collect()
}

/// The stack's tags with the resource's own over them.
pub(super) fn tags(request: &ResourceRequest) -> Result<TagRows, ResourceFailure> {
    let mut rows = request.tags.clone();
    let own = match request.properties.get("Tags") {
        None => return Ok(rows),
        Some(Value::Array(tags)) => tags,
        Some(_) => return Err(wrong("Tags", "a list")),
    };
    for tag in own {
        let tag = tag.as_object().ok_or_else(|| wrong("Tags", "a list of keys and values"))?;
        let pair = (required_text(tag, "Key")?.to_owned(), required_text(tag, "Value")?.to_owned());
        crate::inputs::merge_tags(&mut rows, vec![pair]);
    }
    Ok(rows)
}

pub(super) fn api_tags(rows: &TagRows) -> Option<Vec<api_iam::Tag>> {
    Some(crate::shapes::tags(rows))
}

/// The generated name, cut in its middle to `max` characters so that its random end stays.
pub(super) fn generated(request: &ResourceRequest, max: usize) -> String {
    /// A hyphen and twelve random characters.
    const END: usize = 13;
    let name: Vec<char> = request.generated_name.chars().collect();
    if name.len() <= max {
        return request.generated_name.clone();
    }
    let start = name.iter().take(max.saturating_sub(END));
    start.chain(&name[name.len() - END.min(name.len())..]).collect()
}
