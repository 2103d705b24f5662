//! Reads a request into its typed input, by protocol, and turns what is wrong with it into the service's error.

use http::request::Parts;

use crate::body::{Body, BodyError};
use crate::call::Call;
use crate::error::ApiError;
use crate::query::{self, Dialect, Form};
use crate::reading::{Place, ReadError, Reading, Seen};
use crate::schema::{Kind, Location, Member};
use crate::service::{OperationDesc, Protocol};
use crate::value::{Slot, Structure};
use crate::{cbor, json, refusal, rest, validate, xml};

/// Reads and validates.
pub(crate) async fn read(call: Call, input: &mut dyn Structure) -> Result<(), ApiError> {
    let operation = call.operation;
    let (parts, body) = call.request.into_parts();
    let schema = input.schema();
    let streaming = schema.payload.and_then(|p| schema.members.get(p)).is_some_and(|m| m.streaming);
    let request = Request { operation, protocol: call.protocol, parts };
    let content = if streaming && call.protocol.is_rest() {
        if let Some(index) = schema.payload
            && let Slot::Body(slot) = input.member_slot(index)
        {
            *slot = body;
        }
        None
    } else {
        Some(collect(body, call.max_body_bytes, operation).await?)
    };
    let mut reading = Reading::default();
    let parsed = request.parse(content, input, &mut reading);
    refusal::check(operation, schema, parsed, &mut reading)?;
    validate::constraints(input, &mut reading.violations);
    refusal::check(operation, schema, Ok(()), &mut reading)
}

async fn collect(body: Body, limit: usize, operation: &OperationDesc) -> Result<bytes::Bytes, ApiError> {
    body.collect(limit).await.map_err(|e| match e {
        BodyError::TooLarge { limit } => refusal::too_large(operation, limit),
        BodyError::Source(_) => {
            ApiError::framework("RequestTimeout", 400, "The request's body could not be read.")
        }
    })
}

/// A request whose body has been collected.
pub(crate) struct Request {
    pub operation: &'static OperationDesc,
    pub protocol: Protocol,
    pub parts: Parts,
}

impl Request {
    pub(crate) fn parse(
        &self,
        content: Option<bytes::Bytes>,
        input: &mut dyn Structure,
        reading: &mut Reading,
    ) -> Result<(), ReadError> {
        let schema = input.schema();
        let mut seen = Seen::default();
        if self.protocol.is_rest() {
            rest::read::bindings(&self.parts, self.operation.uri, input, &mut seen, reading)?;
        }
        let content = content.unwrap_or_default();
        match self.protocol {
            Protocol::AwsJson10 | Protocol::AwsJson11 => {
                json::read::structure(&content, input, &mut seen, reading)?
            }
            Protocol::RpcV2Cbor => cbor::read::structure(&content, input, &mut seen, reading)?,
            Protocol::Query => self.form(&content, Dialect::Query, input, &mut seen, reading)?,
            Protocol::Ec2 => self.form(&content, Dialect::Ec2, input, &mut seen, reading)?,
            Protocol::RestJson | Protocol::RestXml => self.rest_body(content, input, &mut seen, reading)?,
        }
        reading.close(schema, &seen)
    }

    /// Parameters come in the body or, with GET, in the query string.
    fn form(
        &self,
        content: &[u8],
        dialect: Dialect,
        input: &mut dyn Structure,
        seen: &mut Seen,
        reading: &mut Reading,
    ) -> Result<(), ReadError> {
        let body = std::str::from_utf8(content).map_err(|_| ReadError::new("The body is not UTF-8"))?;
        let text = if body.is_empty() { self.parts.uri.query().unwrap_or_default() } else { body };
        query::structure(&Form::parse(text)?, dialect, input, seen, reading)
    }

    fn rest_body(
        &self,
        content: bytes::Bytes,
        input: &mut dyn Structure,
        seen: &mut Seen,
        reading: &mut Reading,
    ) -> Result<(), ReadError> {
        let schema = input.schema();
        if let Some((index, member)) = schema.payload.and_then(|p| Some((p, schema.members.get(p)?))) {
            if member.streaming {
                return Ok(());
            }
            reading.enter_member(member.name)?;
            let absent = self.payload(content, member, Place::Member(input, index), reading)?;
            reading.leave();
            if !absent {
                seen.mark(index);
            }
            return Ok(());
        }
        if !schema.members.iter().any(|m| m.location == Location::Body) {
            return Ok(());
        }
        match self.protocol {
            Protocol::RestXml => xml::read::structure(&content, input, seen, reading),
            _ => json::read::structure(&content, input, seen, reading),
        }
    }

    /// True if the payload was absent.
    fn payload(
        &self,
        content: bytes::Bytes,
        member: &'static Member,
        place: Place<'_>,
        reading: &mut Reading,
    ) -> Result<bool, ReadError> {
        match member.target.kind {
            _ if content.is_empty() => Ok(true),
            Kind::Structure | Kind::Union if self.protocol == Protocol::RestXml => {
                xml::read::payload(&content, member, place, reading)
            }
            Kind::Blob | Kind::String => rest::read::scalar_payload(content, member, place, reading),
            _ => json::read::value(&content, member, place, reading),
        }
    }
}
