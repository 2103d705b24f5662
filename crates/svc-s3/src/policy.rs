//! Bucket policies: what may be stored, and whether one is public (S3 User Guide, "The meaning of public"). Evaluating
//! them is IAM's affair.

use serde_json::{Map, Value};

use crate::error::S3Error;
use crate::names::bucket_arn;

/// Longest policy, in bytes.
const MAX_BYTES: usize = 20 << 10;
const FIELDS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Condition keys that, held to fixed values, make a statement for everyone one for a known few.
const FIXING_KEYS: [&str; 15] = [
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
    "aws:sourceorgid",
];

/// Whether the bucket may have this policy.
pub fn check(text: &str, bucket: &str) -> Result<(), S3Error> {
    if text.len() > MAX_BYTES {
        return Err(S3Error::malformed_policy("Policy exceeds the maximum allowed document size."));
    }
    let policy = parse(text).ok_or_else(|| {
        S3Error::malformed_policy("Policies must be valid JSON and the first byte must be '{'")
    })?;
    if !matches!(policy.get("Version").and_then(Value::as_str), None | Some("2012-10-17" | "2008-10-17")) {
        return Err(S3Error::malformed_policy("The policy must contain a valid version string"));
    }
    if let Some(field) = policy.keys().find(|field| !matches!(field.as_str(), "Version" | "Id" | "Statement"))
    {
        return Err(S3Error::malformed_policy(format!("Unknown field {field}")));
    }
    let statements = statements(&policy);
    if statements.is_empty() {
        return Err(S3Error::malformed_policy("Missing required field Statement"));
    }
    statements.into_iter().try_for_each(|statement| check_statement(statement, bucket))
}

/// The bucket has none.
pub fn missing(bucket: &str) -> S3Error {
    S3Error::no_such_configuration("NoSuchBucketPolicy", "The bucket policy does not exist", bucket)
}

fn parse(text: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Object(policy)) if text.starts_with('{') => Some(policy),
        _ => None,
    }
}

fn statements(policy: &Map<String, Value>) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement) => vec![statement],
        None => Vec::new(),
    }
}

fn check_statement(statement: &Value, bucket: &str) -> Result<(), S3Error> {
    let Value::Object(statement) = statement else {
        return Err(S3Error::malformed_policy("Statement is not valid"));
    };
    if let Some(field) = statement.keys().find(|field| !FIELDS.contains(&field.as_str())) {
        return Err(S3Error::malformed_policy(format!("Unknown field {field}")));
    }
    match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow" | "Deny") => {}
        Some(effect) => return Err(S3Error::malformed_policy(format!("Invalid effect: {effect}"))),
        None => return Err(S3Error::malformed_policy("Missing required field Effect")),
    }
    for (name, other) in [("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")]
    {
        if statement.contains_key(name) == statement.contains_key(other) {
            return Err(S3Error::malformed_policy(format!("Missing required field {name}")));
        }
    }
    check_principal(statement)?;
    check_actions(statement)?;
    check_resources(statement, bucket)
}

fn check_principal(statement: &Map<String, Value>) -> Result<(), S3Error> {
    let is_valid = match statement.get("Principal").or_else(|| statement.get("NotPrincipal")) {
        Some(Value::String(text)) => text == "*",
        Some(Value::Object(kinds)) => {
            let is_kind =
                |kind: &String| matches!(kind.as_str(), "AWS" | "Service" | "Federated" | "CanonicalUser");
            !kinds.is_empty() && kinds.iter().all(|(kind, value)| is_kind(kind) && texts(value).is_some())
        }
        _ => false,
    };
    if is_valid { Ok(()) } else { Err(S3Error::malformed_policy("Invalid principal in policy")) }
}

fn check_actions(statement: &Map<String, Value>) -> Result<(), S3Error> {
    let value = statement.get("Action").or_else(|| statement.get("NotAction"));
    let is_ours = |action: &&str| *action == "*" || action.to_ascii_lowercase().starts_with("s3:");
    match value.and_then(texts) {
        Some(actions) if !actions.is_empty() && actions.iter().all(is_ours) => Ok(()),
        _ => Err(S3Error::malformed_policy("Policy has invalid action")),
    }
}

fn check_resources(statement: &Map<String, Value>, bucket: &str) -> Result<(), S3Error> {
    let value = statement.get("Resource").or_else(|| statement.get("NotResource"));
    let arn = bucket_arn(bucket);
    let is_ours = |resource: &&str| {
        *resource == arn
            || resource
                .strip_prefix(arn.as_str())
                .is_some_and(|rest| rest.starts_with('/') || rest.starts_with('*'))
    };
    match value.and_then(texts) {
        Some(resources) if !resources.is_empty() && resources.iter().all(is_ours) => Ok(()),
        _ => Err(S3Error::malformed_policy("Policy has invalid resource")),
    }
}

