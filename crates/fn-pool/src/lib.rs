//! The function engine: places invokes on execution environments, reuses, freezes and reclaims them.
//!
//! What lives here: the public API that Lambda's service calls (`FunctionEngine`, `Engine`), the pure core that decides
//! placement (`placement`), and the thin shell that drives one environment (`environment`). What does not: how a sandbox is
//! made (`fn-sandbox`), how a runtime is spoken to (`fn-runtime`), functions' configuration, versions and permissions
//! (`svc-lambda`).
//!
//! A request's way: `FunctionEngine::invoke` -> core admits it (concurrency) and picks the most recently used idle
//! environment of the identical function, or asks for a new one -> thaw -> Runtime API hand-over in memory -> answer,
//! time-out or death -> log lines -> freeze -> idle.

mod config;
mod engine;
mod environment;
mod invoke;
mod launch;
mod lines;
mod output;
mod placement;
mod ready;
mod spec;
mod texts;

use std::pin::Pin;

pub use config::{Egress, EndpointAcceptor, EngineConfig, IsolationPolicy, PlatformEndpoint, RuntimeRoots};
pub use engine::{Engine, EngineStartError, EngineStatus};
pub use fn_sandbox::{IsolationPart, IsolationReport, PartState};
pub use invoke::{
    ConcurrencyLimits, FunctionEngine, FunctionErrorKind, InvokeOutcome, InvokeRefused, InvokeReport,
    InvokeRequest, ThrottleReason,
};
pub use spec::{
    CredentialsSource, FunctionLog, FunctionSpec, LogLine, ParseRuntimeError, Runtime, RuntimeFamily,
    SessionCredentials, SpecKey,
};

/// A boxed future, as object-safe async traits return it (the same type as `port::BoxFuture`).
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
