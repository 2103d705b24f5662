//! References of a template: every name leads somewhere, and nothing waits for itself.

use serde_json::Value;

use super::{Template, TemplateError};
use crate::graph;
use crate::intrinsics::Reference;
use crate::intrinsics::reference::Mentions;

pub(super) fn references(template: &Template) -> Result<(), TemplateError> {
    conditions(template)?;
    resources(template)?;
    outputs(template)?;
    graph::of_resources(template, None).levels().map(drop).map_err(TemplateError::Circular)
}

fn conditions(template: &Template) -> Result<(), TemplateError> {
    for condition in template.conditions.values() {
        let mentions = Mentions::of_condition(&condition.0);
        require_conditions(template, &mentions.conditions, "Conditions")?;
        let names: Vec<String> = mentions
            .references
            .iter()
            .map(|reference| reference.resource().to_owned())
            .filter(|name| !template.parameters.contains_key(name))
            .collect();
        if !names.is_empty() {
            let text = format!(
                "Unresolved dependencies [{}]. Cannot reference resources in the Conditions block of the template",
                names.join(", ")
            );
            return Err(TemplateError::Format(text));
        }
    }
    graph::condition_order(&template.conditions).map(drop)
}

fn require_conditions(
    template: &Template,
    names: &[String],
    block: &'static str,
) -> Result<(), TemplateError> {
    match names.iter().find(|name| !template.conditions.contains_key(*name)) {
        Some(name) => Err(TemplateError::UnresolvedCondition { name: name.clone(), block }),
        None => Ok(()),
    }
}

fn resources(template: &Template) -> Result<(), TemplateError> {
    let mut unresolved = Vec::new();
    for resource in template.resources.values() {
        let mentions = Mentions::of(&Value::Object(resource.properties.clone()));
        require_conditions(template, &mentions.conditions, "Resources")?;
        require_conditions(template, resource.condition.as_slice(), "Resources")?;
        collect_unresolved(template, &mentions.references, &mut unresolved)?;
        for name in &resource.depends_on {
            if !template.resources.contains_key(name) && !unresolved.contains(name) {
                unresolved.push(name.clone());
            }
        }
    }
    finish(unresolved, "Resources")
}

fn outputs(template: &Template) -> Result<(), TemplateError> {
    let mut unresolved = Vec::new();
    for output in template.outputs.values() {
        for value in [Some(&output.value), output.export.as_ref()].into_iter().flatten() {
            let mentions = Mentions::of(value);
            require_conditions(template, &mentions.conditions, "Outputs")?;
            collect_unresolved(template, &mentions.references, &mut unresolved)?;
        }
        require_conditions(template, output.condition.as_slice(), "Outputs")?;
    }
    finish(unresolved, "Outputs")
}

fn finish(names: Vec<String>, block: &'static str) -> Result<(), TemplateError> {
    if names.is_empty() { Ok(()) } else { Err(TemplateError::Unresolved { names, block }) }
}

fn collect_unresolved(
    template: &Template,
    references: &[Reference],
    unresolved: &mut Vec<String>,
) -> Result<(), TemplateError> {
    for reference in references {
        match reference {
            Reference::Ref(name) => {
                let known = template.parameters.contains_key(name) || template.resources.contains_key(name);
                if !known && !unresolved.contains(name) {
                    unresolved.push(name.clone());
                }
            }
            Reference::Attribute(name, _) if !template.resources.contains_key(name) => {
                let text = format!("instance of Fn::GetAtt references undefined resource {name}");
                return Err(TemplateError::Function(text));
            }
            Reference::Attribute(..) => {}
        }
    }
    Ok(())
}
