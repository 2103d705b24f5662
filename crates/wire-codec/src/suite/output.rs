//! Answers: read as their result, and ours for the same result as well.

use http::request::Parts;
use serde_json::Value as Json;

use super::dynamic::Members;
use super::{compare, model};
use crate::call::Responder;
use crate::error::ApiError;
use crate::reading::{Reading, Seen};
use crate::request::Request;
use crate::schema::{Location, Schema};
use crate::service::{OperationDesc, Protocol};
use crate::value::{Slot, Structure};
use crate::xml;

/// Only clients are asked to skip what a server must not send.
const LENIENT_CLIENTS: &str = "a null in a dense map";

const READ_EXCEPTIONS: &[(&str, &str)] = &[
    ("RestJsonDeserializesDenseSetMapAndSkipsNull", LENIENT_CLIENTS),
    ("RpcV2CborDeserializesDenseSetMapAndSkipsNull", LENIENT_CLIENTS),
];

const WRITE_EXCEPTIONS: &[(&str, &str)] = &[
    ("AwsJson11IntEnums", "a request's header, X-Amz-Target, is asked of the answer"),
    ("HttpPrefixHeadersResponse", "the prefix is empty, and our request id is a header too"),
];

#[test]
fn answers_are_read_as_their_result() {
    super::run("output", READ_EXCEPTIONS, |suite, case| {
        let (operation, protocol, error) = model::operation(suite, case);
        let given = Answer::given(&case["response"], protocol)?;
        given.check(operation, protocol, error, case).map_err(|e| format!("the given answer: {e}"))
    });
}

#[test]
fn our_answers_are_read_as_their_result() {
    super::run("output", WRITE_EXCEPTIONS, |suite, case| {
        let (operation, protocol, error) = model::operation(suite, case);
        let ours = Answer::ours(operation, protocol, error, case)?;
        let body = String::from_utf8_lossy(&ours.body).into_owned();
        ours.check(operation, protocol, error, case).map_err(|e| format!("{e}\n    ours: {body}"))?;
        ours.has_headers_of(&case["response"])
    });
}

struct Answer {
    status: u16,
    parts: Parts,
    body: bytes::Bytes,
}

impl Answer {
    fn given(response: &Json, protocol: Protocol) -> Result<Self, String> {
        let mut builder = http::Request::builder();
        for (name, value) in response["headers"].as_object().into_iter().flatten() {
            builder = builder.header(name, value.as_str().unwrap_or_default());
        }
        let text = response["body"].as_str().unwrap_or_default();
        let body = match protocol {
            Protocol::RpcV2Cbor => crate::text::blob(text).map_err(|e| e.0)?,
            _ => text.to_owned().into(),
        };
        let (parts, ()) = builder.body(()).map_err(|e| e.to_string())?.into_parts();
        Ok(Self { status: response["status_code"].as_u64().unwrap_or(200) as u16, parts, body })
    }

    fn ours(
        operation: &'static OperationDesc,
        protocol: Protocol,
        error: Option<&'static Schema>,
        case: &Json,
    ) -> Result<Self, String> {
        let id = case["response"]["headers"]["X-Amzn-Requestid"].as_str().unwrap_or("foo-id");
        let responder =
            Responder { operation, protocol, request_id: id.to_owned(), head: false, query_mode: true };
        let answer = match error {
            Some(schema) => {
                let mut error = ApiError::from_shape(Members::from_json(schema, &case["error"]));
                if let Some(message) = case["errorMessage"].as_str() {
                    error.message = message.to_owned();
                }
                responder.error(&error)
            }
            None => {
                let schema = operation.built.as_ref().map(|b| b.output).ok_or("no output")?;
                responder.success(&mut Members::from_json(schema, &case["result"]))
            }
        };
        let (head, body) = answer.into_parts();
        let (mut parts, ()) = http::Request::new(()).into_parts();
        parts.headers = head.headers;
        Ok(Self {
            status: head.status.as_u16(),
            parts,
            body: body.as_bytes().unwrap_or_default().to_vec().into(),
        })
    }

    fn check(
        &self,
        operation: &'static OperationDesc,
        protocol: Protocol,
        error: Option<&'static Schema>,
        case: &Json,
    ) -> Result<(), String> {
        let expected = case["response"]["status_code"].as_u64();
        if expected.is_some_and(|e| e != u64::from(self.status)) {
            return Err(format!("status {} not {expected:?}", self.status));
        }
        let Some(schema) = error else {
            let schema = operation.built.as_ref().map(|b| b.output).ok_or("no output")?;
            let output =
                self.read(operation, protocol, in_body(schema), &path_to_output(operation, protocol))?;
            return compare::structure(&output, &case["result"]);
        };
        let path = path_to_error(protocol);
        let code = self.code(protocol, &path)?;
        if Some(code.as_str()) != case["errorCode"].as_str() {
            return Err(format!("code {code}, not {}", case["errorCode"]));
        }
        let output = self.read(operation, protocol, schema, &path)?;
        compare::structure(&output, &case["error"])
    }

