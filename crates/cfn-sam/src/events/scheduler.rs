//! `ScheduleV2`: EventBridge Scheduler, with a role of its own.

use serde_json::{Value, json};

use super::rule::check_dead_letter_config;
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::role;
use crate::tree::{Entries, get_att, given};

/// What the schedule starts.
pub(crate) enum Target<'a> {
    Function { arn: &'a Value, attributes: &'a Entries },
    StateMachine { arn: &'a Value, attributes: &'a Entries },
}

pub(crate) fn translate(declared: &Declared, target: &Target<'_>) -> Result<Vec<Generated>> {
    let (Target::Function { arn, attributes } | Target::StateMachine { arn, attributes }) = target;
    let mut resources = Vec::new();
    let mut schedule = schedule(declared, attributes)?;
    let queue = queue(declared, attributes, &mut resources)?;
    let role = match declared.set("RoleArn") {
        Some(role) => role.clone(),
        None => {
            let role = execution_role(declared, target, attributes, queue.as_ref());
            let arn = role.arn();
            resources.push(role);
            arn
        }
    };
    let mut entry = Entries::new();
    entry.insert("Arn".into(), (*arn).clone());
    entry.insert("RoleArn".into(), role);
    for name in ["Input", "RetryPolicy"] {
        if let Some(value) = declared.get(name) {
            entry.insert(name.into(), value.clone());
        }
    }
    if let Some(queue) = queue {
        entry.insert("DeadLetterConfig".into(), json!({"Arn": queue}));
    }
    schedule.put("Target", Value::Object(entry));
    resources.push(schedule);
    Ok(resources)
}

fn schedule(declared: &Declared, attributes: &Entries) -> Result<Generated> {
    let mut schedule = Generated::new(&declared.id, "AWS::Scheduler::Schedule", attributes);
    schedule.copy(
        &declared.properties,
        &[
            "ScheduleExpression",
            "Description",
            "StartDate",
            "EndDate",
            "ScheduleExpressionTimezone",
            "GroupName",
            "KmsKeyArn",
        ],
    );
    if let Some(state) = declared.set("State") {
        schedule.put("State", state.clone());
    }
    if declared.is_true("OmitName") {
        if declared.is_true("Name") {
            return Err(SamError::event(&declared.id, "Name cannot be set when OmitName is True"));
        }
    } else {
        schedule.put("Name", declared.set("Name").cloned().unwrap_or_else(|| json!(declared.id)));
    }
    let window = declared.set("FlexibleTimeWindow").cloned().unwrap_or_else(|| json!({"Mode": "OFF"}));
    schedule.put("FlexibleTimeWindow", window);
    Ok(schedule)
}

fn queue(declared: &Declared, attributes: &Entries, resources: &mut Vec<Generated>) -> Result<Option<Value>> {
    let Some(config) = declared.get("DeadLetterConfig").and_then(Value::as_object) else { return Ok(None) };
    let id = check_dead_letter_config(declared, config)?;
    if let Some(arn) = given(config, "Arn") {
        return Ok(Some(arn.clone()));
    }
    let arn = get_att(&id, "Arn");
    resources.push(Generated::new(id, "AWS::SQS::Queue", attributes));
    Ok(Some(arn))
}

fn execution_role(
    declared: &Declared,
    target: &Target<'_>,
    attributes: &Entries,
    queue: Option<&Value>,
) -> Generated {
    let mut policies = vec![match target {
        Target::Function { arn, .. } => role::invoke_policy(arn, &declared.id),
        Target::StateMachine { arn, .. } => role::start_execution_policy(arn, &declared.id),
    }];
    policies.extend(queue.map(|queue| role::send_message_policy(queue, &declared.id)));
    let mut role = Generated::new(format!("{}Role", declared.id), "AWS::IAM::Role", attributes);
    role.put("AssumeRolePolicyDocument", role::trust("scheduler.amazonaws.com"));
    role.put("Policies", policies);
    if let Some(boundary) = declared.set("PermissionsBoundary") {
        role.put("PermissionsBoundary", boundary.clone());
    }
    role
}
