//! Sections of a template to plain types.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{MAX_MAPPINGS, MAX_OUTPUTS, MAX_PARAMETERS, MAX_RESOURCES, Template, TemplateError};
use crate::parameters::Parameter;

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

const RESOURCE_ATTRIBUTES: &[&str] = &[
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

/// What happens to a physical resource that leaves the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum DeletionPolicy {
    /// Deleted.
    #[default]
    Delete,
    /// Left alone.
    Retain,
    /// Left alone, unless its own creation failed.
    RetainExceptOnCreate,
    /// Snapshot, then delete; only for types that can.
    Snapshot,
}

/// A condition's expression, evaluated by [`crate::intrinsics::Scope`].
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(pub Value);

/// One entry of `Resources`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resource {
    /// `AWS::SQS::Queue`.
    pub type_name: String,
    /// `Properties`, unresolved; empty when not given.
    pub properties: Map<String, Value>,
    /// The condition it is made under.
    pub condition: Option<String>,
    /// `DependsOn`.
    pub depends_on: Vec<String>,
    /// `DeletionPolicy`.
    pub deletion_policy: DeletionPolicy,
    /// `UpdateReplacePolicy`.
    pub update_replace_policy: DeletionPolicy,
    /// `CreationPolicy`, as written.
    pub creation_policy: Option<Value>,
    /// `UpdatePolicy`, as written.
    pub update_policy: Option<Value>,
    /// `Metadata`, as written.
    pub metadata: Option<Value>,
}

/// One entry of `Outputs`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output {
    /// `Description`.
    pub description: Option<String>,
    /// `Value`, unresolved.
    pub value: Value,
    /// The condition it is shown under.
    pub condition: Option<String>,
    /// `Export.Name`, unresolved.
    pub export: Option<Value>,
}

fn format(text: impl Into<String>) -> TemplateError {
    TemplateError::Format(text.into())
}

pub(super) fn read(value: Value) -> Result<Template, TemplateError> {
    let Value::Object(mut root) = value else {
        return Err(super::SourceError::UnsupportedStructure.into());
    };
    let unknown: Vec<String> = root.keys().filter(|key| !SECTIONS.contains(&key.as_str())).cloned().collect();
    if !unknown.is_empty() {
        return Err(TemplateError::UnknownSections(unknown));
    }
    refuse_nulls(&root, &mut String::new())?;
    check_version(&root)?;
    if root.get("Hooks").is_some() {
        return Err(TemplateError::NotSupported("Hooks".into()));
    }
    let transforms = root.shift_remove("Transform").map(|value| transform_names(&value)).unwrap_or_default();
    Ok(Template {
        transforms,
        description: description(root.shift_remove("Description"))?,
        metadata: root.shift_remove("Metadata"),
        parameters: parameters(section(&mut root, "Parameters", MAX_PARAMETERS)?)?,
        rules: section(&mut root, "Rules", MAX_PARAMETERS)?,
        mappings: mappings(section(&mut root, "Mappings", MAX_MAPPINGS)?)?,
        conditions: section(&mut root, "Conditions", usize::MAX)?
            .into_iter()
            .map(|(name, value)| (name, Condition(value)))
            .collect(),
        resources: resources(section(&mut root, "Resources", MAX_RESOURCES)?)?,
        outputs: outputs(section(&mut root, "Outputs", MAX_OUTPUTS)?)?,
    })
}

fn refuse_nulls(entries: &Map<String, Value>, path: &mut String) -> Result<(), TemplateError> {
    for (key, value) in entries {
        let length = path.len();
        path.push('/');
        path.push_str(key);
        refuse_null(value, path)?;
        path.truncate(length);
    }
    Ok(())
}

