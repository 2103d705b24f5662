//! The answer of a success, by protocol.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};

use crate::body::Body;
use crate::call::Responder;
use crate::event_stream;
use crate::rest::write::{bindings, put};
use crate::schema::{Kind, Member, XmlNamespace};
use crate::service::{OperationDesc, Protocol};
use crate::value::{Slot, Structure, View};
use crate::xml::write::{Style, Xml};
use crate::{cbor, json};

const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

pub(crate) fn success(responder: &Responder, output: &mut dyn Structure) -> Response<Body> {
    let operation = responder.operation;
    let mut headers = HeaderMap::new();
    let mut status = operation.status;
    if responder.protocol.is_rest() {
        status = bindings(output, &mut headers).unwrap_or(status);
    }
    let body = match output.schema().event_stream_member() {
        Some(index) => events(responder, output, index, &mut headers),
        None if responder.protocol.is_rest() => rest_body(responder, output, &mut headers),
        None => rpc_body(responder, output, &mut headers),
    };
    finish(responder, status, headers, body)
}

/// Adds what every answer carries.
pub(crate) fn finish(
    responder: &Responder,
    status: u16,
    mut headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let quirks = &responder.operation.service.quirks;
    put(&mut headers, if quirks.s3 { "x-amz-request-id" } else { "x-amzn-requestid" }, &responder.request_id);
    if quirks.s3 {
        put(&mut headers, "x-amz-id-2", &responder.request_id);
    }
    if let (true, Some(bytes)) = (quirks.crc32, body.as_bytes()) {
        let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes);
        put(&mut headers, "x-amz-crc32", &crc.to_string());
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let bodiless = responder.head || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if bodiless && !responder.head {
        headers.remove(http::header::CONTENT_TYPE);
    }
    let mut answer = Response::new(if bodiless { Body::empty() } else { body });
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

/// The media type of a protocol's bodies.
pub(crate) fn content_type(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AwsJson10 => "application/x-amz-json-1.0",
        Protocol::AwsJson11 => "application/x-amz-json-1.1",
        Protocol::Query | Protocol::Ec2 => "text/xml",
        Protocol::RestJson => "application/json",
        Protocol::RestXml => "application/xml",
        Protocol::RpcV2Cbor => "application/cbor",
    }
}

fn events(responder: &Responder, output: &mut dyn Structure, index: usize, headers: &mut HeaderMap) -> Body {
    put(headers, "content-type", EVENT_STREAM);
    let initial = (!responder.protocol.is_rest()).then(|| {
        let mut bytes = Vec::new();
        match responder.protocol {
            Protocol::RpcV2Cbor => {
                put(headers, "smithy-protocol", "rpc-v2-cbor");
                cbor::write::structure(output, &[], &mut bytes);
            }
            _ => json::write::structure(output, &mut bytes),
        }
        Bytes::from(bytes)
    });
    match output.member_slot(index) {
        Slot::Events(slot) => event_stream::body(std::mem::take(slot), responder.protocol, initial),
        _ => Body::empty(),
    }
}

fn rpc_body(responder: &Responder, output: &dyn Structure, headers: &mut HeaderMap) -> Body {
    put(headers, "content-type", content_type(responder.protocol));
    let mut out = Vec::new();
    match responder.protocol {
        Protocol::RpcV2Cbor => {
            put(headers, "smithy-protocol", "rpc-v2-cbor");
            cbor::write::structure(output, &[], &mut out);
        }
        Protocol::Query => out = query(responder, output),
        Protocol::Ec2 => out = ec2(responder, output),
        _ => json::write::structure(output, &mut out),
    }
    Body::bytes(out)
}

/// The service's namespace for root elements.
pub(crate) fn namespace(operation: &OperationDesc) -> Option<XmlNamespace> {
    operation.service.xml_namespace.map(|uri| XmlNamespace { prefix: None, uri })
}

fn query(responder: &Responder, output: &dyn Structure) -> Vec<u8> {
    let operation = responder.operation;
    let root = format!("{}Response", operation.name);
    let wrapper = operation.built.as_ref().and_then(|b| b.result_wrapper);
    let mut xml = Xml::new(Style { query: true, s3: false });
    xml.open(&root, namespace(operation));
    if let Some(wrapper) = wrapper {
        xml.open(wrapper, None);
    }
    xml.members(output, &[]);
    if let Some(wrapper) = wrapper {
        xml.close(wrapper);
    }
    xml.open("ResponseMetadata", None);
    xml.element("RequestId", &responder.request_id);
    xml.close("ResponseMetadata");
    xml.close(&root);
    xml.finish()
}

