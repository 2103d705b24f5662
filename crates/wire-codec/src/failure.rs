//! The answer of a failure, by protocol.

use http::{HeaderMap, Response};

use crate::answer::{content_type, finish, namespace};
use crate::body::Body;
use crate::call::Responder;
use crate::error::ApiError;
use crate::rest::write::{bindings, put};
use crate::schema::{Kind, Schema, UNIT};
use crate::service::Protocol;
use crate::value::{Slot, Structure, View};
use crate::xml::write::{Style, Xml};
use crate::{cbor, json};

pub(crate) fn answer(responder: &Responder, error: &ApiError) -> Response<Body> {
    let mut headers = HeaderMap::new();
    let body = match responder.protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            let qualified = qualified(responder, error);
            json_body(responder, error, Some(&qualified))
        }
        Protocol::RestJson => {
            put(&mut headers, "x-amzn-errortype", &error.code);
            json_body(responder, error, None)
        }
        Protocol::RpcV2Cbor => {
            put(&mut headers, "smithy-protocol", "rpc-v2-cbor");
            cbor_body(responder, error)
        }
        Protocol::Query => query(responder, error),
        Protocol::Ec2 => ec2(responder, error),
        Protocol::RestXml if responder.operation.service.quirks.s3 => s3(responder, error),
        Protocol::RestXml => rest_xml(responder, error),
    };
    if let Some(detail) = error.detail().filter(|_| responder.protocol.is_rest()) {
        bindings(detail, &mut headers);
    }
    if responder.operation.service.query_compatible && responder.query_mode {
        let fault = if error.is_sender() { "Sender" } else { "Receiver" };
        put(&mut headers, "x-amzn-query-error", &format!("{};{fault}", query_code(responder, error)));
    }
    put(&mut headers, "content-type", content_type(responder.protocol));
    for (name, value) in error.headers() {
        put(&mut headers, name, value);
    }
    finish(responder, error.status, headers, Body::bytes(body))
}

/// The modelled shape of the error's code, among those of the operation.
fn modelled(responder: &Responder, error: &ApiError) -> Option<&'static Schema> {
    let errors = responder.operation.built.as_ref().map(|b| b.errors)?;
    errors.iter().copied().find(|s| s.error.is_some_and(|e| e.code == error.code))
}

/// The code of the query protocol.
fn query_code<'e>(responder: &Responder, error: &'e ApiError) -> &'e str {
    let modelled = || modelled(responder, error).and_then(|s| s.error).and_then(|e| e.query_code);
    error.query_code().or_else(modelled).unwrap_or(&error.code)
}

/// `namespace#Code`.
fn qualified(responder: &Responder, error: &ApiError) -> String {
    let quirks = &responder.operation.service.quirks;
    let namespace = match &*error.code {
        // Coral's own validator and parser raise these for every service that uses them.
        "ValidationException" if !quirks.framework_namespace.is_empty() => "com.amazon.coral.validate#",
        _ if error.is_framework() => quirks.framework_namespace,
        _ => quirks.error_namespace,
    };
    format!("{namespace}{}", error.code)
}

