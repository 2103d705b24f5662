//! API Gateway V2 on the wire: routing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "../../wire-codec/tests/shared/mod.rs"]
mod shared;

use api_apigatewayv2::SERVICE;

#[test]
fn operations_find_themselves() {
    shared::routes_to_itself(&SERVICE, &[]);
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(shared::unchecked_patterns(&SERVICE), [""; 0]);
}
