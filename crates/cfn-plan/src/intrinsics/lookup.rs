//! Functions that look something up: Ref, GetAtt, FindInMap, ImportValue, GetAZs.

use serde_json::Value;

use super::functions::scalar_text;
use super::{EvalError, Reference, Scope, invalid};

/// `None` is `AWS::NoValue`.
pub(super) fn reference(scope: &Scope, argument: &Value) -> Result<Option<Value>, EvalError> {
    let Some(name) = argument.as_str() else {
        return Err(invalid("every Ref object must have a single String value."));
    };
    if let Some(pseudo) = name.strip_prefix("AWS::") {
        return pseudo_parameter(scope, pseudo);
    }
    if let Some(value) = scope.parameters.get(name) {
        return Ok(Some(value.clone()));
    }
    match scope.resources.get(name) {
        Some(facts) => Ok(Some(facts.reference.clone())),
        None => Err(EvalError::Pending(vec![Reference::Ref(name.to_owned())])),
    }
}

fn pseudo_parameter(scope: &Scope, name: &str) -> Result<Option<Value>, EvalError> {
    let pseudo = &scope.pseudo;
    let text = match name {
        "NoValue" => return Ok(None),
        "NotificationARNs" => return Ok(Some(Value::from(pseudo.notification_arns.clone()))),
        "AccountId" => &pseudo.account_id,
        "Region" => &pseudo.region,
        "Partition" => &pseudo.partition,
        "URLSuffix" => &pseudo.url_suffix,
        "StackName" => &pseudo.stack_name,
        "StackId" => &pseudo.stack_id,
        other => return Err(invalid(format!("Unresolved pseudo parameter AWS::{other}"))),
    };
    Ok(Some(Value::from(text.as_str())))
}

pub(super) fn attribute(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    const USAGE: &str = "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute";
    let (resource, attribute) = match argument {
        Value::String(text) => text.split_once('.').ok_or_else(|| invalid(USAGE))?,
        Value::Array(items) => match items.as_slice() {
            [Value::String(resource), Value::String(attribute)] => (resource.as_str(), attribute.as_str()),
            [Value::String(resource), attribute] => {
                // The attribute may be named by a parameter.
                let name =
                    scope.value(attribute)?.as_ref().and_then(scalar_text).ok_or_else(|| invalid(USAGE))?;
                return attribute_of(scope, resource, &name);
            }
            _ => return Err(invalid(USAGE)),
        },
        _ => return Err(invalid(USAGE)),
    };
    attribute_of(scope, resource, attribute)
}

pub(super) fn attribute_of(scope: &Scope, resource: &str, attribute: &str) -> Result<Value, EvalError> {
    let Some(facts) = scope.resources.get(resource).filter(|facts| !facts.unsettled) else {
        return Err(EvalError::Pending(vec![Reference::Attribute(
            resource.to_owned(),
            attribute.to_owned(),
        )]));
    };
    facts.attributes.get(attribute).cloned().ok_or_else(|| {
        invalid(format!("resource {resource} does not support attribute type {attribute} in Fn::GetAtt"))
    })
}

/// `[map, top, second]`, and `{DefaultValue: x}` as a fourth.
pub(super) fn find_in_map(scope: &Scope, argument: &Value) -> Result<Option<Value>, EvalError> {
    const USAGE: &str = "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value";
    let (keys, default) = match argument.as_array().map(Vec::as_slice) {
        Some([map, top, second]) => ([map, top, second], None),
        Some([map, top, second, Value::Object(options)]) if options.len() == 1 => {
            let default = options.get("DefaultValue").ok_or_else(|| invalid(USAGE))?;
            ([map, top, second], Some(default))
        }
        _ => return Err(invalid(USAGE)),
    };
    let mut names = Vec::with_capacity(3);
    for key in keys {
        names.push(scope.value(key)?.as_ref().and_then(scalar_text).ok_or_else(|| invalid(USAGE))?);
    }
    let found = scope
        .mappings
        .get(&names[0])
        .and_then(|map| map.get(&names[1]))
        .and_then(|attributes| attributes.get(&names[2]));
    match (found, default) {
        (Some(value), _) => Ok(Some(value.clone())),
        (None, Some(default)) => scope.value(default),
        (None, None) if !scope.mappings.contains_key(&names[0]) => Err(invalid(format!(
            "Mapping named '{}' is not present in the 'Mappings' section of template.",
            names[0]
        ))),
        (None, None) => Err(invalid(format!("Unable to get mapping for {}", names.join("::")))),
    }
}

pub(super) fn import(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    const USAGE: &str =
        "the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs";
    let name = match scope.value(argument) {
        Err(EvalError::Pending(_)) => return Err(invalid(USAGE)),
        other => other?.as_ref().and_then(scalar_text).ok_or_else(|| invalid(USAGE))?,
    };
    scope.exports.get(&name).map(|value| Value::from(value.as_str())).ok_or(EvalError::NoExport(name))
}

/// Three zones a region, as the regions of this platform have.
pub(super) fn availability_zones(scope: &Scope, argument: &Value) -> Result<Value, EvalError> {
    const USAGE: &str = "every Fn::GetAZs object requires a String region";
    let region = scope.value(argument)?.as_ref().and_then(scalar_text).ok_or_else(|| invalid(USAGE))?;
    let region = if region.is_empty() { scope.pseudo.region.as_str() } else { region.as_str() };
    Ok(["a", "b", "c"].iter().map(|zone| Value::from(format!("{region}{zone}"))).collect())
}