/// A string, or a list of strings.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Whether a stored policy lets everyone in.
pub fn is_public(text: &str) -> bool {
    let Some(policy) = parse(text) else { return false };
    statements(&policy).into_iter().any(is_public_statement)
}

fn is_public_statement(statement: &Value) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Allow")
        && (statement.get("NotPrincipal").is_some() || statement.get("Principal").is_some_and(is_everyone))
        && !statement.get("Condition").is_some_and(is_fixing)
}

fn is_everyone(principal: &Value) -> bool {
    match principal {
        Value::String(text) => text == "*",
        Value::Object(kinds) => kinds.get("AWS").and_then(texts).is_some_and(|arns| arns.contains(&"*")),
        _ => false,
    }
}

/// Whether some condition holds a telling key to values without wildcards.
fn is_fixing(condition: &Value) -> bool {
    let Value::Object(operators) = condition else { return false };
    operators.iter().filter(|(operator, _)| is_positive(operator)).any(|(_, keys)| {
        let Value::Object(keys) = keys else { return false };
        keys.iter()
            .any(|(key, value)| FIXING_KEYS.contains(&key.to_ascii_lowercase().as_str()) && is_fixed(value))
    })
}

fn is_positive(operator: &str) -> bool {
    let operator = operator.rsplit(':').next().unwrap_or(operator);
    !operator.contains("Not") && !operator.ends_with("IfExists") && operator != "Null"
}

fn is_fixed(value: &Value) -> bool {
    let is_wide = |text: &&str| text.contains(['*', '?']) || matches!(*text, "0.0.0.0/0" | "::/0");
    texts(value).is_some_and(|texts| !texts.is_empty() && !texts.iter().any(is_wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(principal: &str, resource: &str, condition: &str) -> String {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},
            "Action":"s3:GetObject","Resource":"{resource}"{condition}}}]}}"#
        )
    }

    #[test]
    fn a_policy_about_this_bucket_is_accepted() {
        for resource in ["arn:aws:s3:::b/*", "arn:aws:s3:::b", "arn:aws:s3:::b*", "arn:aws:s3:::b/a/b"] {
            check(&policy("\"*\"", resource, ""), "b").unwrap();
        }
    }

    #[test]
    fn each_fault_is_named() {
        let message = |text: &str| check(text, "b").unwrap_err().message.into_owned();
        assert_eq!(message("[]"), "Policies must be valid JSON and the first byte must be '{'");
        assert_eq!(message(" {}"), "Policies must be valid JSON and the first byte must be '{'");
        assert_eq!(message("{}"), "Missing required field Statement");
        assert_eq!(message(&policy("\"*\"", "arn:aws:s3:::other/*", "")), "Policy has invalid resource");
        assert_eq!(message(&policy("\"*\"", "arn:aws:s3:::bc/*", "")), "Policy has invalid resource");
        assert_eq!(message(&policy("\"me\"", "arn:aws:s3:::b/*", "")), "Invalid principal in policy");
        assert_eq!(
            message(&policy("\"*\"", "arn:aws:s3:::b/*", "").replace("s3:Get", "sqs:Get")),
            "Policy has invalid action"
        );
        assert_eq!(message(&policy("\"*\"", "arn:aws:s3:::b/*", ",\"Foo\":1")), "Unknown field Foo");
        assert_eq!(
            message(&policy("\"*\"", "arn:aws:s3:::b/*", "").replace("Allow", "Maybe")),
            "Invalid effect: Maybe"
        );
    }

    #[test]
    fn a_policy_for_everyone_is_public_unless_a_condition_fixes_it() {
        let arn = "arn:aws:s3:::b/*";
        assert!(is_public(&policy("\"*\"", arn, "")));
        assert!(is_public(&policy(r#"{"AWS":["*"]}"#, arn, "")));
        assert!(!is_public(&policy(r#"{"AWS":"arn:aws:iam::111122223333:root"}"#, arn, "")));
        let ip = r#","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#;
        assert!(!is_public(&policy("\"*\"", arn, ip)));
        assert!(is_public(&policy("\"*\"", arn, &ip.replace("10.0.0.0/8", "0.0.0.0/0"))));
        assert!(is_public(&policy("\"*\"", arn, &ip.replace("IpAddress", "NotIpAddress"))));
        assert!(is_public(&policy("\"*\"", arn, r#","Condition":{"StringEquals":{"s3:prefix":"x"}}"#)));
    }
}