fn refuse_null(value: &Value, path: &mut String) -> Result<(), TemplateError> {
    match value {
        Value::Null => Err(TemplateError::Null(path.clone())),
        Value::Object(entries) => refuse_nulls(entries, path),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let length = path.len();
                path.push_str(&format!("/{index}"));
                refuse_null(item, path)?;
                path.truncate(length);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn check_version(root: &Map<String, Value>) -> Result<(), TemplateError> {
    match root.get("AWSTemplateFormatVersion") {
        None => Ok(()),
        Some(Value::String(version)) if version == "2010-09-09" => Ok(()),
        Some(other) => {
            let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            Err(TemplateError::Format(format!(
                "{text} is not a supported value for AWSTemplateFormatVersion."
            )))
        }
    }
}

fn description(value: Option<Value>) -> Result<Option<String>, TemplateError> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) if text.len() > 1024 => {
            Err(format("Template Description cannot be longer than 1024 bytes."))
        }
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(format("Every Description member must be a string.")),
    }
}

fn section(
    root: &mut Map<String, Value>,
    name: &'static str,
    most: usize,
) -> Result<Map<String, Value>, TemplateError> {
    match root.shift_remove(name) {
        None => Ok(Map::new()),
        Some(Value::Object(entries)) if entries.len() > most => {
            let (noun, count) = (name.to_lowercase(), entries.len());
            Err(TemplateError::Format(format!(
                "Number of {noun}, {count}, is greater than maximum allowed, {most}"
            )))
        }
        Some(Value::Object(entries)) => Ok(entries),
        Some(_) => Err(TemplateError::Format(format!("[/{name}] {name} section is not a map."))),
    }
}

fn check_name(kind: &str, name: &str) -> Result<(), TemplateError> {
    if !name.is_empty() && name.len() <= 255 && name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(TemplateError::Format(format!("{kind} name {name} is non alphanumeric.")))
}

fn parameters(entries: Map<String, Value>) -> Result<IndexMap<String, Parameter>, TemplateError> {
    entries
        .into_iter()
        .map(|(name, value)| {
            check_name("Parameter", &name)?;
            let parameter = Parameter::from_value(&name, &value).map_err(TemplateError::Format)?;
            Ok((name, parameter))
        })
        .collect()
}

fn mappings(entries: Map<String, Value>) -> Result<Map<String, Value>, TemplateError> {
    for (name, mapping) in &entries {
        let Value::Object(tops) = mapping else {
            return Err(TemplateError::Format(format!(
                "[/Mappings/{name}] Every Mappings member must be a map."
            )));
        };
        for (top, seconds) in tops {
            if !seconds.is_object() {
                let text = format!("[/Mappings/{name}/{top}] Every Mappings attribute must be a map.");
                return Err(TemplateError::Format(text));
            }
        }
    }
    Ok(entries)
}

fn resources(entries: Map<String, Value>) -> Result<IndexMap<String, Resource>, TemplateError> {
    if entries.is_empty() {
        return Err(format("At least one Resources member must be defined."));
    }
    entries
        .into_iter()
        .map(|(id, value)| {
            if id.starts_with("Fn::ForEach") {
                return Err(TemplateError::NotSupported("Fn::ForEach (AWS::LanguageExtensions)".into()));
            }
            if id.starts_with("Fn::Transform") {
                return Err(TemplateError::NotSupported("Fn::Transform in the Resources section".into()));
            }
            check_name("Resource", &id)?;
            let resource = resource(&id, value)?;
            Ok((id, resource))
        })
        .collect()
}

fn resource(id: &str, value: Value) -> Result<Resource, TemplateError> {
    let Value::Object(mut entry) = value else {
        return Err(TemplateError::Format(format!("[/Resources/{id}] resource definition is malformed")));
    };
    if let Some(unknown) = entry.keys().find(|key| !RESOURCE_ATTRIBUTES.contains(&key.as_str())) {
        return Err(TemplateError::ResourceAttribute(unknown.clone()));
    }
    let type_name = match entry.shift_remove("Type") {
        None => {
            let text = format!("[/Resources/{id}] Every Resources object must contain a Type member.");
            return Err(TemplateError::Format(text));
        }
        Some(Value::String(name)) => name,
        Some(_) => {
            return Err(TemplateError::Format(format!("[/Resources/{id}/Type] 'Type' must be a string.")));
        }
    };
    let properties = match entry.shift_remove("Properties") {
        None => Map::new(),
        Some(Value::Object(properties)) => properties,
        Some(_) => {
            let text = format!("[/Resources/{id}/Properties] 'Properties' must be an object.");
            return Err(TemplateError::Format(text));
        }
    };
    Ok(Resource {
        type_name,
        properties,
        condition: condition_name(&mut entry, &format!("/Resources/{id}"))?,
        depends_on: depends_on(id, entry.shift_remove("DependsOn"))?,
        deletion_policy: policy(id, "DeletionPolicy", entry.shift_remove("DeletionPolicy"))?,
        update_replace_policy: policy(id, "UpdateReplacePolicy", entry.shift_remove("UpdateReplacePolicy"))?,
        creation_policy: entry.shift_remove("CreationPolicy"),
        update_policy: entry.shift_remove("UpdatePolicy"),
        metadata: entry.shift_remove("Metadata"),
    })
}

