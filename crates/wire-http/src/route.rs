//! From a request's head to the service it is for (and, where the head says so, the operation).
//!
//! One port serves every service, so the head must tell them apart. The order, first match wins; ambiguities are tested:
//!
//! 1. `execute-api` and `lambda-url` hosts, and the path forms that need no DNS: users' own traffic.
//! 2. Smithy RPC v2: `smithy-protocol` header and `/service/X/operation/Y`.
//! 3. `X-Amz-Target: prefix.Operation`.
//! 4. The service named in the SigV4 credential scope (header or presigned query).
//! 5. `Action` with a `Version` in the query, or a form body whose action is read later.
//! 6. The first label of the host name.
//! 7. S3: whatever is left is an unsigned request for a bucket or an object.

use http::HeaderMap;
use http::request::Parts;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;
use wire_codec::{OperationDesc, Protocol, ServiceDesc};

/// Where a request goes.
#[derive(Clone, Debug)]
pub enum Route {
    /// An API of API Gateway: its id, and the path below its host (the stage is still in it).
    Gateway { api_id: String, path_and_query: String },
    /// A function URL: its id.
    FunctionUrl { url_id: String },
    /// An AWS API.
    Service { service: &'static ServiceDesc, protocol: Protocol, operation: OperationChoice },
}

/// How the operation is found.
#[derive(Clone, Copy, Debug)]
pub enum OperationChoice {
    Known(&'static OperationDesc),
    /// By method and path, with wire-codec's REST routing.
    ByPath,
    /// By the `Action` of query or form body.
    ByAction,
}

/// The request is for no service or operation known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteError {
    /// The head names a service that is not offered.
    UnknownService { name: String },
    /// The service is known, the operation is not in its model.
    UnknownOperation { service: &'static str, name: String },
}

/// The table of services offered.
pub struct Router {
    services: Vec<&'static ServiceDesc>,
}

impl Router {
    pub fn new(services: Vec<&'static ServiceDesc>) -> Self {
        Self { services }
    }

    pub fn services(&self) -> &[&'static ServiceDesc] {
        &self.services
    }

    /// Routes by the head alone; the body stays unread.
    pub fn route(&self, parts: &Parts) -> Result<Route, RouteError> {
        let host = host_of(parts).unwrap_or_default();
        if let Some(route) = data_plane_host(host, parts).or_else(|| data_plane_path(parts)) {
            return Ok(route);
        }
        if let Some(route) = self.rpc_v2(parts) {
            return route;
        }
        if let Some(target) = header(&parts.headers, "x-amz-target") {
            return self.by_target(target, &parts.headers);
        }
        if let Some(name) = signing_service(parts) {
            return self.by_signing_name(&name, parts);
        }
        if let Some(route) = self.by_query_version(parts) {
            return route;
        }
        let first_label = host.split('.').next().unwrap_or_default();
        if let Some(service) = self.services.iter().find(|s| s.endpoint_prefix == first_label && !s.quirks.s3)
        {
            return Ok(unnamed(service, parts));
        }
        match self.services.iter().find(|s| s.quirks.s3) {
            Some(s3) => Ok(unnamed(s3, parts)),
            None => Err(RouteError::UnknownService { name: first_label.to_owned() }),
        }
    }

    /// `Action` of a query request or form body, once the body is there.
    pub fn by_action(
        service: &'static ServiceDesc,
        action: &str,
    ) -> Result<&'static OperationDesc, RouteError> {
        service
            .operation(action)
            .ok_or_else(|| RouteError::UnknownOperation { service: service.id, name: action.to_owned() })
    }

    fn rpc_v2(&self, parts: &Parts) -> Option<Result<Route, RouteError>> {
        if header(&parts.headers, "smithy-protocol")? != "rpc-v2-cbor" {
            return None;
        }
        let mut segments = parts.uri.path().split('/').skip(1);
        let (Some("service"), Some(name), Some("operation"), Some(operation)) =
            (segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return None;
        };
        Some(match self.services.iter().find(|s| smithy_name_matches(s, name)) {
            None => Err(RouteError::UnknownService { name: name.to_owned() }),
            Some(service) => known(service, Protocol::RpcV2Cbor, operation),
        })
    }

