//! A form's policy (S3 API reference, "POST Policy"): until when, and what each field must be.

use base_time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Fields;
use crate::error::S3Error;

/// Fields that need no condition.
const FREE: [&str; 7] =
    ["policy", "x-amz-signature", "file", "file-content-type", "signature", "awsaccesskeyid", "bucket"];

/// What the policy allows the file to be, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeLimits {
    pub min: u64,
    pub max: u64,
}

fn denied(text: impl std::fmt::Display) -> S3Error {
    S3Error::new("AccessDenied", 403, format!("Invalid according to Policy: {text}"))
}

fn invalid(text: &str) -> S3Error {
    S3Error::new("InvalidPolicyDocument", 400, format!("Invalid Policy: {text}"))
}

/// Checks the fields against the policy; `None` where it says nothing of the size.
pub fn check(
    encoded: &str,
    bucket: &str,
    fields: &Fields,
    now: Timestamp,
) -> Result<Option<SizeLimits>, S3Error> {
    let text = STANDARD.decode(encoded).map_err(|_| invalid("Invalid Base64."))?;
    let policy: Value = serde_json::from_slice(&text).map_err(|_| invalid("Invalid JSON."))?;
    let expiration = policy
        .get("expiration")
        .and_then(Value::as_str)
        .ok_or_else(|| invalid("Policy missing expiration."))?;
    let expiration =
        Timestamp::parse_rfc3339(expiration).map_err(|_| invalid("Invalid 'expiration' value."))?;
    if expiration < now {
        return Err(denied("Policy expired."));
    }
    let conditions = policy.get("conditions").and_then(Value::as_array);
    let conditions = conditions.ok_or_else(|| invalid("Policy missing conditions."))?;
    let (mut limits, mut named) = (None, Vec::new());
    for condition in conditions {
        match parse(condition).ok_or_else(|| invalid("Invalid condition."))? {
            Parsed::Size(size) => limits = Some(size),
            Parsed::Field(rule) => {
                let value = if rule.name == "bucket" { Some(bucket) } else { fields.get(&rule.name) };
                if !value.is_some_and(|value| rule.holds(value)) {
                    return Err(denied(format!("Policy Condition failed: {condition}")));
                }
                named.push(rule.name);
            }
        }
    }
    let is_covered = |name: &&str| {
        FREE.contains(name) || name.starts_with("x-ignore-") || named.iter().any(|named| named == name)
    };
    match fields.names().find(|name| !is_covered(name)) {
        Some(extra) => Err(denied(format!("Extra input fields: {extra}"))),
        None => Ok(limits),
    }
}

enum Parsed {
    Size(SizeLimits),
    Field(Rule),
}

struct Rule {
    name: String,
    value: String,
    is_prefix: bool,
}

impl Rule {
    fn holds(&self, value: &str) -> bool {
        if self.is_prefix { value.starts_with(&self.value) } else { value == self.value }
    }
}

fn parse(condition: &Value) -> Option<Parsed> {
    match condition {
        Value::Object(pairs) => {
            let (name, value) = pairs.iter().next().filter(|_| pairs.len() == 1)?;
            let (name, value) = (name.to_ascii_lowercase(), value.as_str()?.to_owned());
            Some(Parsed::Field(Rule { name, value, is_prefix: false }))
        }
        Value::Array(items) => {
            let [operator, first, second] = items.as_slice() else { return None };
            let operator = operator.as_str()?.to_ascii_lowercase();
            if operator == "content-length-range" {
                return Some(Parsed::Size(SizeLimits { min: number(first)?, max: number(second)? }));
            }
            let name = first.as_str()?.strip_prefix('$')?.to_ascii_lowercase();
            let value = second.as_str()?.to_owned();
            match operator.as_str() {
                "eq" => Some(Parsed::Field(Rule { name, value, is_prefix: false })),
                "starts-with" => Some(Parsed::Field(Rule { name, value, is_prefix: true })),
                _ => None,
            }
        }
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(
        conditions: Value,
        fields: &[(&str, &str)],
        expiration: &str,
    ) -> Result<Option<SizeLimits>, String> {
        let policy = json!({"expiration": expiration, "conditions": conditions});
        let mut form = Fields::default();
        for (name, value) in fields {
            form.push((*name).to_owned(), (*value).to_owned());
        }
        let now = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
        check(&STANDARD.encode(policy.to_string()), "b", &form, now)
            .map_err(|error| error.message.into_owned())
    }

    const LATER: &str = "2026-01-01T00:10:00.000Z";

    #[test]
    fn fields_must_meet_their_conditions() {
        let conditions =
            json!([{"bucket": "b"}, ["starts-with", "$key", "up/"], ["content-length-range", 1, "10"]]);
        let limits = outcome(conditions.clone(), &[("key", "up/x"), ("policy", "")], LATER).unwrap();
        assert_eq!(limits, Some(SizeLimits { min: 1, max: 10 }));
        let failed = outcome(conditions.clone(), &[("key", "down/x")], LATER).unwrap_err();
        assert!(failed.contains("Policy Condition failed: [\"starts-with\",\"$key\",\"up/\"]"), "{failed}");
        let extra = outcome(conditions, &[("key", "up/x"), ("acl", "private")], LATER).unwrap_err();
        assert_eq!(extra, "Invalid according to Policy: Extra input fields: acl");
        assert!(outcome(json!([{"bucket": "other"}]), &[], LATER).is_err());
    }

    #[test]
    fn a_policy_ends_when_it_says() {
        let expired = outcome(json!([]), &[], "2025-12-31T23:59:59Z").unwrap_err();
        assert_eq!(expired, "Invalid according to Policy: Policy expired.");
        assert!(outcome(json!([["between", "$key", "x"]]), &[], LATER).is_err());
    }
}
