//! CloudWatch Logs on the wire: the live tail, validation of tags.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "../../wire-codec/tests/shared/mod.rs"]
mod shared;

use api_logs::*;
use shared::{block_on, refusal, responder};
use wire_codec::{ApiError, Protocol};

#[test]
fn a_live_tail_sends_its_events_framed() {
    use wire_codec::event_stream::{HeaderValue, Message};
    let started = StartLiveTailResponseStream::SessionStart(Default::default());
    let end = ApiError::from_shape(SessionTimeoutException { message: Some("over".to_owned()) });
    let events = wire_codec::Events::new(futures_util::stream::iter([Ok(started), Err(end)]));
    let mut output = StartLiveTailOutput { response_stream: events };
    let answer = responder(&SERVICE, "StartLiveTail", Protocol::AwsJson11).success(&mut output);
    assert_eq!(answer.headers()["content-type"], "application/vnd.amazon.eventstream");
    let mut bytes = bytes::BytesMut::from(&block_on(answer.into_body().collect(10_000)).unwrap()[..]);
    let mut names = Vec::new();
    while let Some(message) = Message::decode(&mut bytes).unwrap() {
        let name = message.header(":event-type").or(message.header(":exception-type")).cloned();
        names.push(name.unwrap());
    }
    let expected = ["initial-response", "sessionStart", "SessionTimeoutException"];
    assert_eq!(names, expected.map(|n| HeaderValue::String(n.to_owned())));
}

#[test]
fn elements_blame_their_list() {
    let body = r#"{"logGroupName":"g","tags":{"":"v"}}"#;
    let text = refusal::<CreateLogGroupInput>(&SERVICE, "CreateLogGroup", Protocol::AwsJson11, body);
    assert!(text.contains("InvalidParameterException"), "{text}");
    assert!(text.contains("Value '{=v}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1,"), "{text}");
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(shared::unchecked_patterns(&SERVICE), [""; 0]);
}
