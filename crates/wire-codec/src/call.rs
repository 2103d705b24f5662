//! A request on its way to an operation, and the answer's way back.

use http::{Method, Response};

use crate::body::Body;
use crate::error::ApiError;
use crate::service::{OperationDesc, Protocol};
use crate::value::Structure;
use crate::{answer, failure, refusal, request};

/// A routed request: what `dispatch` of a generated crate takes.
#[derive(Debug)]
pub struct Call {
    pub operation: &'static OperationDesc,
    pub protocol: Protocol,
    /// With a path-style URI: a bucket named by the host has been put in front of the path.
    pub request: http::Request<Body>,
    /// Sent back in the protocol's request id header and error bodies.
    pub request_id: String,
    /// Largest body that is buffered, in bytes.
    pub max_body_bytes: usize,
}

impl Call {
    /// With the operation's own body limit.
    pub fn new(
        operation: &'static OperationDesc,
        protocol: Protocol,
        request: http::Request<Body>,
        request_id: String,
    ) -> Self {
        Self { operation, protocol, request, request_id, max_body_bytes: operation.body_limit() }
    }

    /// What is needed to answer, kept while the request is consumed.
    pub fn responder(&self) -> Responder {
        Responder {
            operation: self.operation,
            protocol: self.protocol,
            request_id: self.request_id.clone(),
            head: self.request.method() == Method::HEAD,
            query_mode: self.request.headers().contains_key("x-amzn-query-mode"),
        }
    }
}

/// Answers one call in its protocol.
#[derive(Debug)]
pub struct Responder {
    pub operation: &'static OperationDesc,
    pub protocol: Protocol,
    pub request_id: String,
    /// HEAD: no body.
    pub head: bool,
    /// The client asked for query-compatible errors.
    pub query_mode: bool,
}

impl Responder {
    /// The answer for what the operation returned.
    pub fn finish<O: Structure>(self, result: Result<O, ApiError>) -> Response<Body> {
        match result {
            Ok(mut output) => self.success(&mut output),
            Err(error) => self.error(&error),
        }
    }

    /// The answer of a success. A stream is moved out of the output.
    pub fn success(&self, output: &mut dyn Structure) -> Response<Body> {
        answer::success(self, output)
    }

    /// The answer of a failure.
    pub fn error(&self, error: &ApiError) -> Response<Body> {
        failure::answer(self, error)
    }
}

/// Parses and validates the request into `input`. The error is the finished answer.
///
/// A streaming payload is moved into `input` unread; everything else is read within the call's limits.
pub async fn read(call: Call, input: &mut dyn Structure) -> Result<Responder, Box<Response<Body>>> {
    let responder = call.responder();
    match request::read(call, input).await {
        Ok(()) => Ok(responder),
        Err(error) => Err(Box::new(responder.error(&error))),
    }
}

/// The error for a body larger than the operation's limit, for whoever reads bodies before `read` does.
pub fn too_large(operation: &OperationDesc) -> ApiError {
    refusal::too_large(operation, operation.body_limit())
}

/// The answer for an operation of the model that isn't built.
pub fn refuse(call: &Call) -> Response<Body> {
    let what = format!("{}:{}", call.operation.service.id, call.operation.name);
    call.responder().error(&ApiError::not_implemented(what))
}
