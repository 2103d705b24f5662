//! Amazon API Gateway's control planes: REST APIs (v1) and HTTP APIs (v2), their stages and deployments.
//!
//! Here: what is stored, what both APIs answer, the import of OpenAPI documents, the CloudFormation types. Not here: the
//! users' traffic (`edge-gateway`), which reads deployed stages through [`served`].
//!
//! An API is one row with all its resources, methods, routes and integrations; a deployment is an immutable copy of that
//! definition; a stage names a deployment. Requests come in through [`RestApis`] and [`HttpApis`], CloudFormation through
//! `port::ResourceProvider`; all end in `rest/ops/` and `http/ops/`.

mod access;
mod deploy;
mod document;
mod error;
mod http;
pub mod model;
mod openapi;
mod paging;
mod patch;
mod resources;
mod rest;
pub mod served;
mod tables;
mod tags;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use base_id::Ids;
use store_kv::Store;

/// The service: state of both APIs. Cheap to clone.
#[derive(Clone)]
pub struct ApiGateway(Arc<Inner>);

struct Inner {
    store: Store,
    ids: Ids,
}

/// The REST APIs' control plane (`apigateway`) as the server mounts it.
#[derive(Clone)]
pub struct RestApis(pub ApiGateway);

/// The HTTP APIs' control plane (`apigatewayv2`) as the server mounts it.
#[derive(Clone)]
pub struct HttpApis(pub ApiGateway);

impl ApiGateway {
    /// All state is in `store`.
    pub fn open(store: Store, ids: Ids) -> Self {
        Self(Arc::new(Inner { store, ids }))
    }

    pub fn rest_apis(&self) -> RestApis {
        RestApis(self.clone())
    }

    pub fn http_apis(&self) -> HttpApis {
        HttpApis(self.clone())
    }
}
