//! Event source mappings: SQS, Kinesis, DynamoDB streams, MSK, MQ, Kafka, DocumentDB.

use serde_json::{Value, json};

use super::{Invoked, Linked, Made, pull_policy};
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::role;
use crate::translation::Translation;
use crate::tree::{Owner, at, is_intrinsic, truthy};

pub(super) const SQS_POLICY: &str = "service-role/AWSLambdaSQSQueueExecutionRole";

/// Properties that a mapping takes as they are.
const COPIED: &[&str] = &[
    "StartingPosition",
    "StartingPositionTimestamp",
    "BatchSize",
    "Enabled",
    "MaximumBatchingWindowInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "KmsKeyArn",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "LoggingConfig",
];

pub(super) fn translate(
    translation: &Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    made: &mut Made,
) -> Result<()> {
    let declared = &event.declared;
    let mut mapping = Generated::new(&declared.id, "AWS::Lambda::EventSourceMapping", &invoked.attributes);
    mapping.put("FunctionName", invoked.name.clone());
    mapping.put("EventSourceArn", source(event).cloned().unwrap_or_default());
    mapping.copy(&declared.properties, COPIED);
    check_filter(event)?;
    kafka(event, &mut mapping)?;
    let destination = destination(declared, &mut mapping)?;
    if event.kind == "DocumentDB" {
        mapping.put("DocumentDBEventSourceConfig", document_db(declared));
    }
    made.resources.push(mapping);
    if let Some(name) = managed_policy(&event.kind) {
        attach_managed(&mut made.role, translation.managed_policy(name));
    }
    for policy in pull_policy::documents(translation, event)? {
        attach(&mut made.role, policy);
    }
    if let Some(policy) = destination {
        attach(&mut made.role, policy);
    }
    Ok(())
}

fn source(event: &Linked) -> Option<&Value> {
    event.declared.get(match event.kind.as_str() {
        "SQS" => "Queue",
        "MQ" => "Broker",
        "DocumentDB" => "Cluster",
        "SelfManagedKafka" => return None,
        _ => "Stream",
    })
}

fn managed_policy(kind: &str) -> Option<&'static str> {
    match kind {
        "SQS" => Some(SQS_POLICY),
        "Kinesis" => Some("service-role/AWSLambdaKinesisExecutionRole"),
        "DynamoDB" => Some("service-role/AWSLambdaDynamoDBExecutionRole"),
        "MSK" => Some("service-role/AWSLambdaMSKExecutionRole"),
        _ => None,
    }
}

fn check_filter(event: &Linked) -> Result<()> {
    let Some(filter) = event.declared.set("FilterCriteria").filter(|filter| !is_intrinsic(filter)) else {
        return Ok(());
    };
    let only_filters = filter.as_object().is_some_and(|entries| entries.keys().all(|key| key == "Filters"));
    if only_filters {
        return Ok(());
    }
    Err(SamError::event(&event.name, "FilterCriteria field has a wrong format"))
}

fn kafka(event: &Linked, mapping: &mut Generated) -> Result<()> {
    let declared = &event.declared;
    if let Some(servers) = declared.set("KafkaBootstrapServers") {
        mapping.put("SelfManagedEventSource", json!({"Endpoints": {"KafkaBootstrapServers": servers}}));
    }
    let config = match event.kind.as_str() {
        "MSK" => Some("AmazonManagedKafkaEventSourceConfig"),
        "SelfManagedKafka" => Some("SelfManagedKafkaEventSourceConfig"),
        _ => None,
    };
    let mut entries = serde_json::Map::new();
    for name in ["ConsumerGroupId", "SchemaRegistryConfig"] {
        let Some(value) = declared.set(name) else { continue };
        if config.is_none() && name == "ConsumerGroupId" {
            let text = format!("Property ConsumerGroupId not defined for resource of type {}.", event.kind);
            return Err(SamError::event(&declared.id, text));
        }
        entries.insert(name.into(), value.clone());
    }
    if let (Some(config), false) = (config, entries.is_empty()) {
        mapping.put(config, Value::Object(entries));
    }
    Ok(())
}

/// Takes the destination's type away and gives the policy that it needs.
fn destination(declared: &Declared, mapping: &mut Generated) -> Result<Option<Value>> {
    let Some(config) = declared.set("DestinationConfig") else { return Ok(None) };
    let mut config = config.clone();
    Owner::Event(&declared.id).map(at(&config, "OnFailure"), "DestinationConfig.OnFailure")?;
    let on_failure = config.get_mut("OnFailure").and_then(Value::as_object_mut);
    let mut policy = None;
    if let Some(on_failure) = on_failure
        && on_failure.get("Type").is_some_and(truthy)
    {
        let kind = on_failure.shift_remove("Type").unwrap_or_default();
        let arn = on_failure.get("Destination").cloned().unwrap_or_default();
        policy = match kind.as_str() {
            Some("SQS") => Some(role::send_message_policy(&arn, &declared.id)),
            Some("SNS") => Some(role::publish_policy(&arn, &declared.id)),
            Some("S3") => Some(role::put_object_policy(&arn, &declared.id)),
            Some("Kafka") => None,
            _ => {
                let text = "The only valid values for 'Type' are 'SQS', 'SNS', 'S3', and 'Kafka'";
                return Err(SamError::event(&declared.id, text));
            }
        };
    }
    mapping.put("DestinationConfig", config);
    Ok(policy)
}

fn document_db(declared: &Declared) -> Value {
    let mut config = json!({"DatabaseName": declared.get("DatabaseName")});
    for name in ["CollectionName", "FullDocument"] {
        if let (Some(value), Some(entries)) = (declared.set(name), config.as_object_mut()) {
            entries.insert(name.into(), value.clone());
        }
    }
    config
}

pub(super) fn attach_managed(role: &mut Generated, arn: Value) {
    let arns = role.properties.entry("ManagedPolicyArns").or_insert_with(|| json!([]));
    if let Some(arns) = arns.as_array_mut()
        && !arns.contains(&arn)
    {
        arns.push(arn);
    }
}

/// Adds a policy whose document the role doesn't have yet.
fn attach(role: &mut Generated, policy: Value) {
    let policies = role.properties.entry("Policies").or_insert_with(|| json!([]));
    let Some(policies) = policies.as_array_mut() else { return };
    let known =
        policies.iter().any(|existing| at(existing, "PolicyDocument") == at(&policy, "PolicyDocument"));
    if !known {
        policies.push(policy);
    }
}
