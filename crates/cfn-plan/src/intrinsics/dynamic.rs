//! Dynamic references: `{{resolve:ssm:name:version}}` inside strings.
//!
//! [`collect`] lists those in a tree, the caller looks them up, [`fill`] puts the answers in. Both are pure.

use indexmap::IndexMap;
use serde_json::Value;

/// Most dynamic references a stack may hold.
pub const MAX_DYNAMIC_REFERENCES: usize = 60;

/// One dynamic reference.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DynamicReference {
    /// `{{resolve:ssm:name[:version]}}`.
    Ssm {
        /// Parameter name.
        name: String,
        /// Version, the latest when absent.
        version: Option<u64>,
    },
    /// `{{resolve:ssm-secure:name[:version]}}`.
    SsmSecure {
        /// Parameter name.
        name: String,
        /// Version, the latest when absent.
        version: Option<u64>,
    },
    /// `{{resolve:secretsmanager:id[:SecretString[:key[:stage[:version]]]]}}`.
    Secret {
        /// Name or ARN.
        secret_id: String,
        /// Key within a JSON secret.
        json_key: Option<String>,
        /// Staging label.
        version_stage: Option<String>,
        /// Version id.
        version_id: Option<String>,
    },
}

/// Why the text between the braces is no reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DynamicError {
    /// Wrong shape or unknown service.
    #[error("Incorrect format is used in the following dynamic reference: [{0}]")]
    Format(String),
    /// More than [`MAX_DYNAMIC_REFERENCES`].
    #[error("The template contains more than {MAX_DYNAMIC_REFERENCES} dynamic references")]
    TooMany,
}

const OPEN: &str = "{{resolve:";

/// The references in a tree by their text (`{{resolve:..}}`), each once.
pub fn collect(value: &Value) -> Result<IndexMap<String, DynamicReference>, DynamicError> {
    let mut found = IndexMap::new();
    walk(value, &mut found)?;
    Ok(found)
}

fn walk(value: &Value, found: &mut IndexMap<String, DynamicReference>) -> Result<(), DynamicError> {
    match value {
        Value::String(text) => {
            let mut rest = text.as_str();
            while let Some((_, reference, after)) = next(rest) {
                if !found.contains_key(reference) {
                    found.insert(reference.to_owned(), parse(reference)?);
                }
                if found.len() > MAX_DYNAMIC_REFERENCES {
                    return Err(DynamicError::TooMany);
                }
                rest = after;
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(|item| walk(item, found)),
        Value::Object(entries) => entries.values().try_for_each(|entry| walk(entry, found)),
        _ => Ok(()),
    }
}

/// Text before, the reference with its braces, text after.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find(OPEN)?;
    let length = text[start..].find("}}")? + 2;
    Some((&text[..start], &text[start..start + length], &text[start + length..]))
}

fn parse(reference: &str) -> Result<DynamicReference, DynamicError> {
    let wrong = || DynamicError::Format(reference.to_owned());
    let inside = &reference[2 + "resolve:".len()..reference.len() - 2];
    let (service, rest) = inside.split_once(':').ok_or_else(wrong)?;
    match service {
        "ssm" | "ssm-secure" => {
            let (name, version) = match rest.split_once(':') {
                Some((name, version)) => (name, Some(version.parse().map_err(|_| wrong())?)),
                None => (rest, None),
            };
            if name.is_empty() {
                return Err(wrong());
            }
            let name = name.to_owned();
            Ok(if service == "ssm" {
                DynamicReference::Ssm { name, version }
            } else {
                DynamicReference::SsmSecure { name, version }
            })
        }
        "secretsmanager" => secret(rest).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

fn secret(rest: &str) -> Option<DynamicReference> {
    let parts: Vec<&str> = rest.split(':').collect();
    // An ARN has seven parts of its own.
    let own = if rest.starts_with("arn:") { 7 } else { 1 };
    if parts.len() < own || parts.len() > own + 4 {
        return None;
    }
    let secret_id = parts[..own].join(":");
    let part =
        |index: usize| parts.get(own + index).filter(|part| !part.is_empty()).map(|part| (*part).to_owned());
    if secret_id.is_empty() || part(0).is_some_and(|kind| kind != "SecretString") {
        return None;
    }
    Some(DynamicReference::Secret {
        secret_id,
        json_key: part(1),
        version_stage: part(2),
        version_id: part(3),
    })
}

/// The tree with each reference replaced by its answer. A reference without an answer stays as it is.
pub fn fill(value: &Value, answers: &IndexMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(fill_text(text, answers)),
        Value::Array(items) => items.iter().map(|item| fill(item, answers)).collect(),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, entry)| (key.clone(), fill(entry, answers))).collect())
        }
        plain => plain.clone(),
    }
}

fn fill_text(text: &str, answers: &IndexMap<String, String>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference, after)) = next(rest) {
        result.push_str(before);
        result.push_str(answers.get(reference).map_or(reference, String::as_str));
        rest = after;
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_found_and_filled_in_place() {
        let tree = json!({"A": ["x-{{resolve:ssm:/db/host:3}}-{{resolve:ssm:port}}"], "B": "{{resolve:secretsmanager:db:SecretString:password}}"});
        let found = collect(&tree).unwrap();
        assert_eq!(
            found["{{resolve:ssm:/db/host:3}}"],
            DynamicReference::Ssm { name: "/db/host".into(), version: Some(3) }
        );
        assert_eq!(
            found["{{resolve:secretsmanager:db:SecretString:password}}"],
            DynamicReference::Secret {
                secret_id: "db".into(),
                json_key: Some("password".into()),
                version_stage: None,
                version_id: None
            }
        );
        let answers = IndexMap::from([
            ("{{resolve:ssm:/db/host:3}}".to_owned(), "h".to_owned()),
            ("{{resolve:ssm:port}}".to_owned(), "1".to_owned()),
        ]);
        assert_eq!(fill(&tree, &answers)["A"][0], "x-h-1");
    }

    #[test]
    fn an_arn_keeps_its_colons_and_nonsense_is_refused() {
        let arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:db-AbCdEf";
        let found = collect(&json!(format!("{{{{resolve:secretsmanager:{arn}}}}}"))).unwrap();
        assert!(matches!(&found[0], DynamicReference::Secret { secret_id, .. } if secret_id == arn));
        for wrong in ["{{resolve:vault:x}}", "{{resolve:ssm:}}", "{{resolve:ssm:a:b}}", "{{resolve:ssm}}"] {
            assert!(collect(&json!(wrong)).is_err(), "{wrong}");
        }
        assert!(collect(&json!("{{resolve:ssm:open")).unwrap().is_empty());
    }
}