    fn by_target(&self, target: &str, headers: &HeaderMap) -> Result<Route, RouteError> {
        let (prefix, operation) = target.rsplit_once('.').unwrap_or((target, ""));
        let service = self
            .services
            .iter()
            .find(|s| s.target_prefix == Some(prefix))
            .ok_or_else(|| RouteError::UnknownService { name: prefix.to_owned() })?;
        let is_1_1 =
            header(headers, "content-type").is_some_and(|t| t.starts_with("application/x-amz-json-1.1"));
        let offered = |p: &Protocol| matches!(p, Protocol::AwsJson10 | Protocol::AwsJson11);
        let own = service.protocols.iter().copied().find(offered);
        let protocol = own.unwrap_or(if is_1_1 { Protocol::AwsJson11 } else { Protocol::AwsJson10 });
        known(service, protocol, operation)
    }

    fn by_signing_name(&self, name: &str, parts: &Parts) -> Result<Route, RouteError> {
        let mut named = self.services.iter().filter(|s| s.signing_name == name).copied();
        let first = named.next().ok_or_else(|| RouteError::UnknownService { name: name.to_owned() })?;
        // API Gateway's two APIs share one signing name; their paths never meet.
        let is_v2 = parts.uri.path().starts_with("/v2/") || parts.uri.path().starts_with("/v2?");
        let service =
            named.find(|s| s.id.ends_with("v2") == is_v2).filter(|_| first.id.ends_with("v2") != is_v2);
        Ok(unnamed(service.unwrap_or(first), parts))
    }

    fn by_query_version(&self, parts: &Parts) -> Option<Result<Route, RouteError>> {
        let query = parts.uri.query()?;
        let (action, version) = (query_value(query, "Action")?, query_value(query, "Version")?);
        let service = self.services.iter().find(|s| {
            s.api_version == version
                && s.protocols.contains(&Protocol::Query)
                && s.operation(&action).is_some()
        })?;
        Some(known(service, Protocol::Query, &action))
    }
}

fn known(service: &'static ServiceDesc, protocol: Protocol, operation: &str) -> Result<Route, RouteError> {
    let operation = service
        .operation(operation)
        .ok_or_else(|| RouteError::UnknownOperation { service: service.id, name: operation.to_owned() })?;
    Ok(Route::Service { service, protocol, operation: OperationChoice::Known(operation) })
}

/// The service is certain, the operation is in path, query or body.
fn unnamed(service: &'static ServiceDesc, parts: &Parts) -> Route {
    let rest = service.protocols.iter().copied().find(|p| p.is_rest());
    let query = service.protocols.iter().copied().find(|p| matches!(p, Protocol::Query | Protocol::Ec2));
    let has_action = parts.uri.query().is_some_and(|q| query_value(q, "Action").is_some());
    let is_form = header(&parts.headers, "content-type")
        .is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
    let (protocol, operation) = match (rest, query) {
        (Some(rest), None) => (rest, OperationChoice::ByPath),
        (Some(rest), Some(_)) if !has_action && !is_form => (rest, OperationChoice::ByPath),
        (_, Some(query)) => (query, OperationChoice::ByAction),
        // A JSON service without a target: the caller is told that the action is missing.
        (None, None) => {
            (service.protocols.first().copied().unwrap_or(Protocol::AwsJson11), OperationChoice::ByAction)
        }
    };
    Route::Service { service, protocol, operation }
}

/// RPC v2 names a service by its Smithy name: `Logs_20140328` or `GraniteServiceVersion20100801`-like targets, or the
/// service id without blanks.
fn smithy_name_matches(service: &ServiceDesc, name: &str) -> bool {
    service.target_prefix == Some(name) || service.service_id.replace(' ', "") == name || service.id == name
}

fn data_plane_host(host: &str, parts: &Parts) -> Option<Route> {
    let (id, rest) = host.split_once('.')?;
    if rest.starts_with("execute-api.") {
        let path_and_query = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str).to_owned();
        return Some(Route::Gateway { api_id: id.to_owned(), path_and_query });
    }
    rest.starts_with("lambda-url.").then(|| Route::FunctionUrl { url_id: id.to_owned() })
}

/// `/_aws/execute-api/{id}/{stage}/…` and `/restapis/{id}/{stage}/_user_request_/…`.
fn data_plane_path(parts: &Parts) -> Option<Route> {
    let whole = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    if let Some(below) = whole.strip_prefix("/_aws/execute-api/") {
        let end = below.find(['/', '?']).unwrap_or(below.len());
        let (id, rest) = below.split_at(end);
        let path_and_query = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
        return Some(Route::Gateway { api_id: id.to_owned(), path_and_query });
    }
    let (id, rest) = whole.strip_prefix("/restapis/")?.split_once('/')?;
    let (stage, rest) = rest.split_once("/_user_request_")?;
    (!stage.contains('/'))
        .then(|| Route::Gateway { api_id: id.to_owned(), path_and_query: format!("/{stage}{rest}") })
}

