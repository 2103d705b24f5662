//! `AWS::Serverless::LayerVersion`: a layer whose logical id carries the hash of its declaration.

use serde_json::{Value, json};

use crate::error::Result;
use crate::generated::{Declared, Generated};
use crate::location;
use crate::python::hashed_id;
use crate::schema;
use crate::translation::{Translated, Translation};
use crate::tree::{Entries, is_intrinsic};

const TYPE: &str = "AWS::Serverless::LayerVersion";

pub(crate) fn translate(translation: &Translation<'_>, id: &str, entry: &Value) -> Result<Translated> {
    let mut declared = Declared::read(id, entry, TYPE, schema::LAYER_VERSION)?;
    for name in ["LayerName", "LicenseInfo", "Description", "RetentionPolicy"] {
        let Some(value) = declared.set(name) else { continue };
        let resolved = translation.resolver.resolve(value)?;
        if !resolved.is_string() && !resolved.is_object() {
            let text = format!("Could not resolve parameter for '{name}' or parameter is not a String.");
            return Err(declared.error(text));
        }
        declared.properties.insert(name.to_owned(), resolved);
    }
    let mut attributes = declared.inherited();
    match retention(&declared)? {
        Some(policy) => {
            attributes.insert("DeletionPolicy".into(), json!(policy));
        }
        None => {
            attributes.entry("DeletionPolicy").or_insert_with(|| json!("Retain"));
        }
    }
    let new_id = hashed_id(id, &hashed(&declared));
    let mut layer = Generated::new(&new_id, "AWS::Lambda::LayerVersion", &attributes);
    layer.depends_on = declared.depends_on.clone();
    layer.put("LayerName", declared.set("LayerName").cloned().unwrap_or_else(|| json!(id)));
    let uri = declared.get("ContentUri").cloned().unwrap_or_default();
    layer.put("Content", Value::Object(location::code(&uri, &new_id, "ContentUri")?));
    layer.copy(
        &declared.properties,
        &["Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo"],
    );
    check_architectures(&declared, &new_id)?;
    Ok(Translated { id: new_id, resources: vec![layer] })
}

/// The declaration without what may change and leave the layer the same.
fn hashed(declared: &Declared) -> Value {
    let mut entry = Entries::new();
    entry.insert("Type".into(), json!(TYPE));
    if let Some(depends_on) = declared.depends_on.as_ref().filter(|ids| crate::tree::truthy(ids)) {
        entry.insert("DependsOn".into(), depends_on.clone());
    }
    let kept = |name: &str| !matches!(name, "DeletionPolicy" | "UpdateReplacePolicy" | "Metadata");
    entry.extend(
        declared.attributes.iter().filter(|(name, _)| kept(name)).map(|(n, v)| (n.clone(), v.clone())),
    );
    entry.insert("Properties".into(), Value::Object(declared.properties.clone()));
    json!({declared.id.as_str(): entry})
}

fn retention(declared: &Declared) -> Result<Option<&'static str>> {
    const OPTIONS: &str = "['Retain', 'Delete']";
    let Some(policy) = declared.get("RetentionPolicy") else { return Ok(None) };
    if is_intrinsic(policy) {
        return Err(declared.error(format!(
            "'RetentionPolicy' does not accept intrinsic functions, please use one of the following options: {OPTIONS}"
        )));
    }
    let Some(policy) = policy.as_str() else {
        return Err(declared.error(format!(
            "Invalid 'RetentionPolicy' type, please use one of the following options: {OPTIONS}"
        )));
    };
    match ["Retain", "Delete"].into_iter().find(|option| option.eq_ignore_ascii_case(policy)) {
        Some(option) => Ok(Some(option)),
        None => {
            Err(declared.error(format!("'RetentionPolicy' must be one of the following options: {OPTIONS}.")))
        }
    }
}

fn check_architectures(declared: &Declared, id: &str) -> Result<()> {
    let Some(given) = declared.set("CompatibleArchitectures").and_then(Value::as_array) else {
        return Ok(());
    };
    if given.iter().all(|one| is_intrinsic(one) || one == "arm64" || one == "x86_64") {
        return Ok(());
    }
    let text = "CompatibleArchitectures needs to be a list of 'x86_64' or 'arm64'";
    Err(crate::error::SamError::resource(id, text))
}