/// The name of the message's member: the shape's own spelling, else `message`.
fn message_name(schema: Option<&'static Schema>) -> &'static str {
    let members = schema.map_or(UNIT.members, |s| s.members);
    let found =
        members.iter().find(|m| m.target.kind == Kind::String && m.name.eq_ignore_ascii_case("message"));
    found.map_or("message", |m| m.wire())
}

fn json_body(responder: &Responder, error: &ApiError, code: Option<&str>) -> Vec<u8> {
    let schema = error.detail().map(Structure::schema).or_else(|| modelled(responder, error));
    let mut out = b"{".to_vec();
    let text = |key: &str, value: &str, out: &mut Vec<u8>| {
        json::write::string(key, out);
        out.push(b':');
        json::write::string(value, out);
        out.push(b',');
    };
    if let Some(code) = code {
        text("__type", code, &mut out);
    }
    let message = message_name(schema);
    match error.detail() {
        Some(detail) => {
            json::write::members(detail, &mut out);
            if !error.message.is_empty() && !has_message(detail) {
                text(message, &error.message, &mut out);
            }
        }
        None => {
            // Lambda's errors say whose fault they are.
            if schema.is_some_and(|s| s.members.iter().any(|m| m.name == "Type")) {
                text("Type", if error.is_sender() { "User" } else { "Service" }, &mut out);
            }
            text(message, &error.message, &mut out);
        }
    }
    for (key, value) in error.extra() {
        text(key, value, &mut out);
    }
    json::write::close(&mut out, b'}');
    out
}

fn has_message(detail: &dyn Structure) -> bool {
    let members = detail.schema().members.iter().enumerate();
    members
        .filter(|(_, m)| m.target.kind == Kind::String && m.name.eq_ignore_ascii_case("message"))
        .any(|(i, _)| !detail.member(i).is_absent())
}

fn cbor_body(responder: &Responder, error: &ApiError) -> Vec<u8> {
    let code = qualified(responder, error);
    let schema = error.detail().map(Structure::schema).or_else(|| modelled(responder, error));
    let mut first = vec![("__type", code.as_str())];
    if error.detail().is_none_or(|d| !has_message(d)) && !error.message.is_empty() {
        first.push((message_name(schema), &error.message));
    }
    first.extend(error.extra().iter().map(|(k, v)| (*k, v.as_str())));
    let mut out = Vec::new();
    cbor::write::structure(error.detail().unwrap_or(&Empty), &first, &mut out);
    out
}

/// An error without members of its own.
struct Empty;

impl Structure for Empty {
    fn schema(&self) -> &'static Schema {
        &UNIT
    }
    fn member(&self, _: usize) -> View<'_> {
        View::Absent
    }
    fn member_slot(&mut self, _: usize) -> Slot<'_> {
        Slot::Unknown
    }
}

fn code_and_message(xml: &mut Xml, code: &str, error: &ApiError) {
    xml.element("Code", code);
    xml.element("Message", &error.message);
    members(xml, error);
}

/// The members of the shape but for the message, and the extra ones.
fn members(xml: &mut Xml, error: &ApiError) {
    if let Some(detail) = error.detail() {
        xml.members(detail, &["message", "Message"]);
    }
    for (name, text) in error.extra() {
        xml.element(name, text);
    }
}

fn query(responder: &Responder, error: &ApiError) -> Vec<u8> {
    let mut xml = Xml::new(Style { query: true, s3: false });
    xml.open("ErrorResponse", namespace(responder.operation));
    typed_error(&mut xml, query_code(responder, error), error);
    xml.element("RequestId", &responder.request_id);
    xml.close("ErrorResponse");
    xml.finish()
}

fn typed_error(xml: &mut Xml, code: &str, error: &ApiError) {
    xml.open("Error", None);
    xml.element("Type", if error.is_sender() { "Sender" } else { "Receiver" });
    code_and_message(xml, code, error);
    xml.close("Error");
}

fn rest_xml(responder: &Responder, error: &ApiError) -> Vec<u8> {
    let mut xml = Xml::document(Style::default());
    xml.open("ErrorResponse", namespace(responder.operation));
    typed_error(&mut xml, &error.code, error);
    xml.element("RequestId", &responder.request_id);
    xml.close("ErrorResponse");
    xml.finish()
}

fn ec2(responder: &Responder, error: &ApiError) -> Vec<u8> {
    let mut xml = Xml::document(Style::default());
    xml.open("Response", None);
    xml.open("Errors", None);
    xml.open("Error", None);
    code_and_message(&mut xml, &error.code, error);
    xml.close("Error");
    xml.close("Errors");
    xml.element("RequestID", &responder.request_id);
    xml.close("Response");
    xml.finish()
}

fn s3(responder: &Responder, error: &ApiError) -> Vec<u8> {
    let mut xml = Xml::document(Style { query: false, s3: true });
    xml.open("Error", None);
    code_and_message(&mut xml, &error.code, error);
    xml.element("RequestId", &responder.request_id);
    xml.element("HostId", &responder.request_id);
    xml.close("Error");
    xml.finish()
}
