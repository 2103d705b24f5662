//! `AutoPublishAlias`: a version named after the code's hash, and the alias that points at it.

use serde_json::{Value, json};

use crate::error::Result;
use crate::generated::{Declared, Generated};
use crate::python::{hashed_id, shown};
use crate::translation::Translation;
use crate::tree::{Entries, at, get_att, logical_id_of, reference, truthy};

/// Makes version and alias; the alias is handed back because events attach to it.
pub(super) fn publish(
    translation: &Translation<'_>,
    declared: &Declared,
    function: &mut Generated,
    resources: &mut Vec<Generated>,
) -> Result<Option<Generated>> {
    if !declared.is_true("AutoPublishAlias") {
        return Ok(None);
    }
    let alias = super::resolved_text(translation, &declared.id, "AutoPublishAlias", &declared.properties)?;
    let alias = alias.unwrap_or_default();
    let sha256 = code_hash(translation, declared)?;
    if let Some(sha256) = &sha256 {
        describe(translation, declared, function, sha256)?;
    }
    let version = version(translation, declared, function, sha256)?;
    let alias = self::alias(declared, function, &version, &alias)?;
    resources.push(version);
    Ok(Some(alias))
}

fn code_hash(translation: &Translation<'_>, declared: &Declared) -> Result<Option<String>> {
    let Some(hash) = declared.set("AutoPublishCodeSha256") else { return Ok(None) };
    match translation.resolver.resolve(hash)? {
        Value::String(hash) => Ok(Some(hash)),
        _ => Err(declared.error("AutoPublishCodeSha256 must be a string")),
    }
}

/// The code's hash goes into the description, so that the function changes when only its code does.
fn describe(
    translation: &Translation<'_>,
    declared: &Declared,
    function: &mut Generated,
    sha256: &str,
) -> Result<()> {
    let description = translation.resolver.resolve_option(declared.get("Description"))?;
    let description = match &description {
        other if !truthy(other) => json!(sha256),
        Value::String(text) => json!(format!("{text} {sha256}")),
        other => json!({"Fn::Join": [" ", [other, sha256]]}),
    };
    function.put("Description", description);
    Ok(())
}

fn version(
    translation: &Translation<'_>,
    declared: &Declared,
    function: &mut Generated,
    sha256: Option<String>,
) -> Result<Generated> {
    let code = translation.resolver.resolve_option(function.properties.get("Code"))?;
    function.put("Code", code.clone());
    let data = hashed_data(translation, declared, function, code);
    let prefix = format!("{}Version", declared.id);
    let id = match sha256.filter(|hash| !hash.is_empty()) {
        Some(hash) => format!("{prefix}{}", hash.chars().take(10).collect::<String>()),
        None => hashed_id(&prefix, &Value::Object(data)),
    };
    let mut attributes = declared.inherited();
    if !attributes.contains_key("DeletionPolicy") {
        let policy = declared.get("VersionDeletionPolicy").cloned().unwrap_or_else(|| json!("Retain"));
        attributes.insert("DeletionPolicy".into(), policy);
    }
    let mut version = Generated::new(id, "AWS::Lambda::Version", &attributes);
    version.put("FunctionName", reference(&function.id));
    version.put("Description", declared.get("VersionDescription").cloned().unwrap_or_default());
    Ok(version)
}

/// What makes a new version when it changes.
fn hashed_data(
    translation: &Translation<'_>,
    declared: &Declared,
    function: &Generated,
    code: Value,
) -> Entries {
    if declared.is_true("AutoPublishAliasAllProperties") {
        let mut data = function.properties.clone();
        for layer in function.properties.get("Layers").and_then(Value::as_array).into_iter().flatten() {
            let Some(id) = logical_id_of(layer) else { continue };
            let Some(properties) = translation.made.get(id).and_then(|layer| at(layer, "Properties")) else {
                continue;
            };
            if at(properties, "PublishLambdaVersion").is_some_and(truthy) {
                data.insert(id.to_owned(), properties.clone());
            }
        }
        return data;
    }
    let mut data = match code {
        Value::Object(code) => code,
        _ => Entries::new(),
    };
    if let Some(environment) = function.properties.get("Environment").and_then(Value::as_object) {
        data.extend(environment.clone());
    }
    if let Some(memory) = function.properties.get("MemorySize").filter(|memory| truthy(memory)) {
        data.insert("MemorySize".into(), memory.clone());
    }
    if let Some(snap) = function.properties.get("SnapStart").filter(|snap| truthy(snap))
        && at(snap, "ApplyOn").is_some_and(|on| shown(on) != "None")
    {
        data.insert("SnapStart".into(), snap.clone());
    }
    data
}

fn alias(declared: &Declared, function: &Generated, version: &Generated, name: &str) -> Result<Generated> {
    if name.is_empty() {
        return Err(declared.error("Alias name is required to create an alias"));
    }
    let valid = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !valid || name.bytes().all(|b| b.is_ascii_digit()) {
        return Err(declared.error(format!(
            "AutoPublishAlias name ('{name}') must contain only alphanumeric characters, hyphens, or underscores matching (?!^[0-9]+$)([a-zA-Z0-9-_]+) pattern."
        )));
    }
    let spelled = name.replace('-', "D").replace('_', "U");
    let id = format!("{}Alias{spelled}", function.id);
    let mut alias = Generated::new(id, "AWS::Lambda::Alias", &declared.inherited());
    alias.put("Name", name);
    alias.put("FunctionName", reference(&function.id));
    alias.put("FunctionVersion", get_att(&version.id, "Version"));
    if let Some(config) = declared.set("ProvisionedConcurrencyConfig") {
        alias.put("ProvisionedConcurrencyConfig", config.clone());
    }
    Ok(alias)
}
