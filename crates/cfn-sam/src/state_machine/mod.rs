//! `AWS::Serverless::StateMachine`.

mod definition;
mod events;

use serde_json::{Value, json};

use crate::error::Result;
use crate::events::{Linked, Owner, link_all};
use crate::generated::{Declared, Generated, propagate_tags};
use crate::role::{self, RoleParts};
use crate::schema;
use crate::translation::{Translated, Translation};
use crate::tree::{at, get_att, reference, tag_list, truthy};

const TYPE: &str = "AWS::Serverless::StateMachine";

/// The managed policy for X-Ray.
pub(crate) fn tracing_policy(partition: &str) -> &'static str {
    if partition == "aws" { "AWSXrayWriteOnlyAccess" } else { "AWSXRayDaemonWriteAccess" }
}

pub(crate) fn translate(translation: &mut Translation<'_>, id: &str, entry: &Value) -> Result<Translated> {
    let mut entry = entry.clone();
    if let Some(properties) = entry.get_mut("Properties").and_then(Value::as_object_mut)
        && let Some(expanded) = crate::policies::expand(id, properties.get("Policies"))?
    {
        properties.insert("Policies".into(), expanded);
    }
    let declared = Declared::read(id, &entry, TYPE, schema::STATE_MACHINE)?;
    let linked = link_all(translation, id, declared.set("Events"), Owner::StateMachine)
        .map_err(|error| error.owned_by(id))?;
    let mut machine = Generated::new(id, "AWS::StepFunctions::StateMachine", &declared.attributes);
    machine.depends_on = declared.depends_on.clone();
    definition::construct(&declared, &mut machine)?;
    let mut resources = Vec::new();
    if let Some(role) = attach_role(translation, &declared, &mut machine)? {
        resources.push(role);
    }
    machine.put("StateMachineName", declared.get("Name").cloned().unwrap_or_default());
    machine.put("StateMachineType", declared.get("Type").cloned().unwrap_or_default());
    machine.put("LoggingConfiguration", declared.get("Logging").cloned().unwrap_or_default());
    machine.put("TracingConfiguration", declared.get("Tracing").cloned().unwrap_or_default());
    machine.put("Tags", tags(&declared));
    let alias = publish(&declared, &mut resources)?;
    let target = match alias.filter(|_| declared.is_true("UseAliasAsEventTarget")) {
        Some(alias) => events::Started { id: alias, attributes: declared.inherited() },
        None => events::Started {
            id: id.to_owned(),
            attributes: crate::generated::inherited(&machine.attributes),
        },
    };
    let made = make_events(translation, &declared, &linked, &target)?;
    resources.push(machine);
    resources.extend(made);
    propagate_tags(&mut resources, declared.get("Tags"), declared.is_true("PropagateTags"));
    Ok(Translated::new(id, resources))
}

fn make_events(
    translation: &mut Translation<'_>,
    declared: &Declared,
    linked: &[Linked],
    target: &events::Started,
) -> Result<Vec<Generated>> {
    let mut made = Vec::new();
    for event in linked {
        made.extend(events::translate(translation, event, target, declared.set("PermissionsBoundary"))?);
    }
    Ok(made)
}

fn tags(declared: &Declared) -> Vec<Value> {
    let mut tags = tag_list(&json!({"stateMachine:createdBy": "SAM"}));
    tags.extend(declared.get("Tags").map(tag_list).unwrap_or_default());
    tags
}

/// Sets the machine's role; gives the role when it is to be made.
fn attach_role(
    translation: &Translation<'_>,
    declared: &Declared,
    machine: &mut Generated,
) -> Result<Option<Generated>> {
    let policies = declared.set("Policies");
    if let Some(role) = declared.set("Role") {
        if policies.is_some() {
            return Err(declared.error(
                "Specify either 'Role' or 'Policies' (but not both at the same time) or neither of them",
            ));
        }
        machine.put("RoleArn", role.clone());
        return Ok(None);
    }
    let mut policies = match policies {
        None => Vec::new(),
        Some(Value::Array(items)) => items.clone(),
        Some(one) => vec![one.clone()],
    };
    if declared.set("Tracing").and_then(|tracing| at(tracing, "Enabled")).is_some_and(|on| on == &json!(true))
    {
        policies.push(json!(tracing_policy(translation.context.partition)));
    }
    let role = role::construct(
        translation,
        RoleParts {
            owner: &declared.id,
            attributes: declared.inherited(),
            trust: role::trust("states.amazonaws.com"),
            policies: Some(&Value::Array(policies)),
            managed: Vec::new(),
            documents: Vec::new(),
            path: declared.get("RolePath"),
            boundary: declared.get("PermissionsBoundary"),
            tags: tags(declared),
        },
    )?;
    machine.put("RoleArn", role.arn());
    Ok(Some(role))
}

/// Version and alias; gives the alias's id.
fn publish(declared: &Declared, resources: &mut Vec<Generated>) -> Result<Option<String>> {
    let Some(name) = declared.set("AutoPublishAlias") else {
        for property in ["UseAliasAsEventTarget", "DeploymentPreference"] {
            if declared.is_true(property) {
                let text = format!("'{property}' requires 'AutoPublishAlias' property to be specified.");
                return Err(declared.error(text));
            }
        }
        return Ok(None);
    };
    let mut attributes = declared.inherited();
    attributes.entry("DeletionPolicy").or_insert_with(|| json!("Retain"));
    attributes.entry("UpdateReplacePolicy").or_insert_with(|| json!("Retain"));
    let version_id = format!("{}Version", declared.id);
    let mut version = Generated::new(&version_id, "AWS::StepFunctions::StateMachineVersion", &attributes);
    version.put("StateMachineArn", reference(&declared.id));
    version.put("StateMachineRevisionId", get_att(&declared.id, "StateMachineRevisionId"));
    let alias_id = format!("{}Alias{}", declared.id, crate::python::shown(name));
    let mut alias = Generated::new(&alias_id, "AWS::StepFunctions::StateMachineAlias", &declared.inherited());
    alias.put("Name", name.clone());
    let preference = declared.set("DeploymentPreference").filter(|preference| truthy(preference));
    let mut preference = preference.cloned().unwrap_or_else(|| json!({"Type": "ALL_AT_ONCE"}));
    if let Some(entries) = preference.as_object_mut() {
        entries.insert("StateMachineVersionArn".into(), reference(&version_id));
    }
    alias.put("DeploymentPreference", preference);
    resources.extend([version, alias]);
    Ok(Some(alias_id))
}
