//! `AWS::SQS::Queue` and `AWS::SQS::QueuePolicy` for CloudFormation, by the same operations as the API.

use api_sqs::types as t;
use indexmap::IndexMap;
use port::{
    BoxFuture, Provisioned, RequestContext, ResourceFailure, ResourceProperty, ResourceProvider,
    ResourceRequest, ResourceTypeDesc,
};
use serde_json::{Map, Value, json};
use wire_codec::ApiError;

use crate::find::{arn_of, key_of_url};
use crate::{Sqs, ops};

const QUEUE: &str = "AWS::SQS::Queue";
const POLICY: &str = "AWS::SQS::QueuePolicy";

/// Properties that are attributes of the same name, with the value an update goes back to where the template is silent.
const ATTRIBUTES: [(&str, &str); 8] = [
    ("DelaySeconds", "0"),
    ("MaximumMessageSize", "1048576"),
    ("MessageRetentionPeriod", "345600"),
    ("ReceiveMessageWaitTimeSeconds", "0"),
    ("VisibilityTimeout", "30"),
    ("RedrivePolicy", ""),
    ("RedriveAllowPolicy", ""),
    ("SqsManagedSseEnabled", "false"),
];

static TYPES: [ResourceTypeDesc; 2] = [
    ResourceTypeDesc {
        name: QUEUE,
        properties: &[
            ResourceProperty::replacing("QueueName"),
            ResourceProperty::in_place("DelaySeconds"),
            ResourceProperty::in_place("MaximumMessageSize"),
            ResourceProperty::in_place("MessageRetentionPeriod"),
            ResourceProperty::in_place("ReceiveMessageWaitTimeSeconds"),
            ResourceProperty::in_place("VisibilityTimeout"),
            ResourceProperty::in_place("RedrivePolicy"),
            ResourceProperty::in_place("RedriveAllowPolicy"),
            ResourceProperty::in_place("SqsManagedSseEnabled"),
            ResourceProperty::in_place("Tags"),
        ],
        attributes: &["Arn", "QueueName", "QueueUrl"],
    },
    ResourceTypeDesc {
        name: POLICY,
        properties: &[
            ResourceProperty::in_place("PolicyDocument").required(),
            ResourceProperty::in_place("Queues").required(),
        ],
        attributes: &["Id"],
    },
];

type Outcome = Result<Provisioned, ResourceFailure>;

impl ResourceProvider for Sqs {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        &TYPES
    }

    fn create<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match request.resource_type.as_str() {
                QUEUE => create_queue(self, cx, request).await,
                _ => put_policy(self, cx, &request, request.generated_name.clone()).await,
            }
        })
    }

    fn update<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let id = request.physical_id.clone().unwrap_or_default();
            match request.resource_type.as_str() {
                QUEUE => update_queue(self, cx, request, id).await,
                _ => put_policy(self, cx, &request, id).await,
            }
        })
    }

    fn delete<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<(), ResourceFailure>> {
        Box::pin(async move {
            let gone = match request.resource_type.as_str() {
                QUEUE => {
                    let queue_url = request.physical_id.unwrap_or_default();
                    ops::delete_queue::run(self, cx, t::DeleteQueueInput { queue_url }).await.map(drop)
                }
                _ => drop_policy(self, cx, queues(&request.properties)).await,
            };
            match gone {
                Err(error) if error.code == "QueueDoesNotExist" => Ok(()),
                other => Ok(other?),
            }
        })
    }
}

/// Attribute values are text; documents are JSON text.
fn attribute_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn attributes(properties: &Map<String, Value>) -> IndexMap<String, String> {
    let named = ATTRIBUTES.iter().filter_map(|(name, _)| Some(((*name).to_owned(), properties.get(*name)?)));
    named.map(|(name, value)| (name, attribute_text(value))).collect()
}

/// `{stack}-{logical}-{random}` within a queue name's 80 characters, the random part kept.
fn queue_name(request: &ResourceRequest) -> String {
    if let Some(name) = request.properties.get("QueueName").and_then(Value::as_str) {
        return name.to_owned();
    }
    let generated = &request.generated_name;
    match generated.rsplit_once('-') {
        Some((head, random)) if generated.len() > 80 => {
            format!("{}-{random}", head.chars().take(79 - random.len()).collect::<String>())
        }
        _ => generated.clone(),
    }
}

fn provisioned(cx: &RequestContext, url: String) -> Outcome {
    let key = key_of_url(cx, &url).ok_or_else(|| ResourceFailure::new(format!("{url} is no queue URL")))?;
    let attributes = [("Arn", json!(arn_of(&key))), ("QueueName", json!(key.2)), ("QueueUrl", json!(url))];
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Provisioned { physical_id: url, attributes })
}

async fn create_queue(sqs: &Sqs, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let create = t::CreateQueueInput {
        queue_name: queue_name(&request),
        attributes: Some(attributes(&request.properties)),
        tags: Some(request.merged_tags()?.into_iter().collect()),
    };
    let made = ops::create_queue::run(sqs, cx, create).await?;
    provisioned(cx, made.queue_url.unwrap_or_default())
}

async fn update_queue(sqs: &Sqs, cx: &RequestContext, request: ResourceRequest, url: String) -> Outcome {
    let previous = request.previous_properties.clone().unwrap_or_default();
    let mut attributes = attributes(&request.properties);
    for (name, default) in ATTRIBUTES {
        if previous.contains_key(name) {
            attributes.entry(name.to_owned()).or_insert_with(|| default.to_owned());
        }
    }
    let found = sqs.find(cx, "SetQueueAttributes", &url).await?;
    let tags: IndexMap<_, _> = request.merged_tags()?.into_iter().collect();
    let change = |queue: &mut crate::model::Queue| {
        queue.tags.clone_from(&tags);
        crate::attributes::apply(queue, &attributes)
    };
    sqs.change(cx, &found.key, &change).await?;
    provisioned(cx, url)
}

async fn put_policy(sqs: &Sqs, cx: &RequestContext, request: &ResourceRequest, id: String) -> Outcome {
    let policy = request.properties.get("PolicyDocument").map(attribute_text).unwrap_or_default();
    let wanted: Vec<&str> = queues(&request.properties).collect();
    for queue in &wanted {
        set_policy(sqs, cx, queue, &policy).await?;
    }
    let before = request.previous_properties.iter().flat_map(queues);
    drop_policy(sqs, cx, before.filter(|queue| !wanted.contains(queue))).await?;
    let attributes = [("Id".to_owned(), json!(id))].into_iter().collect();
    Ok(Provisioned { physical_id: id, attributes })
}

fn queues(properties: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let queues = properties.get("Queues").and_then(Value::as_array);
    queues.into_iter().flatten().map(|queue| queue.as_str().unwrap_or_default())
}

async fn set_policy(sqs: &Sqs, cx: &RequestContext, queue: &str, policy: &str) -> Result<(), ApiError> {
    let set = t::SetQueueAttributesInput {
        queue_url: queue.to_owned(),
        attributes: [("Policy".to_owned(), policy.to_owned())].into(),
    };
    ops::set_queue_attributes::run(sqs, cx, set).await.map(drop)
}

/// A queue that is gone has no policy either.
async fn drop_policy<'a>(
    sqs: &Sqs,
    cx: &RequestContext,
    queues: impl Iterator<Item = &'a str>,
) -> Result<(), ApiError> {
    for queue in queues {
        match set_policy(sqs, cx, queue, "").await {
            Err(error) if error.code == "QueueDoesNotExist" => {}
            other => other?,
        }
    }
    Ok(())
}
