//! A queue's attributes: reading what callers set, showing what is so (SQS API reference, SetQueueAttributes).

use api_sqs::types::{InvalidAttributeName, QueueAttributeName};
use indexmap::IndexMap;
use serde_json::{Value, json};
use wire_codec::{ApiError, EnumValue};

use crate::error::{invalid_attribute_value, invalid_parameter};
use crate::find::Found;
use crate::model::{Queue, RedrivePolicy};
use crate::queue::Counts;

/// Applies the attributes to a queue; unknown and unbuilt ones are refused by name.
pub fn apply(queue: &mut Queue, attributes: &IndexMap<String, String>) -> Result<(), ApiError> {
    let settings = &mut queue.settings;
    for (name, value) in attributes {
        match name.as_str() {
            "DelaySeconds" => settings.delay_s = number(name, value, 0, 900)?,
            "MaximumMessageSize" => {
                settings.maximum_message_size_bytes = number(name, value, 1_024, 1_048_576)?
            }
            "MessageRetentionPeriod" => settings.retention_s = number(name, value, 60, 1_209_600)?,
            "ReceiveMessageWaitTimeSeconds" => settings.receive_wait_s = number(name, value, 0, 20)?,
            "VisibilityTimeout" => settings.visibility_timeout_s = number(name, value, 0, 43_200)?,
            "RedrivePolicy" => settings.redrive = redrive(value)?,
            "RedriveAllowPolicy" => settings.redrive_allow = document(name, value)?,
            "Policy" => queue.policy = document(name, value)?,
            // At rest the data directory's own protection holds; there is no key to turn off.
            "SqsManagedSseEnabled" if value == "false" => {}
            "FifoQueue" if value == "false" => {
                return Err(ApiError::from_shape(InvalidAttributeName {
                    message: Some("Unknown Attribute FifoQueue.".to_owned()),
                }));
            }
            "SqsManagedSseEnabled" | "KmsMasterKeyId" | "KmsDataKeyReusePeriodSeconds" => {
                return Err(ApiError::not_implemented(format!("sqs: the queue attribute {name}={value}")));
            }
            "FifoQueue" | "ContentBasedDeduplication" | "DeduplicationScope" | "FifoThroughputLimit" => {
                return Err(ApiError::not_implemented("sqs: FIFO queues"));
            }
            _ => {
                return Err(ApiError::from_shape(InvalidAttributeName {
                    message: Some(format!("Unknown Attribute {name}.")),
                }));
            }
        }
    }
    Ok(())
}

fn number(name: &str, value: &str, min: u32, max: u32) -> Result<u32, ApiError> {
    value.parse().ok().filter(|n| (min..=max).contains(n)).ok_or_else(|| invalid_attribute_value(name))
}

fn document(name: &str, value: &str) -> Result<Option<Value>, ApiError> {
    if value.is_empty() {
        return Ok(None);
    }
    let parsed: Value = serde_json::from_str(value).map_err(|_| invalid_attribute_value(name))?;
    if parsed.is_object() { Ok(Some(parsed)) } else { Err(invalid_attribute_value(name)) }
}

fn redrive(value: &str) -> Result<Option<RedrivePolicy>, ApiError> {
    let Some(policy) = document("RedrivePolicy", value)? else { return Ok(None) };
    let bad = |why: &str| {
        invalid_parameter(format!("Value {value} for parameter RedrivePolicy is invalid. Reason: {why}"))
    };
    let target = policy["deadLetterTargetArn"]
        .as_str()
        .ok_or_else(|| bad("Redrive policy does not contain mandatory attribute: deadLetterTargetArn."))?;
    let count = &policy["maxReceiveCount"];
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok());
    let count =
        count.ok_or_else(|| bad("Redrive policy does not contain mandatory attribute: maxReceiveCount."))?;
    let count = u32::try_from(count).ok().filter(|n| (1..=1_000).contains(n));
    Ok(Some(RedrivePolicy {
        dead_letter_target_arn: target.to_owned(),
        max_receive_count: count
            .ok_or_else(|| bad("Invalid value for maxReceiveCount: must be between 1 and 1000."))?,
    }))
}

/// The attributes asked for (`All` for all).
pub fn show(found: &Found, counts: Counts, asked: &[QueueAttributeName]) -> IndexMap<String, String> {
    let all = asked.contains(&QueueAttributeName::All);
    let mut shown = every(found, counts);
    if !all {
        shown.retain(|name, _| asked.iter().any(|asked| asked.as_str() == name));
    }
    shown
}

fn every(found: &Found, counts: Counts) -> IndexMap<String, String> {
    let (queue, settings) = (&found.queue, &found.queue.settings);
    let mut all: IndexMap<String, String> = [
        ("QueueArn", found.arn()),
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
        ("CreatedTimestamp", queue.created.as_secs().to_string()),
        ("LastModifiedTimestamp", queue.modified.as_secs().to_string()),
        ("VisibilityTimeout", settings.visibility_timeout_s.to_string()),
        ("MaximumMessageSize", settings.maximum_message_size_bytes.to_string()),
        ("MessageRetentionPeriod", settings.retention_s.to_string()),
        ("DelaySeconds", settings.delay_s.to_string()),
        ("ReceiveMessageWaitTimeSeconds", settings.receive_wait_s.to_string()),
        ("SqsManagedSseEnabled", "false".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    if let Some(policy) = &queue.policy {
        all.insert("Policy".to_owned(), policy.to_string());
    }
    if let Some(redrive) = &settings.redrive {
        let shown = json!({
            "deadLetterTargetArn": redrive.dead_letter_target_arn,
            "maxReceiveCount": redrive.max_receive_count,
        });
        all.insert("RedrivePolicy".to_owned(), shown.to_string());
    }
    if let Some(allow) = &settings.redrive_allow {
        all.insert("RedriveAllowPolicy".to_owned(), allow.to_string());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use base_time::Timestamp;

    fn queue() -> Queue {
        Queue {
            id: 1,
            settings: crate::model::Settings::default(),
            tags: IndexMap::new(),
            policy: None,
            created: Timestamp::EPOCH,
            modified: Timestamp::EPOCH,
            purged: None,
        }
    }

    fn set(name: &str, value: &str) -> Result<Queue, ApiError> {
        let mut queue = queue();
        apply(&mut queue, &[(name.to_owned(), value.to_owned())].into())?;
        Ok(queue)
    }

    #[test]
    fn attributes_are_read_within_their_limits() {
        assert_eq!(set("VisibilityTimeout", "0").unwrap().settings.visibility_timeout_s, 0);
        assert_eq!(set("VisibilityTimeout", "43201").unwrap_err().code, "InvalidAttributeValue");
        assert_eq!(set("Colour", "red").unwrap_err().code, "InvalidAttributeName");
        assert!(set("FifoQueue", "true").unwrap_err().message.contains("FIFO"));
    }

    #[test]
    fn a_redrive_policy_takes_its_count_as_number_or_text() {
        for count in ["3", "\"3\""] {
            let policy =
                format!("{{\"deadLetterTargetArn\":\"arn:aws:sqs:r:a:q\",\"maxReceiveCount\":{count}}}");
            assert_eq!(set("RedrivePolicy", &policy).unwrap().settings.redrive.unwrap().max_receive_count, 3);
        }
        assert!(set("RedrivePolicy", "{\"maxReceiveCount\":3}").is_err());
        assert_eq!(set("RedrivePolicy", "").unwrap().settings.redrive, None);
    }
}
