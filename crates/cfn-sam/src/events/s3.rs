//! S3 events: the bucket of the template notifies the function.

use serde_json::{Value, json};

use super::{Invoked, Linked, Permission};
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::translation::Translation;
use crate::tree::{Entries, Owner, at, conditional, entry_map, reference};

const TYPE: &str = "AWS::S3::Bucket";

pub(super) fn check(translation: &Translation<'_>, name: &str, declared: &Declared) -> Result<()> {
    match declared.get("Bucket").and_then(|bucket| at(bucket, "Ref")) {
        Some(Value::String(id)) if translation.source.contains_key(id) => Ok(()),
        Some(Value::String(_)) | None => {
            Err(SamError::event(name, "S3 events must reference an S3 bucket in the same template."))
        }
        Some(_) => Err(SamError::event(name, "'Ref' value in S3 events is not a valid string.")),
    }
}

pub(super) fn translate(
    translation: &mut Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    resources: &mut Vec<Generated>,
) -> Result<()> {
    let declared = &event.declared;
    let bucket = declared.get("Bucket").and_then(|bucket| at(bucket, "Ref")).and_then(Value::as_str);
    let bucket = bucket.unwrap_or_default().to_owned();
    let mut permission = Permission::new(&declared.id, "s3.amazonaws.com", Value::Null);
    permission.source_account = reference("AWS::AccountId");
    let permission = permission.make(invoked);
    let Some(entry) = translation.source.get_mut(&bucket).and_then(Value::as_object_mut) else {
        return Ok(());
    };
    match permission.attributes.get("Condition") {
        Some(condition) => wait_by_tag(entry, &bucket, &permission.id, condition)?,
        None => wait_for(entry, &declared.id, &permission.id)?,
    }
    notify(entry, &bucket, declared, invoked)?;
    resources.push(permission);
    resources.push(as_generated(&bucket, entry)?);
    Ok(())
}

/// The bucket as the template has it, with what events added.
fn as_generated(id: &str, entry: &Entries) -> Result<Generated> {
    let mut bucket = Generated::new(id, TYPE, &Entries::new());
    if entry.get("Type").and_then(Value::as_str) != Some(TYPE) {
        let actual = entry.get("Type").map(crate::python::shown).unwrap_or_default();
        return Err(SamError::resource(
            id,
            format!("Resource has incorrect Type; expected '{TYPE}', got '{actual}'"),
        ));
    }
    bucket.depends_on = entry.get("DependsOn").cloned();
    bucket.attributes = entry
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "Type" | "DependsOn" | "Properties"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    bucket.properties = entry.get("Properties").and_then(Value::as_object).cloned().unwrap_or_default();
    Ok(bucket)
}

/// The bucket can only be told to notify once it may invoke.
fn wait_for(entry: &mut Entries, event: &str, permission: &str) -> Result<()> {
    let mut waits = match entry.get("DependsOn") {
        None => Vec::new(),
        Some(Value::Array(items)) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.clone()
        }
        Some(one @ Value::String(_)) => vec![one.clone()],
        Some(_) => {
            let text = "Invalid type for field 'DependsOn'. Expected a string or list of strings.";
            return Err(SamError::resource(event, text));
        }
    };
    let permission = json!(permission);
    if !waits.contains(&permission) {
        waits.push(permission);
    }
    entry.insert("DependsOn".into(), Value::Array(waits));
    Ok(())
}

/// `DependsOn` can't be conditional, a reference in a tag can.
fn wait_by_tag(entry: &mut Entries, bucket: &str, permission: &str, condition: &Value) -> Result<()> {
    let Some(properties) = entry_map(entry, "Properties") else { return Ok(()) };
    let tags = properties.entry("Tags").or_insert(Value::Null);
    if tags.is_null() {
        *tags = json!([]);
    }
    Owner::Resource(bucket).list(tags, "Tags")?;
    if let Some(tags) = tags.as_array_mut() {
        tags.push(json!({
            "Key": format!("sam:ConditionalDependsOn:{permission}"),
            "Value": {"Fn::If": [condition, reference(permission), "no dependency"]},
        }));
    }
    Ok(())
}

fn notify(entry: &mut Entries, bucket: &str, declared: &Declared, invoked: &Invoked) -> Result<()> {
    let properties = entry_map(entry, "Properties")
        .ok_or_else(|| SamError::resource(bucket, "Properties should be a map."))?;
    let config = entry_map(properties, "NotificationConfiguration")
        .ok_or_else(|| SamError::resource(bucket, "Property 'NotificationConfiguration' should be a map."))?;
    let slot = config.entry("LambdaConfigurations").or_insert(Value::Null);
    if slot.is_null() {
        *slot = json!([]);
    }
    let existing = slot.as_array_mut().ok_or_else(|| {
        SamError::resource(bucket, "Invalid type for LambdaConfigurations. Must be a list.")
    })?;
    let kinds = match declared.get("Events") {
        Some(Value::Array(kinds)) => kinds.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    for kind in kinds {
        let mut mapping = json!({"Function": invoked.arn, "Event": kind});
        if let (Some(filter), Some(entries)) = (declared.get("Filter"), mapping.as_object_mut()) {
            entries.insert("Filter".into(), filter.clone());
        }
        if let Some(condition) = invoked.condition() {
            mapping = conditional(condition, mapping);
        }
        if !existing.contains(&mapping) {
            existing.push(mapping);
        }
    }
    Ok(())
}
