//! The front door: what happens to a request between the listener and the operation.
//!
//! own pages -> route -> users' own traffic to its data plane, or: authenticate -> context -> operation -> answer, and
//! refuse any answer of success for which nobody decided authorization.

mod authenticate;
mod browser;
mod operation;
mod own_pages;
mod post_form;
mod refusal;

use std::net::SocketAddr;
use std::sync::Arc;

use base_id::Ids;
use base_time::Clock;
use http::{Method, Request, Response, StatusCode, header};
use port::{ApiService, Authorizer, BoxFuture, Principal, RequestContext, RequestSource};
use svc_iam::Iam;
use svc_s3::S3;
use wire_codec::{ApiError, Body, Call, Protocol, RestRouter, ServiceDesc};
use wire_http::{Handler, OperationChoice, Peer, Route, RouteError, Router};

use authenticate::{Authenticated, Authenticator, Target};
use own_pages::OwnPages;
pub use own_pages::StatusSource;

/// Users' own traffic to the APIs they deployed.
pub trait DataPlane: Send + Sync {
    /// `path_and_query` is below the API's host; the stage is still in it.
    fn serve<'a>(
        &'a self,
        api_id: &'a str,
        path_and_query: &'a str,
        request: Request<Body>,
        source: RequestSource,
        request_id: String,
    ) -> BoxFuture<'a, Response<Body>>;
}

impl DataPlane for edge_gateway::Gateway {
    fn serve<'a>(
        &'a self,
        api_id: &'a str,
        path_and_query: &'a str,
        request: Request<Body>,
        source: RequestSource,
        request_id: String,
    ) -> BoxFuture<'a, Response<Body>> {
        Box::pin(Self::serve(self, api_id, path_and_query, request, source, request_id))
    }
}

/// All the front door needs.
pub struct Front {
    router: Router,
    services: Vec<Mounted>,
    authenticator: Authenticator,
    authorizer: Arc<dyn Authorizer>,
    s3: S3,
    data_plane: Option<Arc<dyn DataPlane>>,
    own_pages: OwnPages,
    region: String,
    /// `scheme://authority` where the request names no host.
    endpoint: String,
    clock: Clock,
    ids: Ids,
}

/// A service and its REST routes.
struct Mounted {
    service: Arc<dyn ApiService>,
    rest: Option<RestRouter>,
}

/// What `Front::new` takes.
pub struct FrontConfig {
    pub services: Vec<Arc<dyn ApiService>>,
    pub iam: Iam,
    pub s3: S3,
    pub data_plane: Option<Arc<dyn DataPlane>>,
    pub status: Arc<dyn StatusSource>,
    pub account: String,
    pub region: String,
    pub address: SocketAddr,
    pub clock: Clock,
    pub ids: Ids,
}

impl Front {
    pub fn new(config: FrontConfig) -> Self {
        let descs = config.services.iter().map(|service| service.desc()).collect();
        let services = config.services.into_iter().map(Mounted::new).collect();
        Self {
            router: Router::new(descs),
            services,
            authorizer: Arc::new(config.iam.clone()),
            authenticator: Authenticator::new(config.iam, config.account),
            s3: config.s3,
            data_plane: config.data_plane,
            own_pages: OwnPages::new(config.status),
            region: config.region,
            endpoint: format!("http://{}", config.address),
            clock: config.clock,
            ids: config.ids,
        }
    }

    async fn answer(&self, request: Request<Body>, peer: Peer) -> Response<Body> {
        if let Some(page) = self.own_pages.serve(&request, peer).await {
            return page;
        }
        let request_id = self.ids.uuid();
        let (parts, body) = request.into_parts();
        let source = self.source(&parts, peer);
        match self.router.route(&parts) {
            Ok(Route::Gateway { api_id, path_and_query }) => {
                let request = Request::from_parts(parts, body);
                self.to_data_plane(&api_id, &path_and_query, request, source, request_id).await
            }
            Ok(Route::FunctionUrl { .. }) => {
                refusal::plain(StatusCode::NOT_FOUND, "function URLs are not offered yet")
            }
            Ok(Route::Service { service, protocol, operation }) => {
                let asked = Asked { service, protocol, operation, request_id };
                self.to_service(asked, parts, body, source).await
            }
            Err(RouteError::UnknownService { name }) => refusal::unknown_service(&name, &request_id),
            Err(RouteError::UnknownOperation { service, name }) => match self.mounted(service) {
                Some(mounted) => {
                    refusal::unknown_operation(mounted.service.desc(), &parts, &name, request_id)
                }
                None => refusal::unknown_service(service, &request_id),
            },
        }
    }

    async fn to_data_plane(
        &self,
        api_id: &str,
        path_and_query: &str,
        request: Request<Body>,
        source: RequestSource,
        request_id: String,
    ) -> Response<Body> {
        match &self.data_plane {
            Some(plane) => plane.serve(api_id, path_and_query, request, source, request_id).await,
            None => refusal::plain(StatusCode::NOT_FOUND, "no API is served here"),
        }
    }

