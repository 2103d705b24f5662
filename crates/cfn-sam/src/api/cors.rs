//! The `Cors` property.

use serde_json::{Value, json};

use super::Api;
use crate::definition::cors::Cors;
use crate::error::{Result, SamError};
use crate::tree::{Entries, is_intrinsic};

const WILDCARD: &str = "'*'";
const KEYS: [&str; 5] = ["AllowMethods", "AllowHeaders", "AllowOrigin", "MaxAge", "AllowCredentials"];

pub(super) fn apply(api: &mut Api<'_>) -> Result<()> {
    let declared = api.declared;
    let Some(value) = declared.set("Cors") else { return Ok(()) };
    if api.body.is_none() {
        return api.editable("Cors").map(drop);
    }
    let cors = match value {
        other if other.is_string() || is_intrinsic(other) => {
            read(&Entries::from_iter([("AllowOrigin".to_owned(), other.clone())]))
        }
        Value::Object(entries) => {
            if let Some(key) = entries.keys().find(|key| !KEYS.contains(&key.as_str())) {
                return Err(declared.error(format!("Invalid key '{key}' for 'Cors' property.")));
            }
            read(entries)
        }
        _ => return Err(declared.error("Invalid value for 'Cors' property")),
    };
    let mut definition = api.editable("Cors")?;
    if cors.credentials && cors.origin == WILDCARD {
        return Err(declared.error(
            "Unable to add Cors configuration because 'AllowCredentials' can not be true when 'AllowOrigin' is \"'*'\" or not set",
        ));
    }
    let mut seen: Vec<String> = Vec::new();
    for path in definition.paths() {
        let normal = if path == "/" { path.clone() } else { path.trim_end_matches('/').to_owned() };
        if seen.contains(&normal) {
            continue;
        }
        seen.push(normal);
        definition.add_cors(&path, &cors).map_err(|error| match error {
            SamError::Template(text) if text.starts_with("Invalid input.") => {
                declared.error(SamError::Template(text).to_string())
            }
            other => other,
        })?;
    }
    api.set_body(definition);
    Ok(())
}

fn read(entries: &Entries) -> Cors {
    let value = |key: &str| entries.get(key).cloned().unwrap_or_default();
    Cors {
        origin: entries.get("AllowOrigin").cloned().unwrap_or_else(|| json!(WILDCARD)),
        headers: value("AllowHeaders"),
        methods: value("AllowMethods"),
        max_age: value("MaxAge"),
        credentials: value("AllowCredentials") == json!(true),
    }
}
