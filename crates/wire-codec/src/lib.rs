//! The AWS protocols: one codec, driven by static schemas.
mod answer;
pub mod body;
pub mod call;
mod cbor;
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

pub use body::{Body, BodyError};
pub use call::{Call, Responder, read, refuse};
pub use error::ApiError;
pub use event_stream::Events;
pub use rest::RestRouter;
pub use schema::{Kind, Member, Schema};
pub use service::{OperationDesc, Protocol, ServiceDesc};
pub use value::{EnumValue, List, Map, Slot, Structure, Value, View};
