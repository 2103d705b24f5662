//! Requests: routed and read as their parameters.

use serde_json::Value as Json;

use super::dynamic::Members;
use super::{compare, model};
use crate::body::Body;
use crate::call::Call;
use crate::rest::RestRouter;
use crate::service::{OperationDesc, Protocol, ServiceDesc};

/// The case only asserts that a client compresses; it carries no body to read.
const COMPRESSES: &str = "no body";
/// What was asked for leaves nothing on the wire to tell it by.
const NOT_ON_THE_WIRE: &str = "not on the wire";

const EXCEPTIONS: &[(&str, &str)] = &[
    ("SDKAppliedContentEncoding_ec2Query", COMPRESSES),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_ec2Query", COMPRESSES),
    ("SDKAppliedContentEncoding_awsJson1_1", COMPRESSES),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1", COMPRESSES),
    ("SDKAppliedContentEncoding_awsJson1_0", COMPRESSES),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0", COMPRESSES),
    ("SDKAppliedContentEncoding_awsQuery", COMPRESSES),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery", COMPRESSES),
    ("SDKAppliedContentEncoding_restJson1", COMPRESSES),
    ("SDKAppendedGzipAfterProvidedEncoding_restJson1", COMPRESSES),
    ("SDKAppliedContentEncoding_restXml", COMPRESSES),
    ("SDKAppendedGzipAfterProvidedEncoding_restXml", COMPRESSES),
    ("Ec2EmptyQueryLists", NOT_ON_THE_WIRE),
    ("QueryEmptyQueryMaps", NOT_ON_THE_WIRE),
    ("RestJsonQueryPrecedence", NOT_ON_THE_WIRE),
    ("RestXmlQueryPrecedence", NOT_ON_THE_WIRE),
    ("RestJsonHttpWithEmptyStructurePayload", NOT_ON_THE_WIRE),
    ("RestJsonHttpWithHeadersButNoPayload", NOT_ON_THE_WIRE),
    ("RestJsonHostWithPath", "the base path belongs to the client's endpoint"),
];

#[test]
fn requests_are_read_as_their_parameters() {
    super::run("input", EXCEPTIONS, check);
}

fn check(suite: &Json, case: &Json) -> Result<(), String> {
    let (operation, protocol, _) = model::operation(suite, case);
    let request = request(&case["serialized"], protocol)?;
    if protocol.is_rest() {
        routed(operation, &request)?;
    }
    let schema = operation.built.as_ref().map(|b| b.input).ok_or("no input")?;
    let mut input = Members::new(schema);
    let call = Call::new(operation, protocol, request, "id".to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|e| e.to_string())?;
    if let Err(answer) = runtime.block_on(crate::call::read(call, &mut input)) {
        return Err(format!(
            "refused: {}",
            String::from_utf8_lossy(answer.body().as_bytes().unwrap_or_default())
        ));
    }
    compare::structure(&input, &case["params"])
}

fn request(serialized: &Json, protocol: Protocol) -> Result<http::Request<Body>, String> {
    let mut builder = http::Request::builder()
        .method(serialized["method"].as_str().unwrap_or("POST"))
        .uri(serialized["uri"].as_str().unwrap_or("/"));
    for (name, value) in serialized["headers"].as_object().into_iter().flatten() {
        builder = builder.header(name, value.as_str().unwrap_or_default());
    }
    let text = serialized["body"].as_str().unwrap_or_default();
    let body = match protocol {
        Protocol::RpcV2Cbor => crate::text::blob(text).map_err(|e| e.0)?,
        _ => text.to_owned().into(),
    };
    builder.body(Body::bytes(body)).map_err(|e| e.to_string())
}

fn routed(operation: &'static OperationDesc, request: &http::Request<Body>) -> Result<(), String> {
    let service: &'static ServiceDesc = Box::leak(Box::new(ServiceDesc {
        operations: Box::leak(Box::new([copy(operation)])),
        ..model_service(operation.service)
    }));
    let uri = request.uri();
    let found =
        RestRouter::new(service).route(request.method().as_str(), uri.path(), uri.query(), request.headers());
    if found.is_some() { Ok(()) } else { Err(format!("{uri} is not routed to {}", operation.uri)) }
}

fn copy(o: &OperationDesc) -> OperationDesc {
    OperationDesc { built: None, ..*o }
}

fn model_service(s: &ServiceDesc) -> ServiceDesc {
    ServiceDesc { ..*s }
}
