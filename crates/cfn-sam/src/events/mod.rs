//! Events of functions: what connects a source to the function.
//!
//! An event is first linked (read, checked, and what it refers to found), for all events of a function, and then
//! translated, in the order of their paths.

mod api;
mod api_request;
mod http_api;
mod pull;
mod pull_policy;
mod push;
mod rule;
mod s3;
mod scheduler;
mod sns;

use serde_json::{Value, json};

use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::python::suffixed_id;
use crate::schema::{self, Rule};
use crate::translation::Translation;
use crate::tree::{Entries, get_att, reference};

pub(crate) use api::{AuthMethod, Link, method_auth};
pub(crate) use rule::{dead_letter_queue, target_id};
pub(crate) use scheduler::{Target as ScheduleTarget, translate as translate_schedule_v2};

/// Whose events they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Function,
    StateMachine,
}

/// An event read, with what it refers to.
pub(crate) struct Linked {
    /// Its name in `Events`.
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) declared: Declared,
    pub(crate) api: Option<Link>,
}

/// The function, or the alias that stands for it.
pub(crate) struct Invoked {
    pub(crate) id: String,
    /// For permissions and mappings.
    pub(crate) name: Value,
    pub(crate) arn: Value,
    /// Attributes that what the event makes inherits.
    pub(crate) attributes: Entries,
}

impl Invoked {
    pub(crate) fn function(function: &Generated) -> Self {
        Self {
            id: function.id.clone(),
            name: reference(&function.id),
            arn: get_att(&function.id, "Arn"),
            attributes: crate::generated::inherited(&function.attributes),
        }
    }

    pub(crate) fn alias(alias: &Generated) -> Self {
        Self {
            id: alias.id.clone(),
            name: reference(&alias.id),
            arn: reference(&alias.id),
            attributes: crate::generated::inherited(&alias.attributes),
        }
    }

    pub(crate) fn condition(&self) -> Option<&Value> {
        self.attributes.get("Condition")
    }

    /// `${Function.Arn}` or `${Alias}`, for use inside `Fn::Sub`.
    pub(crate) fn arn_variable(&self) -> String {
        if self.arn.get("Ref").is_some() {
            format!("${{{}}}", self.id)
        } else {
            format!("${{{}.Arn}}", self.id)
        }
    }
}

/// What events make, and the role they add policies to.
pub(crate) struct Made {
    pub(crate) resources: Vec<Generated>,
    pub(crate) role: Generated,
}

fn rules(kind: &str, owner: Owner) -> Option<Vec<Rule>> {
    let rules: &[Rule] = match (owner, kind) {
        (_, "ScheduleV2") => schema::SCHEDULE_V2,
        (Owner::StateMachine, "Schedule") => schema::STATE_SCHEDULE,
        (Owner::StateMachine, "CloudWatchEvent" | "EventBridgeRule") => schema::STATE_RULE,
        (Owner::StateMachine, "Api") => schema::STATE_API,
        (Owner::StateMachine, _) => return None,
        (_, "Schedule") => schema::SCHEDULE,
        (_, "CloudWatchEvent" | "EventBridgeRule") => schema::RULE,
        (_, "S3") => schema::S3,
        (_, "SNS") => schema::SNS,
        (_, "Api") => schema::API_EVENT,
        (_, "HttpApi") => schema::HTTP_API_EVENT,
        (_, "AlexaSkill") => schema::ALEXA,
        (_, "IoTRule") => schema::IOT,
        (_, "Cognito") => schema::COGNITO,
        (_, "CloudWatchLogs") => schema::LOGS,
        (_, "SQS" | "Kinesis" | "DynamoDB" | "MSK" | "MQ" | "SelfManagedKafka" | "DocumentDB") => {
            return Some(schema::pull(kind));
        }
        _ => return None,
    };
    Some(rules.to_vec())
}