fn condition_name(entry: &mut Map<String, Value>, path: &str) -> Result<Option<String>, TemplateError> {
    match entry.shift_remove("Condition") {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(name)),
        Some(_) => {
            Err(TemplateError::Format(format!("[{path}/Condition] Every Condition member must be a string.")))
        }
    }
}

fn depends_on(id: &str, value: Option<Value>) -> Result<Vec<String>, TemplateError> {
    let items = match value {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(other) => vec![other],
    };
    items
        .into_iter()
        .map(|item| match item {
            Value::String(name) => Ok(name),
            _ => Err(TemplateError::Format(format!(
                "[/Resources/{id}/DependsOn] Every DependsOn value must be a string."
            ))),
        })
        .collect()
}

fn policy(id: &str, attribute: &str, value: Option<Value>) -> Result<DeletionPolicy, TemplateError> {
    match value.as_ref().map(Value::as_str) {
        None | Some(Some("Delete")) => Ok(DeletionPolicy::Delete),
        Some(Some("Retain")) => Ok(DeletionPolicy::Retain),
        Some(Some("RetainExceptOnCreate")) if attribute == "DeletionPolicy" => {
            Ok(DeletionPolicy::RetainExceptOnCreate)
        }
        Some(Some("Snapshot")) => Ok(DeletionPolicy::Snapshot),
        Some(Some(other)) => {
            Err(TemplateError::Format(format!("Unrecognized {attribute} {other} for resource {id}")))
        }
        Some(None) => Err(TemplateError::Format(format!(
            "[/Resources/{id}/{attribute}] Every {attribute} member must be a string."
        ))),
    }
}

fn outputs(entries: Map<String, Value>) -> Result<IndexMap<String, Output>, TemplateError> {
    entries
        .into_iter()
        .map(|(name, value)| {
            check_name("Output", &name)?;
            let output = output(&name, value)?;
            Ok((name, output))
        })
        .collect()
}

fn output(name: &str, value: Value) -> Result<Output, TemplateError> {
    let Value::Object(mut entry) = value else {
        return Err(TemplateError::Format(format!("[/Outputs/{name}] output definition is malformed")));
    };
    let Some(value) = entry.shift_remove("Value") else {
        let text = format!("[/Outputs/{name}] Every Outputs member must contain a Value object");
        return Err(TemplateError::Format(text));
    };
    let export = match entry.shift_remove("Export") {
        None => None,
        Some(Value::Object(mut export)) => match export.shift_remove("Name") {
            Some(name) if export.is_empty() => Some(name),
            _ => {
                let text = format!("[/Outputs/{name}/Export] Export must contain exactly a Name member");
                return Err(TemplateError::Format(text));
            }
        },
        Some(_) => {
            return Err(TemplateError::Format(format!("[/Outputs/{name}/Export] Export must be a map")));
        }
    };
    let output = Output {
        description: description(entry.shift_remove("Description"))?,
        value,
        condition: condition_name(&mut entry, &format!("/Outputs/{name}"))?,
        export,
    };
    match entry.keys().next() {
        Some(unknown) => Err(TemplateError::Format(format!(
            "[/Outputs/{name}] Invalid template output property '{unknown}'"
        ))),
        None => Ok(output),
    }
}

pub(super) fn transform_names(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(transform_name).collect(),
        other => transform_name(other).into_iter().collect(),
    }
}

/// `AWS::Serverless-2016-10-31` or `{Name: AWS::Include, Parameters: ..}`.
fn transform_name(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(entry) => entry.get("Name").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}
