//! Lambda on the wire: payloads, error types, what is not built.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "../../wire-codec/tests/shared/mod.rs"]
mod shared;

use api_lambda::*;
use proptest::prelude::*;
use shared::{call, error, read_request, responder, text};
use wire_codec::{ApiError, Body, Protocol};

#[test]
fn lambda_errors_say_their_type_and_whose_fault_they_are() {
    let e = ApiError::new("ResourceNotFoundException", 404, "Function not found: f");
    let answer = error(&SERVICE, "GetFunction", Protocol::RestJson, &e);
    assert_eq!(answer.headers()["x-amzn-errortype"], "ResourceNotFoundException");
    assert_eq!(text(answer), (404, r#"{"Type":"User","Message":"Function not found: f"}"#.to_owned()));
}

#[test]
fn lambda_payloads_pass_as_they_are() {
    let request = http::Request::post("/2015-03-31/functions/f%3A1/invocations?Qualifier=live")
        .header("x-amz-invocation-type", "RequestResponse")
        .body(Body::bytes("{\"a\":1}"))
        .unwrap();
    let (invoke, _) = read_request::<InvokeInput>(&SERVICE, "Invoke", Protocol::RestJson, request).unwrap();
    assert_eq!((invoke.function_name.as_str(), invoke.qualifier.as_deref()), ("f:1", Some("live")));
    assert_eq!(invoke.payload.as_deref(), Some(&b"{\"a\":1}"[..]));
    let mut output = InvokeOutput {
        status_code: Some(202),
        function_error: Some("Unhandled".to_owned()),
        payload: Some("x".into()),
        ..Default::default()
    };
    let answer = responder(&SERVICE, "Invoke", Protocol::RestJson).success(&mut output);
    assert_eq!(answer.headers()["x-amz-function-error"], "Unhandled");
    assert_eq!(text(answer), (202, "x".to_owned()));
}

#[test]
fn payloads_beyond_6_mb_are_refused_in_lambdas_words() {
    let request = http::Request::post("/2015-03-31/functions/f/invocations")
        .body(Body::bytes(vec![b'x'; 6_291_457]))
        .unwrap();
    let refused = read_request::<InvokeInput>(&SERVICE, "Invoke", Protocol::RestJson, request);
    let expected = "Request must be smaller than 6291456 bytes for the InvokeFunction operation";
    assert!(refused.is_err_and(|(status, text)| status == 413 && text.contains(expected)));
}

#[test]
fn elements_cannot_take_much_more_memory_than_the_body() {
    let body = format!(r#"{{"FunctionName":"f","FileSystemConfigs":[{}{{}}]}}"#, "{},".repeat(6_000_000));
    let request = http::Request::post("/2015-03-31/functions").body(Body::bytes(body)).unwrap();
    let refused =
        read_request::<CreateFunctionInput>(&SERVICE, "CreateFunction", Protocol::RestJson, request);
    assert!(refused.is_err_and(|(_, text)| text.contains("too many elements")));
}

#[test]
fn what_is_not_built_is_refused_by_name() {
    let operation = SERVICE.operations.iter().find(|o| o.built.is_none()).unwrap();
    let answer =
        wire_codec::refuse(&call(&SERVICE, operation.name, Protocol::RestJson, http::Request::default()));
    let (status, body) = text(answer);
    assert_eq!(status, 501);
    assert!(body.contains(&format!("Haneul does not offer lambda:{} yet", operation.name)), "{body}");
}

#[test]
fn operations_find_themselves() {
    shared::routes_to_itself(&SERVICE, &[]);
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(shared::unchecked_patterns(&SERVICE), [""; 0]);
}

proptest! {
    #![proptest_config(shared::proptest_config())]

    #[test]
    fn hostile_bodies_never_panic(body in shared::hostile_body()) {
        let request = http::Request::post("/").body(Body::bytes(body)).unwrap();
        let _ = read_request::<CreateFunctionInput>(&SERVICE, "CreateFunction", Protocol::RestJson, request);
    }
}
