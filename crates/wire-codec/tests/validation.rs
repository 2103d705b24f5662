//! Requests that break the model, or are no requests at all, and AWS's words for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod shared;

use api_dynamodb::{CreateTableInput, PutItemInput};
use proptest::prelude::*;
use shared::{read, read_request};
use wire_codec::{Body, Kind, Protocol, Schema, ServiceDesc};

const DYNAMODB: &ServiceDesc = &api_dynamodb::SERVICE;
const SERVICES: [&ServiceDesc; 11] = [
    &api_apigateway::SERVICE,
    &api_apigatewayv2::SERVICE,
    &api_cloudformation::SERVICE,
    &api_dynamodb::SERVICE,
    &api_iam::SERVICE,
    &api_lambda::SERVICE,
    &api_logs::SERVICE,
    &api_s3::SERVICE,
    &api_sqs::SERVICE,
    &api_ssm::SERVICE,
    &api_sts::SERVICE,
];

fn refusal<I: wire_codec::Structure + Default>(
    service: &'static ServiceDesc,
    operation: &str,
    protocol: Protocol,
    body: &str,
) -> String {
    match read::<I>(service, operation, protocol, body) {
        Ok(_) => panic!("accepted: {body}"),
        Err((status, text)) => {
            assert_eq!(status, 400, "{text}");
            text
        }
    }
}

#[test]
fn missing_members_and_unknown_enum_values_are_reported_together() {
    let body = r#"{"TableName":"table","KeySchema":[{"AttributeName":"a","KeyType":"SORT"}],"AttributeDefinitions":[]}"#;
    let text = refusal::<CreateTableInput>(DYNAMODB, "CreateTable", Protocol::AwsJson10, body);
    assert_eq!(
        text,
        r#"{"__type":"com.amazon.coral.validate#ValidationException","message":"1 validation error detected: Value 'SORT' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]"}"#
    );
    let text = refusal::<PutItemInput>(DYNAMODB, "PutItem", Protocol::AwsJson10, "{}");
    assert!(text.contains("2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null; Value null at 'item' failed"), "{text}");
}

#[test]
fn lengths_ranges_and_patterns_are_checked_with_their_text() {
    let body = "Action=CreateRole&RoleName=a%20b&AssumeRolePolicyDocument=%7B%7D&MaxSessionDuration=1";
    let text = refusal::<api_iam::CreateRoleInput>(&api_iam::SERVICE, "CreateRole", Protocol::Query, body);
    assert!(text.contains("<Code>ValidationError</Code>"), "{text}");
    assert!(text.contains("2 validation errors detected: Value &apos;a b&apos;") || text.contains("Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+"), "{text}");
    assert!(text.contains("Value '1' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600"), "{text}");
}

#[test]
fn elements_blame_their_list() {
    let body = r#"{"logGroupName":"g","tags":{"":"v"}}"#;
    let text = refusal::<api_logs::CreateLogGroupInput>(
        &api_logs::SERVICE,
        "CreateLogGroup",
        Protocol::AwsJson11,
        body,
    );
    assert!(text.contains("InvalidParameterException"), "{text}");
    assert!(text.contains("Value '{=v}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1,"), "{text}");
}

