//! `models/manifest.toml` and `models/overlays/*.toml`: what is built, and what the models leave out.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// The operations of one service that are built.
#[derive(Debug, Deserialize)]
pub(crate) struct Service {
    #[serde(rename = "trait")]
    pub trait_name: String,
    pub operations: Wanted,
}

/// `"all"` or a list of names.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Wanted {
    Word(String),
    Some(Vec<String>),
}

impl Wanted {
    pub(crate) fn contains(&self, operation: &str) -> bool {
        match self {
            Self::Word(word) => word == "all",
            Self::Some(names) => names.iter().any(|n| n == operation),
        }
    }

    pub(crate) fn names(&self) -> &[String] {
        match self {
            Self::Word(_) => &[],
            Self::Some(names) => names,
        }
    }
}

/// What botocore's model of a service does not say, or no longer says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overlay {
    /// Protocols served besides the model's.
    #[serde(default)]
    pub protocols: Vec<String>,
    /// Fields of `wire_codec::service::Quirks`, as Rust expressions.
    #[serde(default)]
    pub quirks: BTreeMap<String, String>,
    /// Root elements of restXml answers by operation.
    #[serde(default)]
    pub output_roots: BTreeMap<String, String>,
    /// Operations whose answer's root element holds the only member's text.
    #[serde(default)]
    pub unwrapped_outputs: Vec<String>,
    /// Largest buffered bodies by operation, in bytes.
    #[serde(default)]
    pub body_limits: BTreeMap<String, usize>,
    /// Codes of the query protocol by error shape.
    #[serde(default)]
    pub query_codes: BTreeMap<String, String>,
    /// Statuses by error shape, where the model has none.
    #[serde(default)]
    pub statuses: BTreeMap<String, u16>,
    /// Names of the query protocol by `Shape.Member`.
    #[serde(default)]
    pub query_names: BTreeMap<String, String>,
    /// Libraries of the crate's own tests.
    #[serde(default)]
    pub test_dependencies: Vec<String>,
    /// Merged into the model (JSON merge patch, RFC 7396).
    #[serde(default)]
    pub model: Value,
}

pub(crate) fn services(root: &Path) -> Result<BTreeMap<String, Service>> {
    let path = root.join("models/manifest.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    Ok(toml::from_str(&text)?)
}

pub(crate) fn overlay(root: &Path, service: &str) -> Result<Overlay> {
    let path = root.join(format!("models/overlays/{service}.toml"));
    if !path.exists() {
        return Ok(Overlay::default());
    }
    let text = std::fs::read_to_string(&path)?;
    toml::from_str(&text).with_context(|| format!("{}", path.display()))
}

/// JSON merge patch without deletion.
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let (Value::Object(target_map), Value::Object(patch)) = (&mut *target, patch) else {
        if !patch.is_null() {
            *target = patch.clone();
        }
        return;
    };
    for (key, value) in patch {
        merge(target_map.entry(key.clone()).or_insert(Value::Null), value);
    }
}
