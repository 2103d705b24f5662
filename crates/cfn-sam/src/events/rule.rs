//! EventBridge rules: schedules and patterns.

use serde_json::{Value, json};

use super::{Invoked, Linked, Permission};
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::tree::{Entries, at, get_att, given, reference};

const PRINCIPAL: &str = "events.amazonaws.com";
/// Most characters of a target's id.
const TARGET_ID_LENGTH: usize = 64;

/// `{id}{suffix}`, the id shortened when both are too long.
pub(crate) fn target_id(id: &str, suffix: &str) -> String {
    let kept: String = id.chars().take(TARGET_ID_LENGTH - suffix.len()).collect();
    format!("{kept}{suffix}")
}

pub(super) fn schedule(event: &Linked, invoked: &Invoked, resources: &mut Vec<Generated>) -> Result<()> {
    let declared = &event.declared;
    let mut rule = Generated::new(&declared.id, "AWS::Events::Rule", &invoked.attributes);
    rule.put("ScheduleExpression", declared.get("Schedule").cloned().unwrap_or_default());
    set_state(&event.name, declared, &mut rule)?;
    rule.copy(&declared.properties, &["Name", "Description"]);
    let queue = dead_letter_queue(declared, &rule.arn(), &invoked.attributes, resources)?;
    let id = target_id(&declared.id, "LambdaTarget");
    rule.put("Targets", json!([target(declared, invoked, &id, queue, &["Input"])]));
    let permission = Permission::new(&declared.id, PRINCIPAL, rule.arn()).make(invoked);
    resources.extend([rule, permission]);
    Ok(())
}

pub(super) fn pattern(event: &Linked, invoked: &Invoked, resources: &mut Vec<Generated>) -> Result<()> {
    let declared = &event.declared;
    let mut rule = Generated::new(&declared.id, "AWS::Events::Rule", &invoked.attributes);
    rule.copy(&declared.properties, &["EventBusName"]);
    rule.put("EventPattern", declared.get("Pattern").cloned().unwrap_or_default());
    rule.put("Name", declared.get("RuleName").cloned().unwrap_or_default());
    let queue = dead_letter_queue(declared, &rule.arn(), &invoked.attributes, resources)?;
    set_state(&event.name, declared, &mut rule)?;
    let own = declared.get("Target").and_then(|target| at(target, "Id"));
    let id = own.map_or_else(|| target_id(&declared.id, "LambdaTarget"), crate::python::shown);
    let properties = ["Input", "InputPath", "InputTransformer"];
    rule.put("Targets", json!([target(declared, invoked, &id, queue, &properties)]));
    let permission = Permission::new(&declared.id, PRINCIPAL, rule.arn()).make(invoked);
    resources.extend([rule, permission]);
    Ok(())
}

fn target(declared: &Declared, invoked: &Invoked, id: &str, queue: Option<Value>, copied: &[&str]) -> Value {
    let mut target = Entries::new();
    target.insert("Arn".into(), invoked.arn.clone());
    target.insert("Id".into(), json!(id));
    for name in copied.iter().chain(&["RetryPolicy"]) {
        if let Some(value) = declared.get(name) {
            target.insert((*name).to_owned(), value.clone());
        }
    }
    if let Some(queue) = queue {
        target.insert("DeadLetterConfig".into(), json!({"Arn": queue}));
    }
    Value::Object(target)
}

pub(crate) fn set_state(name: &str, declared: &Declared, rule: &mut Generated) -> Result<()> {
    let (state, enabled) = (declared.set("State"), declared.get("Enabled"));
    if state.is_some() && enabled.is_some() {
        return Err(SamError::event(name, "State and Enabled Properties cannot both be specified."));
    }
    if let Some(state) = state {
        rule.put("State", state.clone());
    }
    if let Some(enabled) = enabled {
        rule.put("State", if crate::tree::truthy(enabled) { "ENABLED" } else { "DISABLED" });
    }
    Ok(())
}

/// The ARN of a rule's dead-letter queue; the queue is made when only its type is given.
pub(crate) fn dead_letter_queue(
    declared: &Declared,
    rule: &Value,
    attributes: &Entries,
    resources: &mut Vec<Generated>,
) -> Result<Option<Value>> {
    let Some(config) = declared.get("DeadLetterConfig").and_then(Value::as_object) else { return Ok(None) };
    let queue_id = check_dead_letter_config(declared, config)?;
    if let Some(arn) = given(config, "Arn") {
        return Ok(Some(arn.clone()));
    }
    let queue = Generated::new(queue_id, "AWS::SQS::Queue", attributes);
    let mut policy =
        Generated::new(format!("{}QueuePolicy", declared.id), "AWS::SQS::QueuePolicy", attributes);
    policy.put(
        "PolicyDocument",
        json!({"Version": "2012-10-17", "Statement": [{
            "Action": "sqs:SendMessage", "Effect": "Allow", "Principal": {"Service": PRINCIPAL},
            "Resource": queue.arn(), "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
        }]}),
    );
    policy.put("Queues", json!([reference(&queue.id)]));
    let arn = get_att(&queue.id, "Arn");
    resources.extend([queue, policy]);
    Ok(Some(arn))
}

/// The logical id for a queue to be made.
pub(super) fn check_dead_letter_config(declared: &Declared, config: &Entries) -> Result<String> {
    let error = |message: &str| Err(SamError::event(&declared.id, message));
    match (config.contains_key("Arn"), config.get("Type")) {
        (true, Some(_)) => {
            return error("You can either define 'Arn' or 'Type' property of DeadLetterConfig.");
        }
        (_, Some(kind)) if kind != "SQS" => {
            return error("The only valid value for 'Type' property of DeadLetterConfig is 'SQS'.");
        }
        (false, None) => return error("No 'Arn' or 'Type' property provided for DeadLetterConfig."),
        _ => {}
    }
    match given(config, "QueueLogicalId") {
        None => Ok(format!("{}Queue", declared.id)),
        Some(Value::String(id)) if id.is_empty() => Ok(format!("{}Queue", declared.id)),
        Some(Value::String(id)) => Ok(id.clone()),
        Some(_) => Err(SamError::event(&declared.id, "QueueLogicalId must be a string")),
    }
}
