//! SQS on the wire: JSON, and the query protocol with its old names and codes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "../../wire-codec/tests/shared/mod.rs"]
mod shared;

use api_sqs::*;
use proptest::prelude::*;
use shared::{error, read, read_request, refusal, responder, text};
use wire_codec::{ApiError, Body, Protocol};

#[test]
fn sqs_is_read_alike_from_json_and_query() {
    let json = r#"{"QueueUrl":"u","MessageBody":"b","DelaySeconds":5,
        "MessageAttributes":{"k":{"DataType":"String","StringValue":"v"}}}"#;
    let form = "Action=SendMessage&QueueUrl=u&MessageBody=b&DelaySeconds=5&MessageAttribute.1.Name=k\
        &MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=v";
    let (from_json, _) =
        read::<SendMessageInput>(&SERVICE, "SendMessage", Protocol::AwsJson10, json).unwrap();
    let (from_form, _) = read::<SendMessageInput>(&SERVICE, "SendMessage", Protocol::Query, form).unwrap();
    assert_eq!(from_json, from_form);
    assert_eq!(from_json.message_attributes.unwrap()["k"].string_value.as_deref(), Some("v"));
}

#[test]
fn sqs_batches_and_names_are_read_from_query() {
    let form = "SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=x\
        &SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=y&QueueUrl=u";
    let (batch, _) =
        read::<SendMessageBatchInput>(&SERVICE, "SendMessageBatch", Protocol::Query, form).unwrap();
    assert_eq!(batch.entries.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let form = "QueueUrl=u&AttributeName.1=All&MessageAttributeName.1=x";
    let (receive, _) =
        read::<ReceiveMessageInput>(&SERVICE, "ReceiveMessage", Protocol::Query, form).unwrap();
    assert_eq!(receive.attribute_names, Some(vec![QueueAttributeName::All]));
}

#[test]
fn sqs_messages_are_written_with_the_old_names_in_query() {
    let mut output = ReceiveMessageOutput {
        messages: Some(vec![Message {
            body: Some("a<b".to_owned()),
            attributes: Some([("SentTimestamp".to_owned(), "1".to_owned())].into_iter().collect()),
            ..Default::default()
        }]),
    };
    let (status, body) = text(responder(&SERVICE, "ReceiveMessage", Protocol::Query).success(&mut output));
    assert_eq!(status, 200);
    assert_eq!(
        body,
        "<ReceiveMessageResponse><ReceiveMessageResult><Message><Body>a&lt;b</Body><Attribute><Name>SentTimestamp</Name>\
         <Value>1</Value></Attribute></Message></ReceiveMessageResult><ResponseMetadata><RequestId>id-1</RequestId>\
         </ResponseMetadata></ReceiveMessageResponse>"
            .replace("<ReceiveMessageResponse>", "<ReceiveMessageResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">")
    );
}

#[test]
fn sqs_errors_carry_the_legacy_code_for_clients_that_knew_query() {
    let e: ApiError = QueueDoesNotExist { message: Some("gone".to_owned()) }.into();
    let answer = error(&SERVICE, "SendMessage", Protocol::AwsJson10, &e);
    assert_eq!(answer.headers()["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert_eq!(
        text(answer),
        (400, r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#.to_owned())
    );
    let (_, xml) = text(error(&SERVICE, "SendMessage", Protocol::Query, &e));
    assert!(
        xml.contains(
            "<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>gone</Message>"
        ),
        "{xml}"
    );
    // The code alone finds its shape among the operation's errors.
    let bare = ApiError::new("QueueDoesNotExist", 400, "gone");
    let answer = error(&SERVICE, "SendMessage", Protocol::AwsJson10, &bare);
    assert_eq!(answer.headers()["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
}

#[test]
fn sqs_says_what_is_missing_in_its_own_words() {
    let sqs = &SERVICE;
    let text = refusal::<SendMessageInput>(sqs, "SendMessage", Protocol::AwsJson10, r#"{"QueueUrl":"u"}"#);
    assert!(
        text.contains("MissingParameter")
            && text.contains("The request must contain the parameter MessageBody."),
        "{text}"
    );
    let body = r#"{"QueueUrl":"u","AttributeNames":["Nope"]}"#;
    let text = refusal::<GetQueueAttributesInput>(sqs, "GetQueueAttributes", Protocol::AwsJson10, body);
    assert!(text.contains("InvalidAttributeName") && text.contains("Unknown Attribute Nope."), "{text}");
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(shared::unchecked_patterns(&SERVICE), [""; 0]);
}

proptest! {
    #![proptest_config(shared::proptest_config())]

    #[test]
    fn hostile_bodies_never_panic(body in shared::hostile_body()) {
        for protocol in [Protocol::AwsJson10, Protocol::Query, Protocol::Ec2, Protocol::RpcV2Cbor] {
            let request = http::Request::post("/").body(Body::bytes(body.clone())).unwrap();
            let _ = read_request::<SendMessageBatchInput>(&SERVICE, "SendMessageBatch", protocol, request);
        }
    }
}
