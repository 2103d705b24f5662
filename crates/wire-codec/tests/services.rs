//! Generated types on the wire: what is particular to a service.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod shared;

use api_dynamodb::{AttributeValue, GetItemOutput, PutItemInput};
use shared::{block_on, call, error, read, read_request, responder, text};
use wire_codec::{ApiError, Body, Protocol};

const SQS: &wire_codec::ServiceDesc = &api_sqs::SERVICE;
const S3: &wire_codec::ServiceDesc = &api_s3::SERVICE;

#[test]
fn sqs_is_read_alike_from_json_and_query() {
    let json = r#"{"QueueUrl":"u","MessageBody":"b","DelaySeconds":5,
        "MessageAttributes":{"k":{"DataType":"String","StringValue":"v"}}}"#;
    let form = "Action=SendMessage&QueueUrl=u&MessageBody=b&DelaySeconds=5&MessageAttribute.1.Name=k\
        &MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=v";
    let (from_json, _) =
        read::<api_sqs::SendMessageInput>(SQS, "SendMessage", Protocol::AwsJson10, json).unwrap();
    let (from_form, _) =
        read::<api_sqs::SendMessageInput>(SQS, "SendMessage", Protocol::Query, form).unwrap();
    assert_eq!(from_json, from_form);
    assert_eq!(from_json.message_attributes.unwrap()["k"].string_value.as_deref(), Some("v"));
}

#[test]
fn sqs_batches_and_names_are_read_from_query() {
    let form = "SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=x\
        &SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.2.MessageBody=y&QueueUrl=u";
    let (batch, _) =
        read::<api_sqs::SendMessageBatchInput>(SQS, "SendMessageBatch", Protocol::Query, form).unwrap();
    assert_eq!(batch.entries.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let form = "QueueUrl=u&AttributeName.1=All&MessageAttributeName.1=x";
    let (receive, _) =
        read::<api_sqs::ReceiveMessageInput>(SQS, "ReceiveMessage", Protocol::Query, form).unwrap();
    assert_eq!(receive.attribute_names, Some(vec![api_sqs::QueueAttributeName::All]));
}

#[test]
fn sqs_messages_are_written_with_the_old_names_in_query() {
    let mut output = api_sqs::ReceiveMessageOutput {
        messages: Some(vec![api_sqs::Message {
            body: Some("a<b".to_owned()),
            attributes: Some([("SentTimestamp".to_owned(), "1".to_owned())].into_iter().collect()),
            ..Default::default()
        }]),
    };
    let (status, body) = text(responder(SQS, "ReceiveMessage", Protocol::Query).success(&mut output));
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
    let e: ApiError = api_sqs::QueueDoesNotExist { message: Some("gone".to_owned()) }.into();
    let answer = error(SQS, "SendMessage", Protocol::AwsJson10, &e);
    assert_eq!(answer.headers()["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert_eq!(
        text(answer),
        (400, r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#.to_owned())
    );
    let (_, xml) = text(error(SQS, "SendMessage", Protocol::Query, &e));
    assert!(
        xml.contains(
            "<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>gone</Message>"
        ),
        "{xml}"
    );
    // The code alone finds its shape among the operation's errors.
    let bare = ApiError::new("QueueDoesNotExist", 400, "gone");
    let answer = error(SQS, "SendMessage", Protocol::AwsJson10, &bare);
    assert_eq!(answer.headers()["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
}

#[test]
fn dynamodb_items_round_trip_and_answers_carry_a_checksum() {
    let json = r#"{"TableName":"t-1","Item":{"a":{"S":"x"},"n":{"N":"1.5"},"l":{"L":[{"NULL":true},{"BOOL":false}]},
        "m":{"M":{"b":{"B":"AAE="},"s":{"SS":["p","q"]}}}}}"#;
    let (put, _) =
        read::<PutItemInput>(&api_dynamodb::SERVICE, "PutItem", Protocol::AwsJson10, json).unwrap();
    assert_eq!(put.item["a"], AttributeValue::S("x".to_owned()));
    assert_eq!(
        put.item["l"],
        AttributeValue::L(vec![AttributeValue::NULL(true), AttributeValue::BOOL(false)])
    );
    let mut output = GetItemOutput { item: Some(put.item), ..Default::default() };
    let answer = responder(&api_dynamodb::SERVICE, "GetItem", Protocol::AwsJson10).success(&mut output);
    let checksum = answer.headers()["x-amz-crc32"].to_str().unwrap().to_owned();
    let (_, body) = text(answer);
    let expected = r#"{"Item":{"a":{"S":"x"},"n":{"N":"1.5"},"l":{"L":[{"NULL":true},{"BOOL":false}]},"m":{"M":{"b":{"B":"AAE="},"s":{"SS":["p","q"]}}}}}"#;
    assert_eq!(body, expected);
    assert_eq!(
        checksum,
        crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, body.as_bytes()).to_string()
    );
}

#[test]
fn s3_answers_in_its_own_xml() {
    let mut location = api_s3::GetBucketLocationOutput {
        location_constraint: Some(api_s3::BucketLocationConstraint::EuWest1),
        ..Default::default()
    };
    let (_, body) = text(responder(S3, "GetBucketLocation", Protocol::RestXml).success(&mut location));
    assert!(body.ends_with(
        "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</LocationConstraint>"
    ), "{body}");
    let e = ApiError::new("NoSuchBucket", 404, "The specified bucket does not exist").with("BucketName", "b");
    let answer = error(S3, "GetObject", Protocol::RestXml, &e);
    assert_eq!(answer.headers()["x-amz-request-id"], "id-1");
    assert_eq!(
        text(answer).1,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code>\
        <Message>The specified bucket does not exist</Message><BucketName>b</BucketName><RequestId>id-1</RequestId>\
        <HostId>id-1</HostId></Error>"
    );
}

#[test]
fn s3_streams_bodies_and_reads_headers() {
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>("ab".into()), Ok("c".into())]);
    let request = http::Request::put("/b/a%20b/c+d?x-id=PutObject")
        .header("x-amz-meta-Color", "red")
        .header("content-type", "text/plain")
        .header("x-amz-storage-class", "STANDARD")
        .body(Body::stream(chunks, None))
        .unwrap();
    let (put, _) =
        read_request::<api_s3::PutObjectInput>(S3, "PutObject", Protocol::RestXml, request).unwrap();
    assert_eq!((put.bucket.as_str(), put.key.as_str()), ("b", "a b/c+d"));
    assert_eq!(put.metadata.unwrap()["color"], "red");
    assert_eq!(put.storage_class, Some(api_s3::StorageClass::Standard));
    assert!(put.body.as_bytes().is_none(), "the body was buffered");
    assert_eq!(block_on(put.body.collect(10)).unwrap(), "abc");
}