/// The host without its port: the `Host` header (HTTP/1.1) or the authority (HTTP/2).
pub(crate) fn host_of(parts: &Parts) -> Option<&str> {
    let host = parts.uri.host().or_else(|| header(&parts.headers, "host"))?;
    if host.starts_with('[') {
        return Some(host);
    }
    Some(host.split(':').next().unwrap_or(host))
}

/// The bucket that a virtual-hosted-style host names: `bucket.s3.…`, `bucket.s3-region.…` or `bucket.localhost`.
pub fn bucket_of_host(parts: &Parts) -> Option<String> {
    let host = host_of(parts)?;
    if let Some(at) = host.rfind(".s3.").or_else(|| host.rfind(".s3-")) {
        return bucket_name(&host[..at]);
    }
    let bucket = host.strip_suffix(".localhost")?;
    if bucket == "s3" || bucket.starts_with("s3.") { None } else { bucket_name(bucket) }
}

/// The bucket goes in front of the path, so it must not bring a `/` or `?` of its own.
fn bucket_name(text: &str) -> Option<String> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    (!text.is_empty() && text.bytes().all(is_plain)).then(|| text.to_owned())
}

/// The service of the credential scope, in the `Authorization` header or a presigned query.
fn signing_service(parts: &Parts) -> Option<String> {
    let of_scope = |scope: &str| scope.split('/').rev().nth(1).map(str::to_owned);
    if let Some(value) = header(&parts.headers, "authorization") {
        let credential = value.split_once("Credential=")?.1;
        return of_scope(credential.split([',', ' ']).next()?);
    }
    of_scope(&query_value(parts.uri.query()?, "X-Amz-Credential")?)
}

fn query_value(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| percent_decode_str(value).decode_utf8_lossy().into_owned())
    })
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn parts(host: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().uri(uri).header("host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn an_api_is_found_by_host_and_by_path() {
        let expect = |route: Option<Route>, id: &str, rest: &str| match route {
            Some(Route::Gateway { api_id, path_and_query }) => {
                assert_eq!((api_id.as_str(), path_and_query.as_str()), (id, rest));
            }
            other => panic!("{other:?}"),
        };
        let by_host = parts("abc123.execute-api.us-east-1.localhost:4566", "/Prod/notes?x=1", &[]);
        expect(data_plane_host(host_of(&by_host).unwrap(), &by_host), "abc123", "/Prod/notes?x=1");
        expect(data_plane_path(&parts("localhost", "/_aws/execute-api/abc/Prod/n", &[])), "abc", "/Prod/n");
        expect(data_plane_path(&parts("localhost", "/_aws/execute-api/abc?x=1", &[])), "abc", "/?x=1");
        expect(
            data_plane_path(&parts("localhost", "/restapis/abc/Prod/_user_request_/n", &[])),
            "abc",
            "/Prod/n",
        );
        assert!(data_plane_path(&parts("localhost", "/restapis/abc/stages/Prod", &[])).is_none());
    }

    #[test]
    fn a_bucket_is_found_in_the_host() {
        let bucket = |host| bucket_of_host(&parts(host, "/key", &[]));
        assert_eq!(bucket("photos.s3.localhost:4566").as_deref(), Some("photos"));
        assert_eq!(bucket("my.photos.s3.us-east-1.localhost").as_deref(), Some("my.photos"));
        assert_eq!(bucket("photos.localhost").as_deref(), Some("photos"));
        assert_eq!(bucket("s3.localhost"), None);
        assert_eq!(bucket("photos/key?acl.s3.localhost"), None);
        assert_eq!(bucket("localhost:4566"), None);
        assert_eq!(bucket("127.0.0.1:4566"), None);
    }

    #[test]
    fn the_scope_names_the_service_in_header_and_query() {
        let signed =
            [("authorization", "AWS4-HMAC-SHA256 Credential=AK/20260101/us-east-1/sqs/aws4_request, Signed")];
        assert_eq!(signing_service(&parts("h", "/", &signed)).as_deref(), Some("sqs"));
        let presigned = "/b/k?X-Amz-Credential=AK%2F20260101%2Fus-east-1%2Fs3%2Faws4_request";
        assert_eq!(signing_service(&parts("h", presigned, &[])).as_deref(), Some("s3"));
        assert_eq!(signing_service(&parts("h", "/", &[])), None);
    }
}
