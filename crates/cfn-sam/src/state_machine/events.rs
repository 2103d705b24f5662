//! Events of state machines: what starts an execution, each with a role that may.

use serde_json::{Value, json};

use crate::definition::Definition;
use crate::error::{Result, SamError};
use crate::events::{
    Linked, ScheduleTarget, dead_letter_queue, method_auth, target_id, translate_schedule_v2,
};
use crate::generated::Generated;
use crate::python::dumps;
use crate::role;
use crate::translation::Translation;
use crate::tree::{Entries, at, reference, sub, truthy};

/// The machine, or the alias that stands for it.
pub(super) struct Started {
    pub(super) id: String,
    pub(super) attributes: Entries,
}

impl Started {
    fn arn(&self) -> Value {
        reference(&self.id)
    }
}

pub(super) fn translate(
    translation: &mut Translation<'_>,
    event: &Linked,
    target: &Started,
    boundary: Option<&Value>,
) -> Result<Vec<Generated>> {
    match event.kind.as_str() {
        "Schedule" => schedule(event, target, boundary),
        "CloudWatchEvent" | "EventBridgeRule" => pattern(event, target, boundary),
        "ScheduleV2" => {
            let target = ScheduleTarget::StateMachine { arn: &target.arn(), attributes: &target.attributes };
            translate_schedule_v2(&event.declared, &target)
        }
        _ => api(translation, event, target, boundary),
    }
}

fn start_role(event: &Linked, target: &Started, service: &str, boundary: Option<&Value>) -> Generated {
    let mut role = Generated::new(format!("{}Role", event.declared.id), "AWS::IAM::Role", &target.attributes);
    role.put("AssumeRolePolicyDocument", role::trust(service));
    role.put("Policies", json!([role::start_execution_policy(&target.arn(), &role.id.clone())]));
    role.put("PermissionsBoundary", boundary.cloned().unwrap_or_default());
    role
}

fn schedule(event: &Linked, target: &Started, boundary: Option<&Value>) -> Result<Vec<Generated>> {
    let declared = &event.declared;
    let mut resources = Vec::new();
    let mut rule = Generated::new(&declared.id, "AWS::Events::Rule", &target.attributes);
    rule.put("ScheduleExpression", declared.get("Schedule").cloned().unwrap_or_default());
    set_state(event, &mut rule)?;
    rule.copy(&declared.properties, &["Name", "Description"]);
    let role = match declared.get("RoleArn") {
        Some(role) => role.clone(),
        None => {
            let role = start_role(event, target, "events.amazonaws.com", boundary);
            let arn = role.arn();
            resources.push(role);
            arn
        }
    };
    let queue = dead_letter_queue(declared, &rule.arn(), &target.attributes, &mut resources)?;
    rule.put("Targets", json!([rule_target(event, target, &role, queue, &["Input"])]));
    resources.push(rule);
    Ok(resources)
}

fn set_state(event: &Linked, rule: &mut Generated) -> Result<()> {
    let declared = &event.declared;
    let (state, enabled) = (declared.set("State"), declared.get("Enabled"));
    if state.is_some() && enabled.is_some() {
        return Err(SamError::event(&event.name, "State and Enabled Properties cannot both be specified."));
    }
    rule.put("State", state.cloned().unwrap_or_default());
    if let Some(enabled) = enabled {
        rule.put("State", if truthy(enabled) { "ENABLED" } else { "DISABLED" });
    }
    Ok(())
}

fn pattern(event: &Linked, target: &Started, boundary: Option<&Value>) -> Result<Vec<Generated>> {
    let declared = &event.declared;
    let mut resources = Vec::new();
    let mut rule = Generated::new(&declared.id, "AWS::Events::Rule", &target.attributes);
    rule.copy(&declared.properties, &["EventBusName"]);
    rule.put("EventPattern", declared.get("Pattern").cloned().unwrap_or_default());
    rule.put("Name", declared.get("RuleName").cloned().unwrap_or_default());
    rule.put("State", declared.set("State").cloned().unwrap_or_default());
    let role = start_role(event, target, "events.amazonaws.com", boundary);
    let queue = dead_letter_queue(declared, &rule.arn(), &target.attributes, &mut resources)?;
    let copied = ["Input", "InputPath", "InputTransformer"];
    rule.put("Targets", json!([rule_target(event, target, &role.arn(), queue, &copied)]));
    resources.extend([rule, role]);
    Ok(resources)
}

fn rule_target(
    event: &Linked,
    target: &Started,
    role: &Value,
    queue: Option<Value>,
    copied: &[&str],
) -> Value {
    let declared = &event.declared;
    let own = declared.get("Target").and_then(|target| at(target, "Id")).cloned();
    let id = own.unwrap_or_else(|| json!(target_id(&declared.id, "StepFunctionsTarget")));
    let mut entry = Entries::new();
    entry.insert("Arn".into(), target.arn());
    entry.insert("Id".into(), id);
    entry.insert("RoleArn".into(), role.clone());
    for name in copied.iter().chain(&["RetryPolicy"]) {
        if let Some(value) = declared.get(name) {
            entry.insert((*name).to_owned(), value.clone());
        }
    }
    if let Some(queue) = queue {
        entry.insert("DeadLetterConfig".into(), json!({"Arn": queue}));
    }
    Value::Object(entry)
}

fn api(
    translation: &mut Translation<'_>,
    event: &Linked,
    target: &Started,
    boundary: Option<&Value>,
) -> Result<Vec<Generated>> {
    let declared = &event.declared;
    let text = |name: &str| declared.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (path, method) = (text("Path"), text("Method").to_lowercase());
    let role = start_role(event, target, "apigateway.amazonaws.com", boundary);
    let api = event.api.as_ref().and_then(|link| link.api.as_deref());
    let properties = api.and_then(|api| translation.properties_of(api));
    let managed = properties.and_then(|api| api.get("__MANAGE_SWAGGER")).is_some_and(truthy);
    let body = properties.and_then(|api| api.get("DefinitionBody")).cloned();
    let (Some(api), Some(body), true) = (api, body, managed) else { return Ok(vec![role]) };
    let mut definition = Definition::swagger(Some(&body))?;
    if definition.has_integration(&path, &method)? {
        let text = format!("API method \"{method}\" defined multiple times for path \"{path}\".");
        return Err(SamError::event(&event.name, text));
    }
    let template = request_template(&target.id, declared.is_true("UnescapeMappingTemplate"));
    let condition = target.attributes.get("Condition");
    definition.add_state_machine_integration((&path, &method), &role.arn(), &template, condition)?;
    if let Some(auth) = declared.set("Auth") {
        let method = crate::events::AuthMethod {
            api,
            event: &event.name,
            path: &path,
            method: &method,
            stage: declared.get("Stage").cloned().unwrap_or_default(),
        };
        method_auth(translation, &mut definition, auth, &method)?;
    }
    translation.set_definition(api, definition.value());
    Ok(vec![role])
}

fn request_template(machine: &str, unescaped: bool) -> Value {
    let text = if unescaped {
        format!(
            "{{\"input\": \"$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\",\"'\")\", \"stateMachineArn\": \"${{{machine}}}\"}}"
        )
    } else {
        dumps(&json!({
            "input": "$util.escapeJavaScript($input.json('$'))",
            "stateMachineArn": format!("${{{machine}}}"),
        }))
    };
    json!({"application/json": sub(&text)})
}
