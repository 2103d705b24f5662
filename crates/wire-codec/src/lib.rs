//! The AWS protocols: one codec, driven by static schemas, that serves every generated `api-*` crate.
//!
//! What lives here: reading a routed request into its typed input, checking it against the model's constraints, writing the
//! typed output or the error; bodies; event stream framing; the tables that describe services, and the router of the REST
//! ones. What does not: listening and finding the service (`wire-http`), signatures (`wire-auth`), anything a service means.
//!
//! ```text
//! Call ── read ──> request ─┬─ rest (path, query, headers)        answer / failure <── Responder <── Result<Output, ApiError>
//!                           ├─ json | cbor | xml | query (body)        │
//!                           └─ validate ── refusal ──> ApiError        └─ json | cbor | xml | event_stream
//! ```
//!
//! - `schema`, `service`: what the generated crates fill: shapes, members with their bindings, operations.
//! - `value`: how codec and types meet. A writer asks a `Structure` for the `View` of its n-th member, a reader for its
//!   `Slot`; lists, maps, options and scalars are implemented once. No type is known to a protocol, no protocol to a type.
//! - `reading`: where a reader is, what it has seen, what is missing. A required member is a plain field, so only the reader
//!   can tell that it was not sent.
//! - `validate`, `refusal`: AWS's words for what breaks the model, and each service's code for it.
//!
//! # Bounds
//!
//! A body is read only up to `Call::max_body_bytes`, and a declared length beyond it is refused unread; a streaming payload
//! is handed on unread. Containers nest at most 100 deep in every format, forms have at most 20,000 parameters, and the elements
//! of all collections together take at most 192 MiB; at most 100 violations are kept. XML document
//! types and entities are refused. Text that isn't UTF-8, numbers out of range and blobs that aren't base64 are refused
//! as the service's serialization error.
//!
//! # Protocols
//!
//! awsJson 1.0 and 1.1, query, ec2, restJson1, restXml and RPC v2 CBOR (Smithy 2.0), with `x-amzn-query-error` where a
//! service is query-compatible. `suite` runs the public cases of all of them in both directions.

mod answer;
pub mod body;
pub mod call;
mod cbor;
mod document;
pub mod error;
pub mod event_stream;
mod failure;
mod json;
pub mod pattern;
mod query;
mod reading;
mod refusal;
mod request;
mod rest;
pub mod schema;
pub mod service;
#[cfg(test)]
mod suite;
mod text;
pub mod validate;
pub mod value;
mod xml;

pub use body::{Body, BodyError, BoxError};
pub use call::{Call, Responder, read, refuse};
pub use document::{DocumentError, read_document};
pub use error::ApiError;
pub use event_stream::Events;
pub use rest::RestRouter;
pub use schema::{Kind, Member, Schema};
pub use service::{OperationDesc, Protocol, ServiceDesc};
pub use value::{EnumValue, List, Map, Slot, Structure, Value, View};