#[test]
fn sqs_says_what_is_missing_in_its_own_words() {
    let sqs = &api_sqs::SERVICE;
    let text =
        refusal::<api_sqs::SendMessageInput>(sqs, "SendMessage", Protocol::AwsJson10, r#"{"QueueUrl":"u"}"#);
    assert!(
        text.contains("MissingParameter")
            && text.contains("The request must contain the parameter MessageBody."),
        "{text}"
    );
    let body = r#"{"QueueUrl":"u","AttributeNames":["Nope"]}"#;
    let text =
        refusal::<api_sqs::GetQueueAttributesInput>(sqs, "GetQueueAttributes", Protocol::AwsJson10, body);
    assert!(text.contains("InvalidAttributeName") && text.contains("Unknown Attribute Nope."), "{text}");
}

#[test]
fn attribute_values_have_exactly_one_type() {
    for (item, words) in [
        (r#"{"a":{}}"#, "Supplied AttributeValue is empty"),
        (r#"{"a":{"S":"x","N":"1"}}"#, "Supplied AttributeValue has more than one datatypes set"),
    ] {
        let body = format!(r#"{{"TableName":"table","Item":{item}}}"#);
        let text = refusal::<PutItemInput>(DYNAMODB, "PutItem", Protocol::AwsJson10, &body);
        assert!(text.contains(words) && text.contains("ValidationException"), "{text}");
    }
}

#[test]
fn wrong_types_and_broken_json_are_serialization_exceptions() {
    for (body, words) in [
        (r#"{"TableName":5}"#, "NUMBER_VALUE cannot be converted to String"),
        (r#"{"TableName":true}"#, "TRUE_VALUE cannot be converted to String"),
        (r#"{"TableName":"a","Item":[]}"#, "START_ARRAY"),
        (r#"{"TableName":"#, "EOF"),
        (r#"{"TableName":"a"} trailing"#, "trailing"),
        ("[]", "an object"),
        (r#"{"TableName":"a","Item":{"a":null}}"#, "NULL_VALUE"),
    ] {
        let text = refusal::<PutItemInput>(DYNAMODB, "PutItem", Protocol::AwsJson10, body);
        assert!(
            text.contains("com.amazon.coral.service#SerializationException") && text.contains(words),
            "{text}"
        );
    }
}

#[test]
fn invalid_utf8_is_refused() {
    let request = http::Request::post("/").body(Body::bytes(&b"{\"TableName\":\"\xff\"}"[..])).unwrap();
    let refused = read_request::<PutItemInput>(DYNAMODB, "PutItem", Protocol::AwsJson10, request);
    assert!(refused.is_err_and(|(status, text)| status == 400 && text.contains("SerializationException")));
}

#[test]
fn nesting_is_bounded_in_every_format() {
    let deep_json = format!(r#"{{"TableName":"t","Item":{{"a":{}"#, r#"{"L":["#.repeat(50_000));
    refusal::<PutItemInput>(DYNAMODB, "PutItem", Protocol::AwsJson10, &deep_json);
    let ignored = format!(r#"{{"Unknown":{}"#, "[".repeat(50_000));
    refusal::<PutItemInput>(DYNAMODB, "PutItem", Protocol::AwsJson10, &ignored);
    let deep_xml = format!("<Delete>{}", "<x>".repeat(50_000));
    let request = http::Request::post("/b?delete").body(Body::bytes(deep_xml)).unwrap();
    let s3 = read_request::<api_s3::DeleteObjectsInput>(
        &api_s3::SERVICE,
        "DeleteObjects",
        Protocol::RestXml,
        request,
    );
    assert!(s3.is_err());
    let deep_form = format!("Tags.member.1{}=x", ".a".repeat(5_000));
    refusal::<api_iam::CreateRoleInput>(&api_iam::SERVICE, "CreateRole", Protocol::Query, &deep_form);
}

#[test]
fn thirty_two_levels_of_documents_are_read() {
    let nested = format!("{}{}{}", r#"{"M":{"k":"#.repeat(32), r#"{"S":"x"}"#, "}}".repeat(32));
    let body = format!(r#"{{"TableName":"table","Item":{{"a":{nested}}}}}"#);
    assert!(read::<PutItemInput>(DYNAMODB, "PutItem", Protocol::AwsJson10, &body).is_ok());
}

#[test]
fn document_types_and_entities_are_refused() {
    let s3 = &api_s3::SERVICE;
    for xml in [
        "<!DOCTYPE d [<!ENTITY a \"b\">]><Delete><Object><Key>&a;</Key></Object></Delete>",
        "<Delete><Object><Key>&a;</Key></Object></Delete>",
        "<Delete><Object><Key>x</Object></Delete>",
        "<Wrong><Object><Key>x</Key></Object></Wrong>",
        "<Delete/><Delete/>",
    ] {
        let request = http::Request::post("/b?delete").body(Body::bytes(xml)).unwrap();
        let refused =
            read_request::<api_s3::DeleteObjectsInput>(s3, "DeleteObjects", Protocol::RestXml, request);
        assert!(refused.is_err_and(|(_, text)| text.contains("<Code>MalformedXML</Code>")), "{xml}");
    }
}

#[test]
fn bodies_beyond_the_limit_are_refused_unread() {
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 1 << 16].into()));
    let request = http::Request::post("/").body(Body::stream(endless, None)).unwrap();
    let refused = read_request::<api_ssm::GetParameterInput>(
        &api_ssm::SERVICE,
        "GetParameter",
        Protocol::AwsJson11,
        request,
    );
    assert!(refused.is_err_and(|(status, _)| status == 413));
}

fn visit(schema: &'static Schema, seen: &mut Vec<*const Schema>, unchecked: &mut Vec<&'static str>) {
    if seen.contains(&std::ptr::from_ref(schema)) {
        return;
    }
    seen.push(schema);
    if let Some(pattern) = schema.pattern.filter(|p| !p.is_checked()) {
        unchecked.push(pattern.text());
    }
    schema.members.iter().for_each(|m| visit(m.target, seen, unchecked));
    assert!(schema.kind != Kind::Map || schema.members.len() == 2, "{}", schema.name);
}

#[test]
fn every_pattern_of_the_models_compiles() {
    let (mut seen, mut unchecked) = (Vec::new(), Vec::new());
    for service in SERVICES {
        for built in service.operations.iter().filter_map(|o| o.built.as_ref()) {
            visit(built.input, &mut seen, &mut unchecked);
        }
    }
    assert!(unchecked.is_empty(), "{unchecked:#?}");
}

/// Reads `body` as the input of one operation of each protocol.
fn read_all(body: &[u8]) {
    let post = || http::Request::post("/b?delete").body(Body::bytes(body.to_vec())).unwrap();
    let _ = read_request::<PutItemInput>(DYNAMODB, "PutItem", Protocol::AwsJson10, post());
    let _ = read_request::<PutItemInput>(DYNAMODB, "PutItem", Protocol::RpcV2Cbor, post());
    let _ = read_request::<api_sqs::SendMessageBatchInput>(
        &api_sqs::SERVICE,
        "SendMessageBatch",
        Protocol::Query,
        post(),
    );
    let _ = read_request::<api_sqs::SendMessageBatchInput>(
        &api_sqs::SERVICE,
        "SendMessageBatch",
        Protocol::Ec2,
        post(),
    );
    let _ = read_request::<api_s3::DeleteObjectsInput>(
        &api_s3::SERVICE,
        "DeleteObjects",
        Protocol::RestXml,
        post(),
    );
    let _ = read_request::<api_lambda::CreateFunctionInput>(
        &api_lambda::SERVICE,
        "CreateFunction",
        Protocol::RestJson,
        post(),
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn random_bytes_never_panic(body: Vec<u8>) {
        read_all(&body);
    }

    #[test]
    fn nearly_right_bodies_never_panic(body in nearly_right()) {
        read_all(&body);
    }

    #[test]
    fn random_uris_never_panic(path in "/[ -~]{0,40}", query in "[ -~]{0,40}") {
        let router = wire_codec::RestRouter::new(&api_s3::SERVICE);
        router.route("GET", &path, Some(&query), &http::HeaderMap::new());
    }
}

/// A valid body of some protocol with bytes changed, cut or doubled.
fn nearly_right() -> impl Strategy<Value = Vec<u8>> {
    let seeds: [&[u8]; 4] = [
        br#"{"TableName":"t","Item":{"a":{"M":{"b":{"L":[{"N":"1"},{"B":"AA=="}]}}}},"Timeout":3.5,"Environment":{"Variables":{}}}"#,
        b"<Delete><Object><Key>a&#x20;b</Key><Size>1</Size></Object><Quiet>true</Quiet></Delete>",
        b"QueueUrl=u&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=%41",
        b"\xbf\x69TableName\x61t\x64Item\xa1\x61a\xa1\x61S\x7f\x61x\xff\xff",
    ];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 0..6);
    (0..seeds.len(), edits).prop_map(move |(seed, edits)| {
        let mut body = seeds[seed].to_vec();
        for (at, byte, kind) in edits {
            let at = at.index(body.len());
            match kind {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ => body.extend_from_within(at..),
            }
        }
        body
    })
}
