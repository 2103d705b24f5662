//! Execution roles, and the policy documents that go into them.

use serde_json::{Value, json};

use crate::error::{Result, SamError};
use crate::generated::Generated;
use crate::policies::{self, Kind};
use crate::translation::Translation;
use crate::tree::{Entries, if_argument, if_parts, is_no_value};

/// Lets a service take the role on.
pub(crate) fn trust(service: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": {"Service": [service]}},
    ]})
}

fn allow(name: String, action: &str, resource: &Value) -> Value {
    json!({"PolicyName": name, "PolicyDocument": {"Statement": [
        {"Action": action, "Effect": "Allow", "Resource": resource},
    ]}})
}

pub(crate) fn send_message_policy(queue: &Value, id: &str) -> Value {
    allow(format!("{id}SQSPolicy"), "sqs:SendMessage", queue)
}

pub(crate) fn publish_policy(topic: &Value, id: &str) -> Value {
    allow(format!("{id}SNSPolicy"), "sns:publish", topic)
}

pub(crate) fn put_events_policy(bus: &Value, id: &str) -> Value {
    allow(format!("{id}EventBridgePolicy"), "events:PutEvents", bus)
}

pub(crate) fn invoke_policy(function: &Value, id: &str) -> Value {
    allow(format!("{id}LambdaPolicy"), "lambda:InvokeFunction", function)
}

pub(crate) fn start_execution_policy(machine: &Value, id: &str) -> Value {
    allow(format!("{id}StartExecutionPolicy"), "states:StartExecution", machine)
}

pub(crate) fn put_object_policy(bucket: &Value, id: &str) -> Value {
    json!({"PolicyName": format!("{id}S3Policy"), "PolicyDocument": {"Statement": [
        {"Action": "s3:PutObject", "Effect": "Allow", "Resource": {"Fn::Join": ["/", [bucket, "*"]]}},
        {"Action": "s3:ListBucket", "Effect": "Allow", "Resource": bucket},
    ]}})
}

pub(crate) fn dead_letter_policy(action: &str, target: &Value) -> Value {
    json!({"PolicyName": "DeadLetterQueuePolicy", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Action": action, "Resource": target, "Effect": "Allow"},
    ]}})
}

/// What an execution role is made of.
pub(crate) struct RoleParts<'a> {
    pub(crate) owner: &'a str,
    pub(crate) attributes: Entries,
    pub(crate) trust: Value,
    pub(crate) policies: Option<&'a Value>,
    pub(crate) managed: Vec<Value>,
    pub(crate) documents: Vec<Value>,
    pub(crate) path: Option<&'a Value>,
    pub(crate) boundary: Option<&'a Value>,
    pub(crate) tags: Vec<Value>,
}

/// `{owner}Role`.
pub(crate) fn construct(translation: &Translation<'_>, parts: RoleParts<'_>) -> Result<Generated> {
    let mut role = Generated::new(format!("{}Role", parts.owner), "AWS::IAM::Role", &parts.attributes);
    let (mut managed, mut documents) = (parts.managed, parts.documents);
    for (index, (policy, kind)) in policies::entries(parts.policies)?.into_iter().enumerate() {
        match kind {
            Kind::Document => documents.push(document(&role.id, index, policy)),
            Kind::Managed => {
                let arn = managed_arn(translation, policy);
                if !managed.contains(&arn) {
                    managed.push(arn);
                }
            }
            Kind::Template | Kind::Unknown => {
                let text = format!("Policy at index {index} in the 'Policies' property is not valid");
                return Err(SamError::resource(parts.owner, text));
            }
        }
    }
    role.put("AssumeRolePolicyDocument", parts.trust).put("ManagedPolicyArns", managed);
    if !documents.is_empty() {
        role.put("Policies", documents);
    }
    role.put("Path", parts.path.cloned().unwrap_or_default());
    role.put("PermissionsBoundary", parts.boundary.cloned().unwrap_or_default());
    role.put("Tags", parts.tags);
    Ok(role)
}

fn document(role: &str, index: usize, policy: Value) -> Value {
    let named =
        |document: &Value| json!({"PolicyName": format!("{role}Policy{index}"), "PolicyDocument": document});
    match if_argument(&policy).and_then(if_parts) {
        Some((condition, then, otherwise)) => {
            let branch = |value: &Value| if is_no_value(value) { value.clone() } else { named(value) };
            json!({"Fn::If": [condition, branch(then), branch(otherwise)]})
        }
        None => named(&policy),
    }
}

fn managed_arn(translation: &Translation<'_>, policy: Value) -> Value {
    let arn = |value: &Value| match value.as_str() {
        Some(name) => json!(arn_of(translation, name)),
        None => value.clone(),
    };
    match if_argument(&policy).and_then(if_parts) {
        Some((condition, then, otherwise)) => json!({"Fn::If": [condition, arn(then), arn(otherwise)]}),
        None => arn(&policy),
    }
}

/// A name that nobody knows stays as it is.
fn arn_of(translation: &Translation<'_>, name: &str) -> String {
    if let Some(arn) = (translation.context.managed_policy)(name) {
        return arn;
    }
    match policies::managed_path(name) {
        Some(path) => format!("arn:{}:iam::aws:policy/{path}", translation.context.partition),
        None => name.to_owned(),
    }
}