    fn read(
        &self,
        operation: &'static OperationDesc,
        protocol: Protocol,
        schema: &'static Schema,
        path: &[&str],
    ) -> Result<Members, String> {
        let mut output = Members::new(schema);
        let mut reading = Reading::default();
        let request = Request {
            operation: Box::leak(Box::new(OperationDesc { uri: "/", built: None, ..*operation })),
            protocol,
            parts: self.parts.clone(),
        };
        let xml = matches!(protocol, Protocol::Query | Protocol::Ec2 | Protocol::RestXml);
        let done = if xml && schema.payload.is_none() {
            let mut seen = Seen::default();
            let bindings = match protocol {
                Protocol::RestXml => {
                    crate::rest::read::bindings(&self.parts, "/", &mut output, &mut seen, &mut reading)
                }
                _ => Ok(()),
            };
            bindings.and_then(|()| xml::read::nested(&self.body, path, &mut output, &mut seen, &mut reading))
        } else {
            request.parse(Some(self.body.clone()), &mut output, &mut reading)
        };
        done.map_err(|e| e.0)?;
        for (index, member) in schema.members.iter().enumerate() {
            if member.location == Location::StatusCode
                && let Slot::Integer(slot) = output.member_slot(index)
            {
                *slot = self.status.into();
            }
        }
        Ok(output)
    }

    /// The error's code without namespace and URI, wherever a client looks for it.
    fn code(&self, protocol: Protocol, path: &[&str]) -> Result<String, String> {
        let header =
            |name: &str| self.parts.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        if let Some(code) = header("x-amzn-query-error") {
            return Ok(code.split(';').next().unwrap_or_default().to_owned());
        }
        let member = |name: &'static str| {
            let schema = Box::leak(Box::new(Schema {
                members: Box::leak(Box::new([crate::Member::new(name, &crate::schema::STRING)])),
                ..Schema::new("Code", crate::Kind::Structure)
            }));
            let mut found = Members::new(schema);
            let (mut seen, mut reading) = (Seen::default(), Reading::default());
            let read = match protocol {
                Protocol::Query | Protocol::Ec2 | Protocol::RestXml => {
                    xml::read::nested(&self.body, path, &mut found, &mut seen, &mut reading)
                }
                Protocol::RpcV2Cbor => {
                    crate::cbor::read::structure(&self.body, &mut found, &mut seen, &mut reading)
                }
                _ => crate::json::read::structure(&self.body, &mut found, &mut seen, &mut reading),
            };
            read.ok()?;
            match found.member(0) {
                crate::View::Str(text) => Some(text.to_owned()),
                _ => None,
            }
        };
        let code =
            header("x-amzn-errortype").or_else(|| ["__type", "code", "Code"].into_iter().find_map(member));
        let code = code.ok_or("no code")?;
        let code = code.split(':').next().unwrap_or_default();
        Ok(code.rsplit('#').next().unwrap_or_default().to_owned())
    }

    /// The headers the case names are there, with the same value but for the media type's parameters.
    fn has_headers_of(&self, response: &Json) -> Result<(), String> {
        for (name, value) in response["headers"].as_object().into_iter().flatten() {
            let lower = name.to_ascii_lowercase();
            // An error's code may come in several ways; that it does come has been checked. The length is the server's
            // to write, and no body needs a media type.
            let empty = self.body.is_empty() && lower == "content-type";
            if empty || matches!(lower.as_str(), "x-amzn-errortype" | "content-length") {
                continue;
            }
            let wanted = value.as_str().unwrap_or_default();
            let found = self.parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("(none)");
            let bare = |text: &str| text.split(';').next().unwrap_or_default().to_owned();
            let equal = if lower == "content-type" { bare(found) == bare(wanted) } else { found == wanted };
            if !equal && !is_list_of(found, wanted) {
                return Err(format!("header {name} is {found}, not {wanted}"));
            }
        }
        Ok(())
    }
}

/// Lists may be written with or without blanks.
fn is_list_of(a: &str, b: &str) -> bool {
    let bare = |t: &str| t.split(',').map(|p| p.trim().to_owned()).collect::<Vec<_>>();
    bare(a) == bare(b)
}

/// In an answer, members bound to the request's line are ordinary ones.
fn in_body(schema: &'static Schema) -> &'static Schema {
    let mut members = schema.members.to_vec();
    for member in &mut members {
        if matches!(member.location, Location::QueryString | Location::Uri) {
            member.location = Location::Body;
        }
    }
    Box::leak(Box::new(Schema { members: members.leak(), ..*schema }))
}

fn path_to_output(operation: &OperationDesc, protocol: Protocol) -> Vec<&'static str> {
    match protocol {
        Protocol::Query => operation.built.as_ref().and_then(|b| b.result_wrapper).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn path_to_error(protocol: Protocol) -> Vec<&'static str> {
    match protocol {
        Protocol::Ec2 => vec!["Errors", "Error"],
        Protocol::Query | Protocol::RestXml => vec!["Error"],
        _ => Vec::new(),
    }
}
