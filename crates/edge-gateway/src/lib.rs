//! API Gateway's data plane: users' requests to deployed APIs, on to their functions and back.
//!
//! A stage is compiled once per version of its stored row (routes, media types, responses) and swapped whole; a request
//! that has begun goes on with the one it found. Nothing here changes an API: `svc-apigateway` keeps them.
//!
//! request -> API and stage -> route -> event -> function (`port::FunctionInvoker`) -> answer.

mod answer;
mod cors;
mod http_api;
mod http_event;
mod incoming;
mod invoke;
mod refusal;
mod rest_api;
mod rest_event;
mod routes;
mod stages;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use base_id::Ids;
use base_time::Clock;
use http::{HeaderValue, Request, Response};
use port::{Authorizer, FunctionInvoker, RequestSource};
use svc_apigateway::ApiGateway;
use svc_apigateway::model::ApiKind;
use wire_codec::Body;

use crate::incoming::Incoming;
use crate::stages::Stages;

/// The data plane. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    apis: ApiGateway,
    functions: Arc<dyn FunctionInvoker>,
    authorizer: Arc<dyn Authorizer>,
    clock: Clock,
    ids: Ids,
    stages: Stages,
}

impl Gateway {
    pub fn new(
        apis: ApiGateway,
        functions: Arc<dyn FunctionInvoker>,
        authorizer: Arc<dyn Authorizer>,
        clock: Clock,
        ids: Ids,
    ) -> Self {
        Self(Arc::new(Inner { apis, functions, authorizer, clock, ids, stages: Stages::default() }))
    }

    /// Answers a request for an API; `path_and_query` is below the API's host, the stage still in it.
    pub async fn serve(
        &self,
        api_id: &str,
        path_and_query: &str,
        request: Request<Body>,
        source: RequestSource,
        request_id: String,
    ) -> Response<Body> {
        let owner = match self.0.apis.owner(api_id).await {
            Ok(Some(owner)) => owner,
            Ok(None) => return refusal::forbidden(),
            Err(_) => return refusal::internal(),
        };
        let incoming = match Incoming::read(request, path_and_query, &source).await {
            Ok(incoming) => incoming,
            Err(error) => return refusal::unreadable(&error),
        };
        let mut answer = match owner.kind {
            ApiKind::Rest => self.serve_rest(api_id, &owner, incoming, &request_id).await,
            ApiKind::Http => self.serve_http(api_id, &owner, incoming, &request_id).await,
        };
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            let name = if owner.kind == ApiKind::Rest { "x-amzn-requestid" } else { "apigw-requestid" };
            answer.headers_mut().insert(name, id);
        }
        if owner.kind == ApiKind::Rest
            && let Ok(id) = HeaderValue::from_str(&format!("{}=", self.0.ids.base64(15)))
        {
            answer.headers_mut().insert("x-amz-apigw-id", id);
        }
        answer
    }
}
