//! Signing: for the platform's own calls, presigned URLs it hands out, the command line and tests.

use base_time::Timestamp;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Uri};

use crate::canonical::{CanonicalHead, QueryPart, UriStyle, encode, is_s3};
use crate::key::{SigningKey, sha256};
use crate::payload::{UNSIGNED, string_to_sign};
use crate::scope::Scope;

/// Whose signature it is.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningCredentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

impl std::fmt::Debug for SigningCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningCredentials({})", self.access_key_id)
    }
}

/// How the body is bound to the signature.
#[derive(Clone, Copy, Debug)]
pub enum SignedPayload<'a> {
    Bytes(&'a [u8]),
    Unsigned,
}

impl SignedPayload<'_> {
    fn text(&self) -> String {
        match self {
            Self::Bytes(bytes) => hex::encode(sha256(bytes)),
            Self::Unsigned => UNSIGNED.to_owned(),
        }
    }
}

/// Signs by the `Authorization` header. Every header that is set is signed but those that proxies change; the request must
/// have its `Host` header or an absolute URI. Header values that are not visible ASCII are left unsigned.
pub fn sign(
    parts: &mut Parts,
    credentials: &SigningCredentials,
    region: &str,
    service: &str,
    time: Timestamp,
    payload: SignedPayload<'_>,
) {
    let scope = scope_of(region, service, time);
    let (time_text, payload_text) = (time.to_basic(), payload.text());
    set(parts, HeaderName::from_static("x-amz-date"), &time_text);
    if is_s3(service) {
        set(parts, HeaderName::from_static("x-amz-content-sha256"), &payload_text);
    }
    if let Some(token) = &credentials.session_token {
        set(parts, HeaderName::from_static("x-amz-security-token"), token);
    }
    set_host(parts);
    parts.headers.remove(AUTHORIZATION);
    let names = names_to_sign(parts);
    let signature =
        signature_of(parts, credentials, &scope, &time_text, &names, QueryPart::All, &payload_text);
    let value = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
        credentials.access_key_id,
        names.join(";")
    );
    set(parts, AUTHORIZATION, &value);
}

/// Adds the signature to the query: the URI is then good for `expires_secs` (at most 604,800) from `time`, by whoever has
/// it, with the headers that are set here. The body of an S3 request is left unsigned; of others, it must be empty.
pub fn presign(
    parts: &mut Parts,
    credentials: &SigningCredentials,
    region: &str,
    service: &str,
    time: Timestamp,
    expires_secs: u64,
) {
    let scope = scope_of(region, service, time);
    let time_text = time.to_basic();
    set_host(parts);
    let names = names_to_sign(parts);
    let credential = encode(&format!("{}/{scope}", credentials.access_key_id));
    let mut query = parts.uri.query().map(|query| format!("{query}&")).unwrap_or_default();
    query += &format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={time_text}\
         &X-Amz-Expires={expires_secs}&X-Amz-SignedHeaders={}",
        encode(&names.join(";"))
    );
    if let Some(token) = &credentials.session_token {
        query += &format!("&X-Amz-Security-Token={}", encode(token));
    }
    set_query(parts, &query);
    let payload = if is_s3(service) { SignedPayload::Unsigned } else { SignedPayload::Bytes(b"") }.text();
    let signature =
        signature_of(parts, credentials, &scope, &time_text, &names, QueryPart::Presigned, &payload);
    set_query(parts, &format!("{query}&X-Amz-Signature={signature}"));
}

fn scope_of(region: &str, service: &str, time: Timestamp) -> Scope {
    Scope { date: time.format("%Y%m%d"), region: region.to_owned(), service: service.to_owned() }
}

fn signature_of(
    parts: &Parts,
    credentials: &SigningCredentials,
    scope: &Scope,
    time: &str,
    names: &[String],
    query: QueryPart,
    payload: &str,
) -> String {
    let head = CanonicalHead::new(parts, names, UriStyle::for_service(&scope.service), query);
    let text = string_to_sign(time, &scope.to_string(), &head.with_payload(payload));
    SigningKey::derive(&credentials.secret_access_key, scope).sign(text.as_bytes())
}

fn names_to_sign(parts: &Parts) -> Vec<String> {
    let changes_underway = |name: &str| {
        matches!(
            name,
            "connection" | "expect" | "transfer-encoding" | "user-agent" | "x-amzn-trace-id" | "te"
        )
    };
    let mut names: Vec<String> = parts
        .headers
        .keys()
        .map(|name| name.as_str().to_owned())
        .filter(|name| !changes_underway(name))
        .collect();
    names.sort_unstable();
    names
}

fn set(parts: &mut Parts, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        parts.headers.insert(name, value);
    }
}

fn set_host(parts: &mut Parts) {
    if !parts.headers.contains_key(HOST)
        && let Some(authority) = parts.uri.authority().map(|authority| authority.to_string())
    {
        set(parts, HOST, &authority);
    }
}

fn set_query(parts: &mut Parts, query: &str) {
    let mut uri = std::mem::take(&mut parts.uri).into_parts();
    let path = uri.path_and_query.as_ref().map_or("/", |old| old.path());
    if let Ok(new) = format!("{path}?{query}").parse() {
        uri.path_and_query = Some(new);
    }
    parts.uri = Uri::from_parts(uri).unwrap_or_default();
}
