//! A batch of queue messages as a function's event, and what the function's answer says of it. Pure.

use std::collections::HashSet;

use port::ReceivedMessage;
use serde_json::{Value, json};

use crate::model::EventSourceMapping;

/// Largest event, in bytes (Lambda quotas: 6 MB for a synchronous payload), with room for the envelope.
const MAX_EVENT_BYTES: usize = 6_000_000;

/// The event of a batch (Lambda Developer Guide, "Example standard queue message event").
pub fn event(mapping: &EventSourceMapping, messages: &[ReceivedMessage]) -> Vec<u8> {
    let records: Vec<Value> = messages.iter().map(|message| record(mapping, message)).collect();
    json!({ "Records": records }).to_string().into_bytes()
}

fn record(mapping: &EventSourceMapping, message: &ReceivedMessage) -> Value {
    let mut record = json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": message.attributes,
        "messageAttributes": message.message_attributes,
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping.event_source_arn,
        "awsRegion": mapping.region,
    });
    if let Some(md5) = &message.md5_of_message_attributes {
        record["md5OfMessageAttributes"] = json!(md5);
    }
    record
}

/// Parts small enough for one event each, in order.
pub fn split(messages: Vec<ReceivedMessage>) -> Vec<Vec<ReceivedMessage>> {
    let mut parts: Vec<Vec<ReceivedMessage>> = Vec::new();
    let mut size = usize::MAX;
    for message in messages {
        let bytes = json!(message.body).to_string().len() + 2_000;
        match parts.last_mut() {
            Some(part) if size + bytes <= MAX_EVENT_BYTES => {
                part.push(message);
                size += bytes;
            }
            _ => {
                parts.push(vec![message]);
                size = bytes;
            }
        }
    }
    parts
}

/// Receipt handles of the messages that are done. With `ReportBatchItemFailures` the named ones are not; an answer that
/// can't be understood fails the whole batch.
pub fn processed(messages: &[ReceivedMessage], answer: &[u8], reports_failures: bool) -> Vec<String> {
    let failed = if reports_failures { failed_ids(messages, answer) } else { Some(HashSet::new()) };
    let Some(failed) = failed else { return Vec::new() };
    let done = messages.iter().filter(|message| !failed.contains(&message.message_id));
    done.map(|message| message.receipt_handle.clone()).collect()
}

/// `None`: all failed.
fn failed_ids(messages: &[ReceivedMessage], answer: &[u8]) -> Option<HashSet<String>> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or(Value::Null);
    let failures = match &answer {
        Value::Null => return Some(HashSet::new()),
        Value::Object(answer) => answer.get("batchItemFailures").unwrap_or(&Value::Null),
        _ => return None,
    };
    let failures = match failures {
        Value::Null => return Some(HashSet::new()),
        Value::Array(failures) => failures,
        _ => return None,
    };
    let known: HashSet<&str> = messages.iter().map(|message| message.message_id.as_str()).collect();
    failures
        .iter()
        .map(|failure| {
            let id = failure.get("itemIdentifier")?.as_str()?;
            known.contains(id).then(|| id.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use indexmap::IndexMap;

    fn message(id: &str, body: &str) -> ReceivedMessage {
        ReceivedMessage {
            message_id: id.into(),
            receipt_handle: format!("r-{id}"),
            body: body.into(),
            md5_of_body: String::new(),
            attributes: IndexMap::new(),
            message_attributes: serde_json::Map::new(),
            md5_of_message_attributes: None,
        }
    }

    fn done(answer: &str) -> Vec<String> {
        processed(&[message("a", ""), message("b", "")], answer.as_bytes(), true)
    }

    #[test]
    fn only_reported_messages_stay() {
        assert_eq!(done(r#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#), ["r-b"]);
        for fine in ["null", "{}", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#] {
            assert_eq!(done(fine), ["r-a", "r-b"], "{fine}");
        }
    }

    #[test]
    fn an_answer_that_is_not_understood_fails_the_batch() {
        for bad in [
            r#""text""#,
            r#"{"batchItemFailures":"a"}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"id":"a"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"unknown"}]}"#,
        ] {
            assert_eq!(done(bad), Vec::<String>::new(), "{bad}");
        }
    }

    #[test]
    fn a_batch_too_large_for_one_event_is_split_in_order() {
        let body = "x".repeat(2_500_000);
        let parts = split(vec![message("a", &body), message("b", &body), message("c", &body)]);
        let ids: Vec<Vec<&str>> =
            parts.iter().map(|part| part.iter().map(|m| m.message_id.as_str()).collect()).collect();
        assert_eq!(ids, [vec!["a", "b"], vec!["c"]]);
    }
}