fn ec2(responder: &Responder, output: &dyn Structure) -> Vec<u8> {
    let root = format!("{}Response", responder.operation.name);
    let mut xml = Xml::document(Style::default());
    xml.open(&root, namespace(responder.operation));
    xml.members(output, &[]);
    xml.element("requestId", &responder.request_id);
    xml.close(&root);
    xml.finish()
}

fn rest_body(responder: &Responder, output: &mut dyn Structure, headers: &mut HeaderMap) -> Body {
    let schema = output.schema();
    if let Some((index, member)) = schema.payload.and_then(|p| Some((p, schema.members.get(p)?))) {
        return payload(responder, output, index, member, headers);
    }
    if !schema.members.iter().any(Member::in_answer_body) {
        return Body::empty();
    }
    default_type(headers, content_type(responder.protocol));
    if responder.protocol == Protocol::RestXml {
        return Body::bytes(rest_xml(responder, output));
    }
    let mut out = Vec::new();
    json::write::structure(output, &mut out);
    Body::bytes(out)
}

fn style(operation: &OperationDesc) -> Style {
    Style { query: false, s3: operation.service.quirks.s3 }
}

fn rest_xml(responder: &Responder, output: &dyn Structure) -> Vec<u8> {
    let operation = responder.operation;
    let built = operation.built.as_ref();
    let mut xml = Xml::document(style(operation));
    let root =
        built.and_then(|b| b.output_root).or(output.schema().wire_name).unwrap_or(output.schema().name);
    if built.is_some_and(|b| b.unwrapped_output) {
        unwrapped(&mut xml, root, namespace(operation), output);
    } else {
        xml.structure(root, namespace(operation), output);
    }
    xml.finish()
}

/// S3's GetBucketLocation: the root element holds the only member's text.
fn unwrapped(xml: &mut Xml, root: &str, namespace: Option<XmlNamespace>, output: &dyn Structure) {
    xml.open(root, namespace);
    if let View::Str(text) = output.member(0) {
        xml.text(text);
    }
    xml.close(root);
}

fn default_type(headers: &mut HeaderMap, media_type: &str) {
    if !headers.contains_key(http::header::CONTENT_TYPE) {
        put(headers, "content-type", media_type);
    }
}

fn payload(
    responder: &Responder,
    output: &mut dyn Structure,
    index: usize,
    member: &'static Member,
    headers: &mut HeaderMap,
) -> Body {
    if member.streaming {
        default_type(headers, "application/octet-stream");
        return match output.member_slot(index) {
            Slot::Body(body) => body.take(),
            _ => Body::empty(),
        };
    }
    let view = output.member(index);
    let media_type = match member.target.kind {
        Kind::Blob => "application/octet-stream",
        Kind::String => "text/plain",
        _ => content_type(responder.protocol),
    };
    if !view.is_absent() {
        default_type(headers, media_type);
    }
    match view {
        View::Absent => empty_payload(responder, member, headers),
        View::Blob(bytes) => Body::bytes(bytes.clone()),
        View::Str(text) => Body::bytes(text.to_owned()),
        View::Structure(value) if responder.protocol == Protocol::RestXml => {
            let built = responder.operation.built.as_ref();
            let named = built.and_then(|b| b.output_root).or(member.wire_name).or(member.target.wire_name);
            let mut xml = Xml::document(style(responder.operation));
            let namespace =
                member.xml_namespace.or(member.target.xml_namespace).or(namespace(responder.operation));
            xml.structure(named.unwrap_or(member.target.name), namespace, value);
            Body::bytes(xml.finish())
        }
        view => {
            let mut out = Vec::new();
            json::write::value(view, member, &mut out);
            Body::bytes(out)
        }
    }
}

/// A JSON structure that isn't set is written as an empty one; anything else as no body.
fn empty_payload(responder: &Responder, member: &Member, headers: &mut HeaderMap) -> Body {
    if responder.protocol == Protocol::RestJson && member.target.kind == Kind::Structure {
        default_type(headers, content_type(responder.protocol));
        return Body::bytes("{}");
    }
    Body::empty()
}
