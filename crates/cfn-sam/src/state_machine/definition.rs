//! A state machine's definition: from S3, or inline with its intrinsic functions turned into substitutions.

use serde_json::{Value, json};

use crate::error::Result;
use crate::generated::{Declared, Generated};
use crate::location;
use crate::python::dumps_indented;
use crate::tree::{Entries, is_intrinsic};

pub(super) fn construct(declared: &Declared, machine: &mut Generated) -> Result<()> {
    let mut substitutions =
        declared.set("DefinitionSubstitutions").and_then(Value::as_object).cloned().unwrap_or_default();
    match (declared.set("Definition"), declared.set("DefinitionUri")) {
        (Some(_), Some(_)) => {
            return Err(
                declared.error("Specify either 'Definition' or 'DefinitionUri' property and not both.")
            );
        }
        (Some(definition), None) => {
            let mut definition = definition.clone();
            let mut counter = 1;
            substitute(&mut definition, &mut substitutions, &mut counter);
            let text = dumps_indented(&definition);
            let lines: Vec<&str> = text.split('\n').collect();
            machine.put("DefinitionString", json!({"Fn::Join": ["\n", lines]}));
        }
        (None, Some(uri)) => {
            machine.put("DefinitionS3Location", location::body(uri, &declared.id, "DefinitionUri")?);
        }
        (None, None) => {
            return Err(declared.error("Either 'Definition' or 'DefinitionUri' property must be specified."));
        }
    }
    if !substitutions.is_empty() {
        machine.put("DefinitionSubstitutions", Value::Object(substitutions));
    }
    Ok(())
}

/// Replaces computed values by `${definition_substitution_N}`, numbered in the order of sorted keys.
fn substitute(value: &mut Value, substitutions: &mut Entries, counter: &mut usize) {
    let mut children: Vec<&mut Value> = match value {
        Value::Object(entries) => {
            let mut children: Vec<(&String, &mut Value)> = entries.iter_mut().collect();
            children.sort_by_key(|(key, _)| *key);
            children.into_iter().map(|(_, child)| child).collect()
        }
        Value::Array(items) => items.iter_mut().collect(),
        _ => return,
    };
    for child in &mut children {
        if is_intrinsic(child) || is_dynamic_reference(child) {
            let name = format!("definition_substitution_{counter}");
            *counter += 1;
            let placeholder = json!(format!("${{{name}}}"));
            substitutions.insert(name, std::mem::replace(*child, placeholder));
        } else {
            substitute(child, substitutions, counter);
        }
    }
}

fn is_dynamic_reference(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("{{resolve:") && text.ends_with("}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_values_become_substitutions() {
        let mut definition = json!({"b": {"Fn::GetAtt": ["F", "Arn"]}, "a": [{"Ref": "X"}, 1]});
        let mut substitutions = Entries::new();
        substitute(&mut definition, &mut substitutions, &mut 1);
        assert_eq!(
            definition,
            json!({"b": "${definition_substitution_2}", "a": ["${definition_substitution_1}", 1]})
        );
        assert_eq!(substitutions["definition_substitution_1"], json!({"Ref": "X"}));
    }
}
