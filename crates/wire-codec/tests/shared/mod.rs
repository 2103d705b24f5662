//! Calls of generated operations without a server.

#![allow(dead_code, reason = "each test file uses its part")]

use http::{HeaderMap, HeaderName, HeaderValue, Response};
use proptest::prelude::*;
use wire_codec::service::Binding;
use wire_codec::{
    ApiError, Body, Call, Kind, OperationDesc, Protocol, Responder, RestRouter, Schema, ServiceDesc,
    Structure,
};

/// Runs a future that never waits for anything outside.
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub fn call(
    service: &'static ServiceDesc,
    operation: &str,
    protocol: Protocol,
    request: http::Request<Body>,
) -> Call {
    Call::new(service.operation(operation).unwrap(), protocol, request, "id-1".to_owned())
}

/// Reads a POST of `body` as the operation's input.
pub fn read<I: Structure + Default>(
    service: &'static ServiceDesc,
    operation: &str,
    protocol: Protocol,
    body: &str,
) -> Result<(I, Responder), (u16, String)> {
    let request = http::Request::post("/").body(Body::bytes(body.to_owned())).unwrap();
    read_request(service, operation, protocol, request)
}

pub fn read_request<I: Structure + Default>(
    service: &'static ServiceDesc,
    operation: &str,
    protocol: Protocol,
    request: http::Request<Body>,
) -> Result<(I, Responder), (u16, String)> {
    let mut input = I::default();
    match block_on(wire_codec::read(call(service, operation, protocol, request), &mut input)) {
        Ok(responder) => Ok((input, responder)),
        Err(answer) => Err(text(*answer)),
    }
}

/// Status and body.
pub fn text(answer: Response<Body>) -> (u16, String) {
    let status = answer.status().as_u16();
    let bytes = block_on(answer.into_body().collect(1 << 20)).unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

/// A responder without a request.
pub fn responder(service: &'static ServiceDesc, operation: &str, protocol: Protocol) -> Responder {
    call(service, operation, protocol, http::Request::new(Body::empty())).responder()
}

pub fn error(
    service: &'static ServiceDesc,
    operation: &str,
    protocol: Protocol,
    e: &ApiError,
) -> Response<Body> {
    let mut responder = responder(service, operation, protocol);
    responder.query_mode = true;
    responder.error(e)
}

/// The text of the 400 that `body` is answered.
pub fn refusal<I: Structure + Default>(
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

fn request_of(operation: &OperationDesc) -> (String, String, HeaderMap) {
    let (path, query) = operation.uri.split_once('?').unwrap_or((operation.uri, ""));
    let fill = |segment: &str| match segment.strip_prefix('{') {
        Some(label) if label.contains('+') => "some/deep%20key".to_owned(),
        Some(_) => "label".to_owned(),
        None => segment.to_owned(),
    };
    let path = path.split('/').map(fill).collect::<Vec<_>>().join("/");
    let mut query = vec![query.to_owned()];
    let mut headers = HeaderMap::new();
    for binding in operation.required {
        match binding {
            Binding::Query(key) => query.push(format!("{key}=1")),
            Binding::Header(name) => {
                headers
                    .insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_static("1"));
            }
        }
    }
    query.retain(|q| !q.is_empty());
    (path, query.join("&"), headers)
}

/// Requests built from each operation's own template find that operation again; of `twins`, which no request tells apart,
/// the built one.
pub fn routes_to_itself(service: &'static ServiceDesc, twins: &[(&str, &str)]) {
    let router = RestRouter::new(service);
    let mut lost = Vec::new();
    for operation in service.operations {
        let (path, query, headers) = request_of(operation);
        let found = router.route(operation.method, &path, Some(&query), &headers).map_or("none", |o| o.name);
        let twin = twins.iter().any(|(a, b)| *a == operation.name && *b == found);
        if found != operation.name && !twin {
            lost.push(format!("{} {path}?{query}: {found} instead of {}", operation.method, operation.name));
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
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

/// Patterns of the inputs that no engine compiles.
pub fn unchecked_patterns(service: &'static ServiceDesc) -> Vec<&'static str> {
    let (mut seen, mut unchecked) = (Vec::new(), Vec::new());
    for built in service.operations.iter().filter_map(|o| o.built.as_ref()) {
        visit(built.input, &mut seen, &mut unchecked);
    }
    unchecked
}

pub fn proptest_config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) }
}

/// Random bytes, and bodies of some protocol with bytes changed, cut or doubled.
pub fn hostile_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..64), nearly_right()]
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
