//! The narrow traits services call each other through, and their plain types. No implementations.
//!
//! A service never depends on another service's crate: it holds an `Arc<dyn ...>` of one of these traits, which
//! `app-server` wires to the service that implements it. Every call carries the `RequestContext` of the one on whose
//! behalf it is made, so that authorization is decided where the resource lives.

mod arn;
mod authorize;
mod context;
mod function;
mod log;
mod object;
mod parameter;
mod queue;
mod resource;
mod role;
mod service;

use std::pin::Pin;

pub use arn::Arn;
pub use authorize::{Access, AccessDenied, Authorizer, PolicyChecker};
pub use context::{Principal, RequestContext, RequestSource};
pub use function::{FunctionInvoker, Invocation, InvocationResult, InvocationType};
pub use log::{LogEvent, LogSink};
pub use object::{ObjectEntry, ObjectReader};
pub use parameter::{ParameterReader, ParameterValue};
pub use queue::{OutgoingMessage, QueueClient, QueueFacts, ReceivedMessage};
pub use resource::{
    Provisioned, ResourceFailure, ResourceProperty, ResourceProvider, ResourceRequest, ResourceTypeDesc,
    UpdateBehavior,
};
pub use role::{RoleAssumer, RoleCredentials};
pub use service::ApiService;

/// A boxed future, as object-safe async traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
