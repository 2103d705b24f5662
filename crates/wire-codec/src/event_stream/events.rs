//! Streams of typed events, and their messages in each protocol.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use parking_lot::Mutex;

use super::frame::{HeaderValue, Message};
use crate::body::{Body, BodyError};
use crate::error::ApiError;
use crate::schema::EventPart;
use crate::service::Protocol;
use crate::value::{Structure, View};
use crate::{cbor, json, xml};

/// An event as the stream's writer takes it: the model's union with one member set.
pub type Event = Box<dyn Structure>;

type Source = Pin<Box<dyn Stream<Item = Result<Event, ApiError>> + Send>>;

/// A stream of events: the value of an `eventstream` member. Dropping it cancels its source.
#[derive(Default)]
pub struct Events(Option<Box<Mutex<Source>>>);

impl Events {
    /// From a stream of the model's union. An error ends the stream as an exception message.
    pub fn new<T: Structure + 'static>(
        events: impl Stream<Item = Result<T, ApiError>> + Send + 'static,
    ) -> Self {
        let boxed = events.map(|e| match e {
            Ok(event) => Ok(Box::new(event) as Event),
            Err(error) => Err(error),
        });
        Self(Some(Box::new(Mutex::new(Box::pin(boxed)))))
    }

    /// The next event; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Event, ApiError>> {
        // The mutex is never locked: it makes the stream `Sync`.
        self.0.as_mut()?.get_mut().next().await
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}

/// The events framed, after `initial` (the other members of the output, which RPC protocols send first).
pub(crate) fn body(events: Events, protocol: Protocol, initial: Option<Bytes>) -> Body {
    let first = initial.map(|payload| {
        let message = Message::new(payload)
            .with(":message-type", "event")
            .with(":event-type", "initial-response")
            .with(":content-type", content_type(protocol));
        Ok(message.encode())
    });
    let rest = futures_util::stream::unfold(Some(events), move |events| async move {
        let mut events = events?;
        match events.next().await? {
            Ok(event) => Some((Ok(message(&*event, protocol).encode()), Some(events))),
            Err(error) => Some((Ok(failure(&error, protocol).encode()), None)),
        }
    });
    Body::stream::<_, BodyError>(futures_util::stream::iter(first).chain(rest), None)
}

fn content_type(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AwsJson10 => "application/x-amz-json-1.0",
        Protocol::AwsJson11 => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
        Protocol::RpcV2Cbor => "application/cbor",
        Protocol::RestXml => "application/xml",
        Protocol::Query | Protocol::Ec2 => "text/xml",
    }
}

/// The message of one event: the union's set member names it; its members go to headers and payload.
fn message(union: &dyn Structure, protocol: Protocol) -> Message {
    let schema = union.schema();
    let set = schema.members.iter().enumerate().find_map(|(index, member)| match union.member(index) {
        View::Structure(event) => Some((member, event)),
        _ => None,
    });
    let Some((member, event)) = set else { return Message::default() };
    let (kind, name) = match member.target.error {
        Some(_) => ("exception", ":exception-type"),
        None => ("event", ":event-type"),
    };
    let mut out = Message::default().with(":message-type", kind).with(name, member.name);
    let parts = event.schema().members.iter().enumerate();
    for (index, part) in parts.clone().filter(|(_, m)| m.event == EventPart::Header) {
        if let Some(value) = header_value(event.member(index)) {
            out.headers.push((part.name.to_owned(), value));
        }
    }
    let payload = parts.clone().find(|(_, m)| m.event == EventPart::Payload);
    let (content_type, bytes) = match payload.map(|(index, _)| event.member(index)) {
        Some(View::Blob(bytes)) => ("application/octet-stream", bytes.clone()),
        Some(View::Str(text)) => ("text/plain", Bytes::copy_from_slice(text.as_bytes())),
        Some(View::Structure(inner)) => (content_type(protocol), encode(inner, protocol)),
        _ => (content_type(protocol), encode(event, protocol)),
    };
    out.payload = bytes;
    out.with(":content-type", content_type)
}

fn header_value(view: View<'_>) -> Option<HeaderValue> {
    Some(match view {
        View::Bool(b) => HeaderValue::Bool(b),
        View::Int(i) => i32::try_from(i).map_or(HeaderValue::Long(i), HeaderValue::Integer),
        View::Str(s) => HeaderValue::String(s.to_owned()),
        View::Blob(b) => HeaderValue::Bytes(b.clone()),
        View::Timestamp(t) => HeaderValue::Timestamp(t),
        _ => return None,
    })
}

fn encode(value: &dyn Structure, protocol: Protocol) -> Bytes {
    let mut out = Vec::new();
    match protocol {
        Protocol::RpcV2Cbor => cbor::write::structure(value, &[], &mut out),
        Protocol::RestXml | Protocol::Query | Protocol::Ec2 => {
            let mut document = xml::write::Xml::new(xml::write::Style::default());
            document.structure(value.schema().name, None, value);
            out = document.finish();
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RestJson => {
            json::write::structure(value, &mut out)
        }
    }
    out.into()
}

/// A modelled error ends the stream as an exception, any other as an error.
fn failure(error: &ApiError, protocol: Protocol) -> Message {
    match error.detail() {
        Some(detail) => Message::new(encode(detail, protocol))
            .with(":message-type", "exception")
            .with(":exception-type", detail.schema().name)
            .with(":content-type", content_type(protocol)),
        None => Message::default()
            .with(":message-type", "error")
            .with(":error-code", &error.code)
            .with(":error-message", &error.message),
    }
}
