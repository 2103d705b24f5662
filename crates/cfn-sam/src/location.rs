//! Where code and definitions lie in S3.

use serde_json::{Value, json};

use crate::error::{Result, SamError};
use crate::tree::{Entries, at, truthy};

/// Bucket, key and version of `s3://bucket/key?versionId=..`.
fn parse(uri: &str) -> Option<Entries> {
    let rest = uri.strip_prefix("s3://")?;
    let (location, query) = rest.split_once('?').map_or((rest, ""), |(location, query)| (location, query));
    let location = location.split('#').next().unwrap_or(location);
    let (bucket, key) = location.split_once('/')?;
    if bucket.is_empty() || bucket.contains(['[', ']']) {
        return None;
    }
    let mut pointer = Entries::new();
    pointer.insert("Bucket".into(), json!(bucket));
    pointer.insert("Key".into(), json!(key.trim_start_matches('/')));
    let versions: Vec<&str> = query.split('&').filter_map(|part| part.strip_prefix("versionId=")).collect();
    if let [version] = versions.as_slice() {
        pointer.insert("Version".into(), json!(version));
    }
    Some(pointer)
}

/// `{Bucket, Key, Version?}` from a URI or a mapping.
pub(crate) fn body(uri: &Value, id: &str, property: &str) -> Result<Value> {
    let pointer = match uri {
        Value::Object(entries) => {
            if !["Bucket", "Key"].iter().all(|key| entries.get(*key).is_some_and(truthy)) {
                return Err(needs_bucket_and_key(id, property));
            }
            entries.clone()
        }
        other => other.as_str().and_then(parse).ok_or_else(|| invalid_uri(id, property))?,
    };
    let mut location = json!({"Bucket": pointer.get("Bucket"), "Key": pointer.get("Key")});
    if let (Some(version), Some(entries)) = (pointer.get("Version"), location.as_object_mut()) {
        entries.insert("Version".into(), version.clone());
    }
    Ok(location)
}

fn needs_bucket_and_key(id: &str, property: &str) -> SamError {
    SamError::resource(id, format!("'{property}' requires Bucket and Key properties to be specified."))
}

fn invalid_uri(id: &str, property: &str) -> SamError {
    SamError::resource(
        id,
        format!(
            "'{property}' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query parameter."
        ),
    )
}

/// `{S3Bucket, S3Key, S3ObjectVersion?}` from a URI or a mapping.
pub(crate) fn code(uri: &Value, id: &str, property: &str) -> Result<Entries> {
    if let Value::String(text) = uri
        && has_dynamic_path(text)
    {
        return Err(SamError::resource(
            id,
            format!(
                "Unsupported dynamic reference detected in '{property}'. Please consider using alternative 'FunctionCode' object format."
            ),
        ));
    }
    if !uri.is_object() && !uri.is_string() {
        return Err(SamError::resource(id, format!("'{property}' must be of type dict or string.")));
    }
    let location = body(uri, id, property)?;
    let mut code = Entries::new();
    for (from, to) in [("Bucket", "S3Bucket"), ("Key", "S3Key"), ("Version", "S3ObjectVersion")] {
        if let Some(value) = at(&location, from) {
            code.insert(to.into(), value.clone());
        }
    }
    Ok(code)
}

/// A dynamic reference whose name holds a slash can't be told from the key.
fn has_dynamic_path(text: &str) -> bool {
    ["ssm:", "ssm-secure:", "secretsmanager:"].iter().any(|service| {
        let opening = format!("{{{{resolve:{service}");
        let inside = text.find(&opening).map(|start| &text[start + opening.len()..]);
        inside.and_then(|inside| inside.split_once("}}")).is_some_and(|(name, _)| name.contains('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_taken_apart() {
        assert_eq!(
            Value::Object(code(&json!("s3://b/k/x.zip?versionId=7"), "F", "CodeUri").unwrap()),
            json!({"S3Bucket": "b", "S3Key": "k/x.zip", "S3ObjectVersion": "7"})
        );
        assert!(code(&json!("./src"), "F", "CodeUri").is_err());
        assert!(code(&json!("s3://b/{{resolve:ssm:a/b}}"), "F", "CodeUri").is_err());
        assert!(body(&json!({"Bucket": "b"}), "F", "DefinitionUri").is_err());
    }
}