    async fn to_service(
        &self,
        asked: Asked,
        parts: http::request::Parts,
        body: Body,
        source: RequestSource,
    ) -> Response<Body> {
        if asked.service.quirks.s3 && parts.method == Method::OPTIONS {
            return self.preflight(&parts, asked).await;
        }
        if asked.service.quirks.s3 && svc_s3::is_post_form(&parts.method, &parts.headers) {
            return self.post_form(parts, body, asked, source).await;
        }
        let Some(mounted) = self.mounted(asked.service.id) else {
            return refusal::unknown_service(asked.service.id, &asked.request_id);
        };
        let named = match operation::of_head(&asked, mounted.rest.as_ref(), &parts) {
            Ok(named) => named,
            Err(answer) => return *answer,
        };
        let now = self.clock.now();
        let target =
            Target { service: asked.service, operation: named, is_foreign: browser::is_foreign(&parts) };
        let verified = self.authenticator.authenticate(&parts, body, target, now).await;
        let Authenticated { principal, account, region, body } = match verified {
            Ok(authenticated) => authenticated,
            Err(error) => {
                return refusal::of(asked.service, asked.protocol, &parts, asked.request_id, &error);
            }
        };
        let is_anonymous = principal == Principal::Anonymous;
        if is_anonymous && !operation::may_be_anonymous(asked.service, named) {
            let error = authenticate::missing_token(asked.service);
            return refusal::of(asked.service, asked.protocol, &parts, asked.request_id, &error);
        }
        let request = Request::from_parts(operation::path_style(asked.service, parts), body);
        let (operation, request) = match named {
            Some(operation) => (operation, request),
            None => match operation::of_form(&asked, request).await {
                Ok(found) => found,
                Err(answer) => return *answer,
            },
        };
        if is_anonymous && !operation::may_be_anonymous(asked.service, Some(operation)) {
            let error = authenticate::missing_token(asked.service);
            let (parts, _) = request.into_parts();
            return refusal::of(asked.service, asked.protocol, &parts, asked.request_id, &error);
        }
        let region = region.unwrap_or_else(|| self.region.clone());
        let id = asked.request_id.clone();
        let cx =
            RequestContext::new(principal, account, region, id.clone(), now, source, self.authorizer.clone());
        let call = Call::new(operation, asked.protocol, request, id);
        let responder = call.responder();
        let answer = mounted.service.call(&cx, call).await;
        if answer.status().is_success() && !cx.is_decided() {
            tracing::error!(
                service = asked.service.id,
                operation = operation.name,
                "a bug: the operation answered without deciding authorization"
            );
            return responder.error(&ApiError::internal());
        }
        answer
    }

    async fn preflight(&self, parts: &http::request::Parts, asked: Asked) -> Response<Body> {
        match self.s3.preflight(&bucket_of(parts), &parts.headers).await {
            Ok(headers) => {
                let mut answer = Response::new(Body::empty());
                for (name, value) in headers {
                    answer.headers_mut().append(name, value);
                }
                answer
            }
            Err(error) => refusal::of(asked.service, asked.protocol, parts, asked.request_id, &error),
        }
    }

    fn mounted(&self, id: &str) -> Option<&Mounted> {
        self.services.iter().find(|mounted| mounted.service.desc().id == id)
    }

    fn source(&self, parts: &http::request::Parts, peer: Peer) -> RequestSource {
        let header = |name: header::HeaderName| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
        let authority = parts.uri.authority().map(ToString::to_string).or_else(|| header(header::HOST));
        RequestSource {
            ip: match peer {
                Peer::Tcp(address) => Some(address.ip()),
                Peer::Environment => None,
            },
            user_agent: header(header::USER_AGENT),
            endpoint: authority
                .map_or_else(|| self.endpoint.clone(), |authority| format!("http://{authority}")),
            is_tls: false,
        }
    }
}

/// The bucket an S3 request is about, by its host or its path.
fn bucket_of(parts: &http::request::Parts) -> String {
    wire_http::bucket_of_host(parts)
        .or_else(|| parts.uri.path().split('/').nth(1).map(str::to_owned))
        .unwrap_or_default()
}

/// A request for a service, on its way.
pub(crate) struct Asked {
    pub service: &'static ServiceDesc,
    pub protocol: Protocol,
    pub operation: OperationChoice,
    pub request_id: String,
}

impl Mounted {
    fn new(service: Arc<dyn ApiService>) -> Self {
        let is_rest = service.desc().protocols.iter().any(|protocol| protocol.is_rest());
        let rest = is_rest.then(|| RestRouter::new(service.desc()));
        Self { service, rest }
    }
}

impl Handler for Front {
    async fn handle(&self, request: Request<Body>, peer: Peer) -> Response<Body> {
        Box::pin(self.answer(request, peer)).await
    }
}
