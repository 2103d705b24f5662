//! SNS events: a subscription of the function, or of a queue the function reads.

use serde_json::{Value, json};

use super::{Invoked, Linked, Made, Permission, pull};
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::translation::Translation;
use crate::tree::{at, logical_id_of, reference, truthy};

pub(super) fn translate(
    translation: &mut Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    made: &mut Made,
) -> Result<()> {
    let declared = &event.declared;
    let topic = declared.get("Topic").cloned().unwrap_or_default();
    match declared.set("SqsSubscription") {
        None => {
            let permission = Permission::new(&declared.id, "sns.amazonaws.com", topic).make(invoked);
            made.resources.extend([permission, subscription(declared, invoked, "lambda", &invoked.arn)]);
            Ok(())
        }
        Some(Value::Bool(_)) => own_queue(translation, declared, invoked, &topic, made),
        Some(queue) => given_queue(translation, event, invoked, &topic, queue, made),
    }
}

fn own_queue(
    translation: &Translation<'_>,
    declared: &Declared,
    invoked: &Invoked,
    topic: &Value,
    made: &mut Made,
) -> Result<()> {
    let mut queue = Generated::new(format!("{}Queue", declared.id), "AWS::SQS::Queue", &invoked.attributes);
    let properties = logical_id_of(topic).and_then(|id| translation.properties_of(id));
    let fifo =
        translation.resolver.resolve_option(properties.and_then(|properties| properties.get("FifoTopic")))?;
    if truthy(&fifo) {
        queue.put("FifoQueue", fifo);
    }
    let (arn, url) = (queue.arn(), reference(&queue.id));
    let policy_id = format!("{}QueuePolicy", declared.id);
    made.resources.push(queue);
    connect(translation, declared, invoked, (&arn, &url, topic), (policy_id, json!(10)), made);
    Ok(())
}

fn given_queue(
    translation: &Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    topic: &Value,
    queue: &Value,
    made: &mut Made,
) -> Result<()> {
    let declared = &event.declared;
    let part = |name: &str| at(queue, name).filter(|value| truthy(value)).cloned();
    let (Some(arn), Some(url)) = (part("QueueArn"), part("QueueUrl")) else {
        return Err(SamError::event(&event.name, "No QueueARN or QueueURL provided."));
    };
    let policy_id = part("QueuePolicyLogicalId").map(|id| crate::python::shown(&id));
    let policy_id = policy_id.unwrap_or_else(|| format!("{}QueuePolicy", declared.id));
    let batch = part("BatchSize").unwrap_or_else(|| json!(10));
    connect(translation, declared, invoked, (&arn, &url, topic), (policy_id, batch), made);
    Ok(())
}

/// Topic to queue to function.
fn connect(
    translation: &Translation<'_>,
    declared: &Declared,
    invoked: &Invoked,
    (arn, url, topic): (&Value, &Value, &Value),
    (policy_id, batch): (String, Value),
    made: &mut Made,
) {
    let mut policy = Generated::new(policy_id, "AWS::SQS::QueuePolicy", &invoked.attributes);
    policy.put(
        "PolicyDocument",
        json!({"Version": "2012-10-17", "Statement": [{
            "Action": "sqs:SendMessage", "Effect": "Allow", "Principal": "*", "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }]}),
    );
    policy.put("Queues", json!([url]));
    let id = format!("{}EventSourceMapping", declared.id);
    let mut mapping = Generated::new(id, "AWS::Lambda::EventSourceMapping", &invoked.attributes);
    mapping.put("BatchSize", batch).put("Enabled", json!(true)).put("EventSourceArn", arn.clone());
    mapping.put("FunctionName", invoked.name.clone());
    pull::attach_managed(&mut made.role, translation.managed_policy(pull::SQS_POLICY));
    made.resources.extend([mapping, policy, subscription(declared, invoked, "sqs", arn)]);
}

fn subscription(declared: &Declared, invoked: &Invoked, protocol: &str, endpoint: &Value) -> Generated {
    let mut subscription = Generated::new(&declared.id, "AWS::SNS::Subscription", &invoked.attributes);
    subscription.put("Protocol", protocol).put("Endpoint", endpoint.clone());
    subscription.put("TopicArn", declared.get("Topic").cloned().unwrap_or_default());
    subscription
        .copy(&declared.properties, &["Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"]);
    subscription
}
