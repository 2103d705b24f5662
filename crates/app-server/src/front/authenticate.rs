//! Who calls: the signature's claim checked against IAM, and the body bound to it.

use base_time::Timestamp;
use http::HeaderMap;
use http::request::Parts;
use port::Principal;
use svc_iam::{Iam, Resolved};
use wire_auth::{
    AuthError, BodyError, ChunkedBody, ErrorFamily, ErrorText, Payload, Presented, PresignedV2, VerifiedBody,
    VerifyPolicy,
};
use wire_codec::{ApiError, Body, OperationDesc, Protocol, ServiceDesc, call};

pub struct Authenticator {
    iam: Iam,
    /// The account anonymous requests are about.
    account: String,
}

/// What a request asks for, as far as its head tells.
#[derive(Clone, Copy)]
pub struct Target {
    pub service: &'static ServiceDesc,
    pub operation: Option<&'static OperationDesc>,
    /// See `browser`.
    pub is_foreign: bool,
}

/// A request whose caller is known.
pub struct Authenticated {
    pub principal: Principal,
    pub account: String,
    /// Of the credential scope; none for anonymous requests.
    pub region: Option<String>,
    /// Decoded; of S3 a stream that fails at its end if it isn't what was signed, of all others checked already.
    pub body: Body,
}

impl Authenticator {
    pub fn new(iam: Iam, account: String) -> Self {
        Self { iam, account }
    }

    /// The body is not read before the caller is known.
    pub async fn authenticate(
        &self,
        parts: &Parts,
        body: Body,
        target: Target,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        let Target { service, is_foreign, .. } = target;
        let family = family(service);
        if service.quirks.s3
            && let Some(presigned) = PresignedV2::parse(parts).map_err(|e| api_error(e.text(family)))?
        {
            return self.authenticate_v2(presigned, parts, body, is_foreign, now).await;
        }
        let presented = Presented::parse(parts).map_err(|e| api_error(e.text(family)))?;
        let Some(presented) = presented else {
            let (principal, account) = (Principal::Anonymous, self.account.clone());
            return Ok(Authenticated { principal, account, region: None, body });
        };
        let region = Some(presented.scope.region.clone());
        let resolved = self
            .iam
            .resolve_credentials(&presented.access_key_id, presented.session_token.as_deref(), now)
            .await
            .map_err(|e| api_error(e.text(family)))?;
        let Resolved { secret_access_key, principal, is_verifiable } = resolved;
        let body = if is_verifiable {
            let verified = presented
                .verify(parts, now, &VerifyPolicy::default(), &secret_access_key)
                .map_err(|e| api_error(e.text(family)))?;
            bind(verified.payload, body, &parts.headers, target, family).await?
        } else if is_foreign {
            return Err(foreign_page());
        } else {
            unverified(body, &parts.headers)
        };
        let account = principal.account().unwrap_or(&self.account).to_owned();
        Ok(Authenticated { principal, account, region, body })
    }

    /// SDKs still presign S3 URLs so, where nobody told them otherwise.
    async fn authenticate_v2(
        &self,
        presigned: PresignedV2,
        parts: &Parts,
        body: Body,
        is_foreign: bool,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        let token = presigned.session_token.as_deref();
        let resolved = self.resolve_for_s3(&presigned.access_key_id, token, now).await?;
        if resolved.is_verifiable {
            let bucket = wire_http::bucket_of_host(parts);
            presigned
                .verify(parts, now, bucket.as_deref(), &resolved.secret_access_key)
                .map_err(|e| api_error(e.text(ErrorFamily::S3)))?;
        } else if is_foreign {
            return Err(foreign_page());
        }
        let principal = resolved.principal;
        let account = principal.account().unwrap_or(&self.account).to_owned();
        Ok(Authenticated { principal, account, region: None, body })
    }

    /// Whose key it is, for S3's signatures outside of SigV4's header and query.
    pub async fn resolve_for_s3(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Resolved, ApiError> {
        let resolved = self.iam.resolve_credentials(access_key_id, session_token, now).await;
        resolved.map_err(|e| api_error(e.text(ErrorFamily::S3)))
    }

    /// The account anonymous requests are about.
    pub fn account(&self) -> &str {
        &self.account
    }
}

/// Holds the body to its signature: while it streams (S3), or now.
async fn bind(
    payload: Payload,
    body: Body,
    headers: &HeaderMap,
    target: Target,
    family: ErrorFamily,
) -> Result<Body, ApiError> {
    let service = target.service;
    let is_deferred = matches!(payload, Payload::Deferred(_));
    let verified = VerifiedBody::new(payload, body, headers).map_err(|e| body_error(&e, family))?;
    let body = Body::wrap(verified);
    if service.quirks.s3 && !is_deferred {
        return Ok(body);
    }
    let limit = target.operation.map_or(service.quirks.max_body_bytes, OperationDesc::body_limit);
    match body.collect(limit).await {
        Ok(bytes) => Ok(Body::bytes(bytes)),
        Err(wire_codec::BodyError::TooLarge { limit }) => {
            Err(target.operation.map_or_else(|| too_large(limit), call::too_large))
        }
        Err(wire_codec::BodyError::Source(source)) => Err(match source.downcast_ref::<BodyError>() {
            Some(error) => body_error(error, family),
            None => ApiError::new("RequestTimeout", 400, "The request's body could not be read to its end."),
        }),
    }
}

/// `--dev` and a key nobody knows: framing is undone, nothing is checked.
fn unverified(body: Body, headers: &HeaderMap) -> Body {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let claim = text("x-amz-content-sha256").unwrap_or_default();
    if !claim.starts_with("STREAMING-") {
        return body;
    }
    let length = text("x-amz-decoded-content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
    Body::wrap(ChunkedBody::new(body, None, claim.ends_with("-TRAILER"), length))
}

/// No signature, and the operation needs one.
pub fn missing_token(service: &'static ServiceDesc) -> ApiError {
    api_error(AuthError::MissingToken.text(family(service)))
}

fn family(service: &ServiceDesc) -> ErrorFamily {
    if service.quirks.s3 {
        return ErrorFamily::S3;
    }
    match service.protocols.first() {
        Some(Protocol::Query | Protocol::Ec2) => ErrorFamily::Query,
        Some(Protocol::RestJson | Protocol::RestXml) => ErrorFamily::Rest,
        _ => ErrorFamily::Json,
    }
}

/// See `browser`.
pub fn foreign_page() -> ApiError {
    ApiError::new(
        "AccessDenied",
        403,
        "With --dev any key is accepted, but not from pages of other sites or for public host names; use the root credentials",
    )
}

fn body_error(error: &BodyError, family: ErrorFamily) -> ApiError {
    match error.text(family) {
        Some(text) => api_error(text),
        None => ApiError::new("RequestTimeout", 400, "The request's body could not be read to its end."),
    }
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        "RequestEntityTooLargeException",
        413,
        format!("Request must be smaller than {limit} bytes"),
    )
}

fn api_error(text: ErrorText) -> ApiError {
    text.details
        .into_iter()
        .fold(ApiError::new(text.code, text.status, text.message), |error, (name, value)| {
            error.with(name, value)
        })
}
