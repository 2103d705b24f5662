//! Parameter Store on the wire: the body limit.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "../../wire-codec/tests/shared/mod.rs"]
mod shared;

use api_ssm::{GetParameterInput, SERVICE};
use shared::read_request;
use wire_codec::{Body, Protocol};

#[test]
fn bodies_beyond_the_limit_are_refused_unread() {
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 1 << 16].into()));
    let request = http::Request::post("/").body(Body::stream(endless, None)).unwrap();
    let refused = read_request::<GetParameterInput>(&SERVICE, "GetParameter", Protocol::AwsJson11, request);
    assert!(refused.is_err_and(|(status, _)| status == 413));
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(shared::unchecked_patterns(&SERVICE), [""; 0]);
}
