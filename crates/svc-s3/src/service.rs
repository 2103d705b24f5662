//! The service as the server sees it, and what surrounds an operation over HTTP: checksums of small bodies, `206` for parts
//! of an object, cross-origin headers.

use api_s3::SERVICE;
use http::header::{CONTENT_RANGE, HeaderName, HeaderValue, ORIGIN, VARY};
use http::{HeaderMap, Response, StatusCode};
use port::{ApiService, BoxFuture, RequestContext};
use wire_auth::Checksums;
use wire_codec::{ApiError, Body, Call, ServiceDesc};

use crate::S3;
use crate::cors::{self, CorsGrant, CorsRequest};
use crate::error::S3Error;

const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");
const ALGORITHM: HeaderName = HeaderName::from_static("x-amz-sdk-checksum-algorithm");
const CHECKSUM_PREFIX: &str = "x-amz-checksum-";

/// Cross-origin headers of an answer.
pub type CorsHeaders = Vec<(HeaderName, HeaderValue)>;

impl ApiService for S3 {
    fn desc(&self) -> &'static ServiceDesc {
        &SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(async move {
            let asked = Asked::of(&call);
            let call = match prepare(call).await {
                Ok(call) => call,
                Err(refusal) => return *refusal,
            };
            let mut answer = Box::pin(api_s3::dispatch(self, cx, call)).await;
            if answer.status() == StatusCode::OK && answer.headers().contains_key(CONTENT_RANGE) {
                *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            }
            if let Some(asked) = asked {
                for (name, value) in self.cors_headers(&asked).await {
                    answer.headers_mut().append(name, value);
                }
            }
            answer
        })
    }
}

/// What a browser's request says.
struct Asked {
    bucket: String,
    origin: String,
    method: String,
}

impl Asked {
    fn of(call: &Call) -> Option<Self> {
        let origin = call.request.headers().get(ORIGIN)?.to_str().ok()?.to_owned();
        let bucket = call.request.uri().path().trim_start_matches('/').split('/').next()?.to_owned();
        Some(Self { bucket, origin, method: call.request.method().as_str().to_owned() })
    }
}

/// Bodies that are not streamed are checked here, against `Content-MD5` and the checksums they come with; those that are,
/// while they stream.
async fn prepare(mut call: Call) -> Result<Call, Box<Response<Body>>> {
    if matches!(call.operation.name, "PutObject" | "UploadPart") {
        name_trailer(call.request.headers_mut());
        return Ok(call);
    }
    let Ok(sums) = Checksums::from_headers(&checked_headers(call.request.headers())) else {
        let error = S3Error::invalid_request("Value for a checksum header is invalid.");
        return Err(Box::new(call.responder().error(&error.into())));
    };
    match check_body(&mut call, sums).await {
        Ok(()) => Ok(call),
        Err(error) => Err(Box::new(call.responder().error(&error.into()))),
    }
}

/// What `Checksums` is to look at. In CompleteMultipartUpload the checksums are the object's, not the body's.
fn checked_headers(headers: &HeaderMap) -> HeaderMap {
    let mut checked = headers.clone();
    if !headers.contains_key(ALGORITHM) && !headers.contains_key(TRAILER) {
        for name in headers.keys().filter(|name| name.as_str().starts_with(CHECKSUM_PREFIX)) {
            checked.remove(name);
        }
    }
    checked.remove("x-amz-checksum-type");
    checked
}

async fn check_body(call: &mut Call, mut sums: Checksums) -> Result<(), S3Error> {
    let body = call.request.body_mut().take();
    if body.is_empty() && sums.requested().is_none() {
        return Ok(());
    }
    let (bytes, trailers) = crate::content::collect(body, call.max_body_bytes).await?;
    sums.update(&bytes);
    sums.finish(trailers.as_ref()).map_err(|error| crate::content::from_text(error.text()))?;
    *call.request.body_mut() = Body::bytes(bytes);
    Ok(())
}

/// A client may announce a checksum by the trailer alone.
fn name_trailer(headers: &mut HeaderMap) {
    let trailer = headers.get(TRAILER).and_then(|value| value.to_str().ok());
    let Some(name) = trailer.and_then(|trailer| trailer.trim().strip_prefix(CHECKSUM_PREFIX)) else { return };
    if !headers.contains_key(ALGORITHM)
        && let Ok(value) = HeaderValue::from_str(&name.to_ascii_uppercase())
    {
        headers.insert(ALGORITHM, value);
    }
}

impl S3 {
    /// Answers a browser's `OPTIONS` request for a bucket or an object: the headers to send with a 200, or the refusal.
    ///
    /// # Errors
    /// `AccessForbidden` (403) if no rule of the bucket allows it, `NoSuchBucket`, `BadRequest` without an `Origin`.
    pub async fn preflight(&self, bucket: &str, headers: &HeaderMap) -> Result<CorsHeaders, ApiError> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(origin) = text("origin") else {
            let text = "Insufficient information. Origin request header needed.";
            return Err(S3Error::bad_request(text).into());
        };
        let Some(method) = text("access-control-request-method") else {
            let text = "Invalid Access-Control-Request-Method: null";
            return Err(S3Error::bad_request(text).into());
        };
        let rules = self.bucket(bucket, None).await?.cors;
        if rules.is_empty() {
            return Err(forbidden("CORSResponse: CORS is not enabled for this bucket.", method).into());
        }
        let asked = CorsRequest { origin, method, headers: text("access-control-request-headers") };
        let grant = cors::evaluate(&rules, &asked).ok_or_else(|| forbidden(NOT_ALLOWED, method))?;
        Ok(to_headers(&grant))
    }

    /// The headers that let a browser's page read an answer; none where no rule fits.
    async fn cors_headers(&self, asked: &Asked) -> CorsHeaders {
        let Ok(bucket) = self.bucket(&asked.bucket, None).await else { return Vec::new() };
        let request = CorsRequest { origin: &asked.origin, method: &asked.method, headers: None };
        cors::evaluate(&bucket.cors, &request).map(|grant| to_headers(&grant)).unwrap_or_default()
    }
}

const NOT_ALLOWED: &str = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, \
                           request method / Access-Control-Request-Method or Access-Control-Request-Headers are not \
                           whitelisted by the resource's CORS spec.";

fn forbidden(text: &'static str, method: &str) -> S3Error {
    S3Error::new("AccessForbidden", 403, text).with("Method", method).with("ResourceType", "OBJECT")
}

fn to_headers(grant: &CorsGrant) -> CorsHeaders {
    let max_age = grant.max_age_seconds.map(|seconds| seconds.to_string());
    let credentials = grant.allow_credentials.then(|| "true".to_owned());
    let pairs = [
        ("access-control-allow-origin", Some(grant.allow_origin.clone())),
        ("access-control-allow-methods", Some(grant.allow_methods.clone())),
        ("access-control-allow-headers", grant.allow_headers.clone()),
        ("access-control-expose-headers", grant.expose_headers.clone()),
        ("access-control-max-age", max_age),
        ("access-control-allow-credentials", credentials),
    ];
    let mut headers: CorsHeaders = pairs
        .into_iter()
        .filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_str(&value?).ok()?))
        })
        .collect();
    let vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    headers.push((VARY, HeaderValue::from_static(vary)));
    headers
}
