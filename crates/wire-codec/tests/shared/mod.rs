//! Calls of generated operations without a server.

#![allow(dead_code, reason = "each test file uses its part")]

use http::Response;
use wire_codec::{ApiError, Body, Call, Protocol, Responder, ServiceDesc, Structure};

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
