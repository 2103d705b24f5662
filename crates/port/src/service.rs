//! A service as the server sees it: a table of operations and a way to call them.

use http::Response;
use wire_codec::{Body, Call, ServiceDesc};

use crate::{BoxFuture, RequestContext};

/// Implemented by each `svc-*` with its generated `dispatch`.
pub trait ApiService: Send + Sync {
    fn desc(&self) -> &'static ServiceDesc;

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>>;
}
