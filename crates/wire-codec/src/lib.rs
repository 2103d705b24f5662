//! The AWS protocols: one codec, driven by static schemas.
pub mod body;
pub mod call;
pub mod error;
pub mod event_stream;
pub mod pattern;
pub mod schema;
pub mod service;
pub mod value;

pub use body::{Body, BodyError};
pub use call::{Call, Responder, read, refuse};
pub use error::ApiError;
pub use event_stream::Events;
pub use schema::{Kind, Member, Schema};
pub use service::{OperationDesc, Protocol, ServiceDesc};
pub use value::{EnumValue, List, Map, Slot, Structure, Value, View};
