//! The call: request, outcome, refusals, and the trait that Lambda's service depends on.

use std::sync::Arc;
use std::time::Duration;

use crate::BoxFuture;
use bytes::Bytes;

use crate::FunctionSpec;

/// One synchronous run of a function. Asynchronous invokes are queued by the service and arrive here the same way.
#[derive(Clone, Debug)]
pub struct InvokeRequest {
    pub function: Arc<FunctionSpec>,
    /// Handed to the runtime as it is; JSON by contract, at most 6 MB, checked by the caller.
    pub payload: Bytes,
    /// A UUID; names the invoke in log lines and errors.
    pub request_id: String,
    /// JSON text (already decoded from base 64), where the caller gave one.
    pub client_context: Option<String>,
    /// JSON text of the Cognito identity, where there is one.
    pub cognito_identity: Option<String>,
    /// X-Amzn-Trace-Id, where there is one.
    pub trace_id: Option<String>,
    /// The ARN as invoked, with its qualifier.
    pub invoked_arn: String,
    pub limits: ConcurrencyLimits,
}

/// Limits as they stand at the time of the invoke (Lambda Developer Guide, "Understanding function scaling").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConcurrencyLimits {
    /// Concurrent executions of the account, by default 1,000.
    pub account: u32,
    /// What is left of `account` after all functions' reservations.
    pub unreserved: u32,
    /// The function's own reservation: guarantee and cap; 0 blocks it.
    pub reserved: Option<u32>,
}

impl Default for ConcurrencyLimits {
    fn default() -> Self {
        Self { account: 1_000, unreserved: 1_000, reserved: None }
    }
}

/// The function ran, well or not.
#[derive(Clone, Debug)]
pub struct InvokeOutcome {
    /// The handler's answer, or the error document when `function_error` is set.
    pub payload: Bytes,
    pub function_error: Option<FunctionErrorKind>,
    /// The last 4 KB of the invoke's log, whole from its START line.
    pub log_tail: Vec<u8>,
    pub log_stream: String,
    pub report: InvokeReport,
}

/// X-Amz-Function-Error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionErrorKind {
    Handled,
    Unhandled,
}

impl FunctionErrorKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Handled => "Handled",
            Self::Unhandled => "Unhandled",
        }
    }
}

/// What the REPORT line says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InvokeReport {
    pub duration: Duration,
    /// Whole milliseconds, rounded up; the init phase included where there was one.
    pub billed: Duration,
    pub memory_size_mb: u32,
    /// Highest memory use of the environment so far, as the kernel measured it; `None` where nothing could measure it.
    pub max_memory_used_mb: Option<u32>,
    /// Set on the first invoke of an environment.
    pub init_duration: Option<Duration>,
}

/// Lambda's `Reason` of a TooManyRequestsException.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThrottleReason {
    ConcurrentInvocationLimitExceeded,
    ReservedFunctionConcurrentInvocationLimitExceeded,
}

impl ThrottleReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConcurrentInvocationLimitExceeded => "ConcurrentInvocationLimitExceeded",
            Self::ReservedFunctionConcurrentInvocationLimitExceeded => {
                "ReservedFunctionConcurrentInvocationLimitExceeded"
            }
        }
    }
}

/// The function did not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeRefused {
    /// Answer 429 TooManyRequestsException with this reason.
    #[error("Rate Exceeded.")]
    Throttled(ThrottleReason),
    /// Every environment this machine may hold is busy: 429 as well, and worth a log line of the platform.
    #[error("all {max_environments} execution environments of this machine are busy")]
    NoCapacity { max_environments: usize },
    /// The execution role's session could not be made (Lambda: AccessDeniedException or ServiceException).
    #[error("no credentials for the execution role: {0}")]
    Credentials(String),
    /// The runtime is not on this machine, or differs from the one asked for under strict runtimes.
    #[error("{0}")]
    RuntimeUnavailable(String),
    /// The sandbox could not be made; names the step. ServiceException.
    #[error("the execution environment could not be made: {0}")]
    Environment(String),
    /// The engine is draining.
    #[error("the function engine is shutting down")]
    ShuttingDown,
}

/// Runs functions. Implemented by `Engine`; a trait so that services can be tested without sandboxes.
pub trait FunctionEngine: Send + Sync {
    /// Runs the function to its end, at most its init limit plus its timeout.
    fn invoke(&self, request: InvokeRequest) -> BoxFuture<'_, Result<InvokeOutcome, InvokeRefused>>;

    /// The function was updated or deleted: no environment of a revision other than `keep_revision` takes another
    /// invoke; idle ones end now, busy ones after their invoke.
    fn retire(&self, function_arn: &str, keep_revision: Option<&str>);
}
