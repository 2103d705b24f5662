//! `EventInvokeConfig`: retries and destinations of asynchronous invocations. Queues and topics without an ARN are made.

use serde_json::{Value, json};

use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::python::hash_of;
use crate::role;
use crate::translation::Translation;
use crate::tree::{Entries, Owner, at, if_argument, if_parts, is_no_value, reference, truthy};

/// Most characters of a condition's name.
const CONDITION_LENGTH: usize = 255;

pub(super) fn construct(
    translation: &mut Translation<'_>,
    declared: &Declared,
    config: &Value,
    alias: Option<&Generated>,
    resources: &mut Vec<Generated>,
    policies: &mut Vec<Value>,
) -> Result<()> {
    let config = translation.resolver.resolve(config)?;
    let id = format!("{}EventInvokeConfig", declared.id);
    let mut destinations = Entries::new();
    if let Some(wanted) = at(&config, "DestinationConfig").filter(|wanted| truthy(wanted)) {
        let owner = Owner::Resource(&declared.id);
        let wanted = owner.map(Some(wanted), "EventInvokeConfig.DestinationConfig")?;
        for outcome in ["OnSuccess", "OnFailure"] {
            let Some(destination) = crate::tree::given(wanted, outcome) else { continue };
            let path = format!("EventInvokeConfig.DestinationConfig.{outcome}");
            let destination = owner.map(Some(destination), &path)?;
            let made = Destination { declared, id: &id, outcome, config: destination }.make(translation)?;
            resources.extend(made.resource);
            policies.extend(made.policy.filter(truthy));
            destinations.insert(outcome.into(), json!({"Destination": made.arn}));
        }
    }
    let mut invoke = Generated::new(&id, "AWS::Lambda::EventInvokeConfig", &declared.attributes);
    if let Some(alias) = alias {
        invoke = invoke.depends_on(json!([alias.id]));
    }
    invoke.put("FunctionName", reference(&declared.id));
    let qualifier = alias.and_then(|alias| alias.properties.get("Name").cloned());
    invoke.put("Qualifier", qualifier.unwrap_or_else(|| json!("$LATEST")));
    invoke.put("DestinationConfig", Value::Object(destinations));
    for name in ["MaximumEventAgeInSeconds", "MaximumRetryAttempts"] {
        invoke.put(name, at(&config, name).cloned().unwrap_or_default());
    }
    resources.push(invoke);
    Ok(())
}

struct Destination<'a> {
    declared: &'a Declared,
    id: &'a str,
    outcome: &'a str,
    config: &'a Entries,
}

struct Made {
    resource: Option<Generated>,
    arn: Value,
    policy: Option<Value>,
}

impl Destination<'_> {
    fn make(&self, translation: &mut Translation<'_>) -> Result<Made> {
        const TYPES: [&str; 5] = ["SQS", "SNS", "EventBridge", "Lambda", "S3Bucket"];
        let kind = self.config.get("Type").cloned().unwrap_or_default();
        let Some(kind) = kind.as_str().filter(|kind| TYPES.contains(kind)) else {
            let shown = crate::python::shown(&kind);
            return Err(self.declared.error(format!(
                "'Type: {shown}' must be one of ['SQS', 'SNS', 'EventBridge', 'Lambda', 'S3Bucket']"
            )));
        };
        let base = format!("{}{}", self.id, self.outcome);
        let given = crate::tree::given(self.config, "Destination").cloned();
        let (condition, other) = self.condition(translation, given.as_ref())?;
        if let (Some(arn), None) = (&given, &condition) {
            return Ok(Made { resource: None, arn: arn.clone(), policy: policy(kind, arn, &base) });
        }
        let (suffix, type_name) = match kind {
            "SQS" => ("Queue", "AWS::SQS::Queue"),
            "SNS" => ("Topic", "AWS::SNS::Topic"),
            _ => return Err(self.declared.error("Destination is required if Type is not ['SQS', 'SNS']")),
        };
        let mut resource = Generated::new(format!("{base}{suffix}"), type_name, &self.declared.inherited());
        if let Some(joint) = self.joint_condition(translation, condition.as_deref()) {
            resource.attributes.insert("Condition".into(), json!(joint));
        }
        let made = if kind == "SQS" { resource.arn() } else { reference(&resource.id) };
        let arn = match condition {
            Some(condition) => json!({"Fn::If": [condition, made, other]}),
            None => made,
        };
        let policy = policy(kind, &arn, &base);
        Ok(Made { resource: Some(resource), arn, policy })
    }

    /// The condition under which the destination is to be made, and the ARN otherwise.
    fn condition(
        &self,
        translation: &mut Translation<'_>,
        given: Option<&Value>,
    ) -> Result<(Option<String>, Value)> {
        let Some(argument) = given.and_then(if_argument) else { return Ok((None, Value::Null)) };
        let (condition, then, otherwise) = if_parts(argument).ok_or_else(|| {
            SamError::resource(self.id, "Malformed 'Destination' property: Fn::If requires 3 arguments.")
        })?;
        let name = crate::python::shown(condition);
        match (is_no_value(then), is_no_value(otherwise)) {
            (true, false) => Ok((Some(name), otherwise.clone())),
            (false, true) => {
                let negated = generated_name(&format!("NOT{name}"), self.id);
                translation.add_condition(&negated, json!({"Fn::Not": [{"Condition": name}]}));
                Ok((Some(negated), then.clone()))
            }
            _ => Ok((None, Value::Null)),
        }
    }

    fn joint_condition(&self, translation: &mut Translation<'_>, own: Option<&str>) -> Option<String> {
        let inherited = self.declared.attributes.get("Condition").and_then(Value::as_str);
        match (inherited, own) {
            (Some(inherited), Some(own)) => {
                let name = generated_name(&format!("{inherited}AND{own}"), &self.declared.id);
                let both =
                    json!([{"Condition": {"Condition": inherited}}, {"Condition": {"Condition": own}}]);
                translation.add_condition(&name, json!({"Fn::And": both}));
                Some(name)
            }
            (one, other) => one.or(other).map(str::to_owned),
        }
    }
}

fn generated_name(name: &str, hashed: &str) -> String {
    let name = format!("{name}{}", hash_of(&json!(hashed)));
    name.chars().take(CONDITION_LENGTH).collect()
}

fn policy(kind: &str, arn: &Value, id: &str) -> Option<Value> {
    match kind {
        "SQS" => Some(role::send_message_policy(arn, id)),
        "SNS" => Some(role::publish_policy(arn, id)),
        "EventBridge" => Some(role::put_events_policy(arn, id)),
        "Lambda" => Some(role::invoke_policy(arn, id)),
        "S3Bucket" => Some(role::put_object_policy(arn, id)),
        _ => None,
    }
}
