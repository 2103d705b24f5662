//! DynamoDB on the wire: attribute values, validation texts, limits.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "../../wire-codec/tests/shared/mod.rs"]
mod shared;

use api_dynamodb::{AttributeValue, CreateTableInput, GetItemOutput, PutItemInput, SERVICE};
use proptest::prelude::*;
use shared::{read, read_request, refusal, responder, text};
use wire_codec::{Body, Protocol};

#[test]
fn dynamodb_items_round_trip_and_answers_carry_a_checksum() {
    let json = r#"{"TableName":"t-1","Item":{"a":{"S":"x"},"n":{"N":"1.5"},"l":{"L":[{"NULL":true},{"BOOL":false}]},
        "m":{"M":{"b":{"B":"AAE="},"s":{"SS":["p","q"]}}}}}"#;
    let (put, _) = read::<PutItemInput>(&SERVICE, "PutItem", Protocol::AwsJson10, json).unwrap();
    assert_eq!(put.item["a"], AttributeValue::S("x".to_owned()));
    assert_eq!(
        put.item["l"],
        AttributeValue::L(vec![AttributeValue::NULL(true), AttributeValue::BOOL(false)])
    );
    let mut output = GetItemOutput { item: Some(put.item), ..Default::default() };
    let answer = responder(&SERVICE, "GetItem", Protocol::AwsJson10).success(&mut output);
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
fn missing_members_and_unknown_enum_values_are_reported_together() {
    let body = r#"{"TableName":"table","KeySchema":[{"AttributeName":"a","KeyType":"SORT"}],"AttributeDefinitions":[]}"#;
    let text = refusal::<CreateTableInput>(&SERVICE, "CreateTable", Protocol::AwsJson10, body);
    assert_eq!(
        text,
        r#"{"__type":"com.amazon.coral.validate#ValidationException","message":"1 validation error detected: Value 'SORT' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]"}"#
    );
    let text = refusal::<PutItemInput>(&SERVICE, "PutItem", Protocol::AwsJson10, "{}");
    assert!(text.contains("2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null; Value null at 'item' failed"), "{text}");
}

#[test]
fn attribute_values_have_exactly_one_type() {
    for (item, words) in [
        (r#"{"a":{}}"#, "Supplied AttributeValue is empty"),
        (r#"{"a":{"S":"x","N":"1"}}"#, "Supplied AttributeValue has more than one datatypes set"),
    ] {
        let body = format!(r#"{{"TableName":"table","Item":{item}}}"#);
        let text = refusal::<PutItemInput>(&SERVICE, "PutItem", Protocol::AwsJson10, &body);
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
        let text = refusal::<PutItemInput>(&SERVICE, "PutItem", Protocol::AwsJson10, body);
        assert!(
            text.contains("com.amazon.coral.service#SerializationException") && text.contains(words),
            "{text}"
        );
    }
}

#[test]
fn invalid_utf8_is_refused() {
    let request = http::Request::post("/").body(Body::bytes(&b"{\"TableName\":\"\xff\"}"[..])).unwrap();
    let refused = read_request::<PutItemInput>(&SERVICE, "PutItem", Protocol::AwsJson10, request);
    assert!(refused.is_err_and(|(status, text)| status == 400 && text.contains("SerializationException")));
}

#[test]
fn thirty_two_levels_of_documents_are_read() {
    let nested = format!("{}{}{}", r#"{"M":{"k":"#.repeat(32), r#"{"S":"x"}"#, "}}".repeat(32));
    let body = format!(r#"{{"TableName":"table","Item":{{"a":{nested}}}}}"#);
    assert!(read::<PutItemInput>(&SERVICE, "PutItem", Protocol::AwsJson10, &body).is_ok());
}

#[test]
fn nesting_is_bounded() {
    let deep = format!(r#"{{"TableName":"t","Item":{{"a":{}"#, r#"{"L":["#.repeat(50_000));
    refusal::<PutItemInput>(&SERVICE, "PutItem", Protocol::AwsJson10, &deep);
    let ignored = format!(r#"{{"Unknown":{}"#, "[".repeat(50_000));
    refusal::<PutItemInput>(&SERVICE, "PutItem", Protocol::AwsJson10, &ignored);
}

#[test]
fn violations_are_reported_up_to_a_limit() {
    let body = format!(r#"{{"TableName":"table","KeySchema":[{}]}}"#, vec!["{}"; 100_000].join(","));
    let text = refusal::<CreateTableInput>(&SERVICE, "CreateTable", Protocol::AwsJson10, &body);
    assert!(text.contains("100 validation errors detected"), "{}", &text[..200]);
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(shared::unchecked_patterns(&SERVICE), [""; 0]);
}

proptest! {
    #![proptest_config(shared::proptest_config())]

    #[test]
    fn hostile_bodies_never_panic(body in shared::hostile_body()) {
        for protocol in [Protocol::AwsJson10, Protocol::RpcV2Cbor] {
            let request = http::Request::post("/").body(Body::bytes(body.clone())).unwrap();
            let _ = read_request::<PutItemInput>(&SERVICE, "PutItem", protocol, request);
        }
    }
}
