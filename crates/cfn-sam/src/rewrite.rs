//! References rewritten once everything is made: ids that changed, and `Resource.Property` names for what SAM made.

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::generated::Generated;
use crate::resolve::replace_variables;

/// Properties by which a template may refer to what a SAM resource made, with the type each stands for.
fn referable(type_name: &str) -> &'static [(&'static str, &'static str)] {
    match type_name {
        "AWS::Serverless::Function" => &[
            ("Alias", "AWS::Lambda::Alias"),
            ("Version", "AWS::Lambda::Version"),
            ("DestinationTopic", "AWS::SNS::Topic"),
            ("DestinationQueue", "AWS::SQS::Queue"),
        ],
        "AWS::Serverless::Api" => &[
            ("Stage", "AWS::ApiGateway::Stage"),
            ("Deployment", "AWS::ApiGateway::Deployment"),
            ("DomainName", "AWS::ApiGateway::DomainName"),
            ("DomainNameV2", "AWS::ApiGateway::DomainNameV2"),
            ("UsagePlan", "AWS::ApiGateway::UsagePlan"),
            ("UsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
            ("ApiKey", "AWS::ApiGateway::ApiKey"),
        ],
        "AWS::Serverless::HttpApi" | "AWS::Serverless::WebSocketApi" => {
            &[("Stage", "AWS::ApiGatewayV2::Stage"), ("DomainName", "AWS::ApiGatewayV2::DomainName")]
        }
        _ => &[],
    }
}

/// What `Resource.Property` stands for.
#[derive(Debug, Default)]
pub(crate) struct References(IndexMap<(String, String), String>);

impl References {
    pub(crate) fn note(&mut self, id: &str, type_name: &str, made: &[Generated]) {
        for (property, made_type) in referable(type_name) {
            // The last of a type counts.
            if let Some(resource) = made.iter().rev().find(|resource| resource.type_name == *made_type) {
                self.0.insert((id.to_owned(), (*property).to_owned()), resource.id.clone());
            }
        }
    }

    fn get(&self, id: &str, property: &str) -> Option<&str> {
        self.0.get(&(id.to_owned(), property.to_owned())).map(String::as_str)
    }
}

/// `DependsOn` follows ids that changed.
pub(crate) fn depends_on(value: &mut Value, changed: &IndexMap<String, String>) {
    if changed.is_empty() {
        return;
    }
    let rename = |slot: &mut Value| {
        if let Some(id) = slot.as_str().and_then(|id| changed.get(id)) {
            *slot = json!(id);
        }
    };
    match value {
        Value::Object(entries) => {
            match entries.get_mut("DependsOn") {
                Some(Value::Array(items)) => items.iter_mut().for_each(rename),
                Some(slot @ Value::String(_)) => rename(slot),
                _ => {}
            }
            entries.values_mut().for_each(|entry| depends_on(entry, changed));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| depends_on(item, changed)),
        _ => {}
    }
}

/// `Ref`, `Fn::GetAtt` and `Fn::Sub` follow ids that changed.
pub(crate) fn changed_ids(value: &mut Value, changed: &IndexMap<String, String>) {
    if changed.is_empty() {
        return;
    }
    edit_calls(value, &|id, rest| {
        let new = changed.get(id)?;
        Some(rest.map_or_else(|| new.clone(), |rest| format!("{new}.{rest}")))
    });
}

/// `Resource.Property` becomes the id of what it stands for.
pub(crate) fn properties(value: &mut Value, references: &References) {
    if references.0.is_empty() {
        return;
    }
    edit_calls(value, &|id, rest| {
        let rest = rest?;
        let (property, remaining) = rest.split_once('.').map_or((rest, None), |(p, r)| (p, Some(r)));
        let new = references.get(id, property)?;
        Some(remaining.map_or_else(|| new.to_owned(), |remaining| format!("{new}.{remaining}")))
    });
}

type Rename<'a> = &'a dyn Fn(&str, Option<&str>) -> Option<String>;

fn renamed(name: &str, rename: Rename<'_>) -> Option<String> {
    match name.split_once('.') {
        Some((id, rest)) => rename(id, Some(rest)),
        None => rename(name, None),
    }
}

fn edit_calls(value: &mut Value, rename: Rename<'_>) {
    match value {
        Value::Object(entries) => {
            if entries.len() == 1 {
                if let Some(Value::String(name)) = entries.get_mut("Ref")
                    && let Some(new) = renamed(name, rename)
                {
                    *name = new;
                }
                if let Some(Value::Array(parts)) = entries.get_mut("Fn::GetAtt") {
                    edit_attribute(parts, rename);
                }
                if let Some(argument) = entries.get_mut("Fn::Sub") {
                    edit_substitution(argument, rename);
                }
            }
            entries.values_mut().for_each(|entry| edit_calls(entry, rename));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| edit_calls(item, rename)),
        _ => {}
    }
}

fn edit_attribute(parts: &mut Vec<Value>, rename: Rename<'_>) {
    let texts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
    let Some(texts) = texts.filter(|texts| texts.len() >= 2) else { return };
    if let Some(new) = renamed(&texts.join("."), rename) {
        *parts = new.split('.').map(Value::from).collect();
    }
}

fn edit_substitution(argument: &mut Value, rename: Rename<'_>) {
    let text = match argument {
        Value::String(text) => text,
        Value::Array(items) => match items.first_mut() {
            Some(Value::String(text)) => text,
            _ => return,
        },
        _ => return,
    };
    let replaced = replace_variables(text, |name| Ok(renamed(name, rename).map(|new| format!("${{{new}}}"))));
    if let Ok(replaced) = replaced {
        *text = replaced;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_follow_what_was_made() {
        let mut references = References::default();
        let alias = Generated::new("FAliaslive", "AWS::Lambda::Alias", &serde_json::Map::new());
        references.note("F", "AWS::Serverless::Function", &[alias]);
        let mut value = json!({"a": {"Ref": "F.Alias"}, "b": {"Fn::GetAtt": ["F.Alias", "Arn"]}, "c": {"Fn::Sub": "${F.Alias}-${F.Arn}-${X}"}});
        properties(&mut value, &references);
        assert_eq!(
            value,
            json!({"a": {"Ref": "FAliaslive"}, "b": {"Fn::GetAtt": ["FAliaslive", "Arn"]}, "c": {"Fn::Sub": "${FAliaslive}-${F.Arn}-${X}"}})
        );
        let changed = IndexMap::from([("L".to_owned(), "L123".to_owned())]);
        let mut value = json!({"DependsOn": "L", "b": {"Fn::GetAtt": ["L", "Arn"]}, "c": {"Fn::Sub": "${L}${L.Arn}"}, "d": {"Ref": "L"}});
        depends_on(&mut value, &changed);
        changed_ids(&mut value, &changed);
        assert_eq!(
            value,
            json!({"DependsOn": "L123", "b": {"Fn::GetAtt": ["L123", "Arn"]}, "c": {"Fn::Sub": "${L123}${L123.Arn}"}, "d": {"Ref": "L123"}})
        );
    }
}