/// Reads all events of a resource, in the order they are taken in later: by path, else by name.
pub(crate) fn link_all(
    translation: &Translation<'_>,
    id: &str,
    events: Option<&Value>,
    owner: Owner,
) -> Result<Vec<Linked>> {
    let mut linked = Vec::new();
    let Some(events) = events.and_then(Value::as_object) else { return Ok(linked) };
    for name in crate::python27::order(events.keys(), translation.emulated) {
        if let Some(event) = events.get(&name) {
            linked.push(link(translation, id, &name, event, owner)?);
        }
    }
    if owner == Owner::Function {
        let key = |event: &Linked| match event.declared.get("Path").and_then(Value::as_str) {
            Some(path) => path.to_owned(),
            None => event.name.clone(),
        };
        linked.sort_by_cached_key(key);
    }
    Ok(linked)
}

fn link(translation: &Translation<'_>, id: &str, name: &str, event: &Value, owner: Owner) -> Result<Linked> {
    let kind = event.get("Type").and_then(Value::as_str);
    let Some((kind, rules)) = kind.and_then(|kind| rules(kind, owner).map(|rules| (kind, rules))) else {
        let shown = event.get("Type").map_or_else(|| "None".to_owned(), crate::python::shown);
        let text =
            format!("Resource dict has missing or invalid value for key Type. Event Type is: {shown}.");
        return Err(SamError::event(name, text));
    };
    let declared = Declared::read(&format!("{id}{name}"), event, kind, &rules)?;
    let api = match kind {
        "Api" => Some(api::link(translation, name, declared.get("RestApiId"))?),
        "S3" => {
            s3::check(translation, name, &declared)?;
            None
        }
        "Cognito" => {
            push::check_user_pool(translation, name, &declared)?;
            None
        }
        _ => None,
    };
    Ok(Linked { name: name.to_owned(), kind: kind.to_owned(), declared, api })
}

/// Makes what an event of a function needs.
pub(crate) fn translate(
    translation: &mut Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    made: &mut Made,
) -> Result<()> {
    match event.kind.as_str() {
        "Schedule" => rule::schedule(event, invoked, &mut made.resources),
        "CloudWatchEvent" | "EventBridgeRule" => rule::pattern(event, invoked, &mut made.resources),
        "S3" => s3::translate(translation, event, invoked, &mut made.resources),
        "SNS" => sns::translate(translation, event, invoked, made),
        "Api" => api::translate(translation, event, invoked, &mut made.resources),
        "HttpApi" => http_api::translate(translation, event, invoked, &mut made.resources),
        "AlexaSkill" => {
            push::alexa(event, invoked, &mut made.resources);
            Ok(())
        }
        "IoTRule" => {
            push::iot(translation, event, invoked, &mut made.resources);
            Ok(())
        }
        "Cognito" => push::cognito(translation, event, invoked, &mut made.resources),
        "CloudWatchLogs" => {
            push::logs(translation, event, invoked, &mut made.resources);
            Ok(())
        }
        "ScheduleV2" => {
            let target = ScheduleTarget::Function { arn: &invoked.arn, attributes: &invoked.attributes };
            made.resources.extend(scheduler::translate(&event.declared, &target)?);
            Ok(())
        }
        _ => pull::translate(translation, event, invoked, made),
    }
}

/// Lets a service invoke the function.
pub(crate) struct Permission<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) suffix: &'a str,
    pub(crate) principal: &'a str,
    pub(crate) source_arn: Value,
    pub(crate) source_account: Value,
    pub(crate) token: Value,
}

impl<'a> Permission<'a> {
    pub(crate) fn new(prefix: &'a str, principal: &'a str, source_arn: Value) -> Self {
        Self { prefix, suffix: "", principal, source_arn, source_account: Value::Null, token: Value::Null }
    }

    pub(crate) fn make(self, invoked: &Invoked) -> Generated {
        let id = suffixed_id(&format!("{}Permission", self.prefix), self.suffix);
        let mut permission = Generated::new(id, "AWS::Lambda::Permission", &invoked.attributes);
        permission.put("Action", json!("lambda:InvokeFunction"));
        permission.put("FunctionName", invoked.name.clone());
        permission.put("Principal", self.principal);
        permission.put("SourceArn", self.source_arn);
        permission.put("SourceAccount", self.source_account);
        permission.put("EventSourceToken", self.token);
        permission
    }
}