#[test]
fn s3_deletes_and_dates_read_as_clients_write_them() {
    let xml = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b</Key></Object>\
        <Object><Key>c</Key><VersionId>v</VersionId></Object><Quiet>true</Quiet></Delete>";
    let request = http::Request::post("/b?delete").body(Body::bytes(xml)).unwrap();
    let (delete, _) =
        read_request::<api_s3::DeleteObjectsInput>(S3, "DeleteObjects", Protocol::RestXml, request).unwrap();
    assert_eq!(delete.delete.objects.iter().map(|o| o.key.as_str()).collect::<Vec<_>>(), ["a&b", "c"]);
    let mut output = api_s3::ListBucketsOutput {
        buckets: Some(vec![api_s3::Bucket {
            name: Some("b".to_owned()),
            creation_date: Some(base_time::Timestamp::from_secs(0)),
            ..Default::default()
        }]),
        ..Default::default()
    };
    let (_, body) = text(responder(S3, "ListBuckets", Protocol::RestXml).success(&mut output));
    assert!(
        body.contains(
            "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Buckets><Bucket>"
        ),
        "{body}"
    );
    assert!(body.contains("<CreationDate>1970-01-01T00:00:00.000Z</CreationDate>"), "{body}");
}

#[test]
fn heads_and_304_have_no_body() {
    let request = http::Request::head("/b/k").body(Body::empty()).unwrap();
    let head = call(S3, "HeadObject", Protocol::RestXml, request).responder();
    assert_eq!(text(head.error(&ApiError::new("NoSuchKey", 404, "gone"))), (404, String::new()));
    let unchanged = ApiError::new("NotModified", 304, "Not Modified").with_header("etag", "\"e\"");
    let answer = error(S3, "GetObject", Protocol::RestXml, &unchanged);
    assert_eq!(answer.headers()["etag"], "\"e\"");
    assert_eq!(text(answer), (304, String::new()));
}

#[test]
fn lambda_errors_say_their_type_and_whose_fault_they_are() {
    let e = ApiError::new("ResourceNotFoundException", 404, "Function not found: f");
    let answer = error(&api_lambda::SERVICE, "GetFunction", Protocol::RestJson, &e);
    assert_eq!(answer.headers()["x-amzn-errortype"], "ResourceNotFoundException");
    assert_eq!(text(answer), (404, r#"{"Type":"User","Message":"Function not found: f"}"#.to_owned()));
}

#[test]
fn lambda_payloads_pass_as_they_are() {
    let request = http::Request::post("/2015-03-31/functions/f%3A1/invocations?Qualifier=live")
        .header("x-amz-invocation-type", "RequestResponse")
        .body(Body::bytes("{\"a\":1}"))
        .unwrap();
    let lambda = &api_lambda::SERVICE;
    let (invoke, _) =
        read_request::<api_lambda::InvokeInput>(lambda, "Invoke", Protocol::RestJson, request).unwrap();
    assert_eq!((invoke.function_name.as_str(), invoke.qualifier.as_deref()), ("f:1", Some("live")));
    assert_eq!(invoke.payload.as_deref(), Some(&b"{\"a\":1}"[..]));
    let mut output = api_lambda::InvokeOutput {
        status_code: Some(202),
        function_error: Some("Unhandled".to_owned()),
        payload: Some("x".into()),
        ..Default::default()
    };
    let answer = responder(lambda, "Invoke", Protocol::RestJson).success(&mut output);
    assert_eq!(answer.headers()["x-amz-function-error"], "Unhandled");
    assert_eq!(text(answer), (202, "x".to_owned()));
}

#[test]
fn what_is_not_built_is_refused_by_name() {
    let lambda = &api_lambda::SERVICE;
    let operation = lambda.operations.iter().find(|o| o.built.is_none()).unwrap();
    let answer =
        wire_codec::refuse(&call(lambda, operation.name, Protocol::RestJson, http::Request::default()));
    let (status, body) = text(answer);
    assert_eq!(status, 501);
    assert!(body.contains(&format!("Haneul does not offer lambda:{} yet", operation.name)), "{body}");
}

#[test]
fn a_live_tail_sends_its_events_framed() {
    use wire_codec::event_stream::{HeaderValue, Message};
    let started = api_logs::StartLiveTailResponseStream::SessionStart(Default::default());
    let end = ApiError::from_shape(api_logs::SessionTimeoutException { message: Some("over".to_owned()) });
    let events = wire_codec::Events::new(futures_util::stream::iter([Ok(started), Err(end)]));
    let mut output = api_logs::StartLiveTailOutput { response_stream: events };
    let answer = responder(&api_logs::SERVICE, "StartLiveTail", Protocol::AwsJson11).success(&mut output);
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
