//! Invoking a function (Lambda's Invoke operation, as services call it).

use bytes::Bytes;
use wire_codec::ApiError;

use crate::{BoxFuture, RequestContext};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvocationType {
    /// Wait for the function's answer.
    RequestResponse,
    /// Accepted once the event is durably queued.
    Event,
    /// Check permission and existence only.
    DryRun,
}

#[derive(Clone, Debug)]
pub struct Invocation {
    /// Name, partial ARN or ARN, optionally with `:qualifier`.
    pub function: String,
    /// Version or alias; must agree with the one in `function` if both are given.
    pub qualifier: Option<String>,
    pub invocation_type: InvocationType,
    /// JSON text; at most 6 MB for `RequestResponse`, 1 MB for `Event`.
    pub payload: Bytes,
    /// Base 64 of the client context, as the header carries it.
    pub client_context: Option<String>,
    /// `X-Amzn-Trace-Id`, where the caller has one.
    pub trace_header: Option<String>,
}

#[derive(Clone, Debug)]
pub struct InvocationResult {
    /// 200, 202 or 204.
    pub status: u16,
    pub payload: Bytes,
    /// `Unhandled` or `Handled` when the function failed; the payload is then the error document.
    pub function_error: Option<String>,
    pub executed_version: String,
    /// The last 4 KB of the invoke's log.
    pub log_tail: Vec<u8>,
}

/// Implemented by Lambda. Authorizes `lambda:InvokeFunction` for the context's principal.
pub trait FunctionInvoker: Send + Sync {
    fn invoke<'a>(
        &'a self,
        cx: &'a RequestContext,
        invocation: Invocation,
    ) -> BoxFuture<'a, Result<InvocationResult, ApiError>>;
}
