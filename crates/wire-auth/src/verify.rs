//! Checking a claim against the key's secret and the clock.

use std::time::Duration;

use base_time::Timestamp;
use http::request::Parts;

use crate::canonical::{CanonicalHead, QueryPart, UriStyle, is_s3};
use crate::chunked::ChunkSigner;
use crate::error::AuthError;
use crate::key::SigningKey;
use crate::payload::{DeferredSignature, Payload, PayloadClaim, SignatureCheck, UNSIGNED};
use crate::presented::{Placement, Presented};

/// What is tolerated.
#[derive(Clone, Copy, Debug)]
pub struct VerifyPolicy {
    /// How far a request's time may lie from the server's, either way.
    pub max_skew: Duration,
    /// How the path is written; by the signing name where `None`.
    pub uri_style: Option<UriStyle>,
}

impl Default for VerifyPolicy {
    fn default() -> Self {
        Self { max_skew: Duration::from_secs(15 * 60), uri_style: None }
    }
}

/// A request whose signature holds (or will, where `payload` is `Deferred`).
#[derive(Debug)]
pub struct Verified {
    pub access_key_id: String,
    pub session_token: Option<String>,
    pub region: String,
    pub service: String,
    pub signed_headers: Vec<String>,
    pub payload: Payload,
}

/// Parses and verifies at once, where secrets are at hand: `secret_of` is asked with access key and session token.
pub fn verify<F>(
    parts: &Parts,
    now: Timestamp,
    policy: &VerifyPolicy,
    secret_of: F,
) -> Result<Verified, AuthError>
where
    F: FnOnce(&str, Option<&str>) -> Result<String, AuthError>,
{
    let presented = Presented::parse(parts)?.ok_or(AuthError::MissingToken)?;
    let secret = secret_of(&presented.access_key_id, presented.session_token.as_deref())?;
    presented.verify(parts, now, policy, &secret)
}

impl Presented {
    /// Checks the time, the header rules and the signature. `parts` must be those the claim was parsed from.
    pub fn verify(
        self,
        parts: &Parts,
        now: Timestamp,
        policy: &VerifyPolicy,
        secret: &str,
    ) -> Result<Verified, AuthError> {
        self.check_time(now, policy)?;
        self.check_scope_date()?;
        self.check_signed_headers(parts)?;
        let key = SigningKey::derive(secret, &self.scope);
        let check = SignatureCheck {
            access_key_id: self.access_key_id.clone(),
            key: key.clone(),
            time: self.time_text.clone(),
            scope: self.scope.to_string(),
            signature: self.signature.clone(),
        };
        let heads = self.canonical_heads(parts, policy);
        let payload = self.payload_of(check, heads, key)?;
        Ok(Verified {
            access_key_id: self.access_key_id,
            session_token: self.session_token,
            region: self.scope.region,
            service: self.scope.service,
            signed_headers: self.signed_headers,
            payload,
        })
    }

    fn payload_of(
        &self,
        check: SignatureCheck,
        heads: Vec<CanonicalHead>,
        key: SigningKey,
    ) -> Result<Payload, AuthError> {
        Ok(match &self.payload {
            PayloadClaim::Absent => Payload::Deferred(DeferredSignature { heads, check }),
            PayloadClaim::Hash(hash) => {
                check.any(&heads, &hex::encode(hash))?;
                Payload::Hash(*hash)
            }
            PayloadClaim::Unsigned => {
                check.any(&heads, UNSIGNED)?;
                Payload::Unsigned
            }
            PayloadClaim::Chunked { is_signed: true, has_trailer } => {
                let word = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
                let tail = if *has_trailer { "-TRAILER" } else { "" };
                check.any(&heads, &format!("{word}{tail}"))?;
                let signer = ChunkSigner::new(key, &self.time_text, &self.scope, &self.signature);
                Payload::SignedChunks { signer, has_trailer: *has_trailer }
            }
            PayloadClaim::Chunked { is_signed: false, .. } => {
                check.any(&heads, "STREAMING-UNSIGNED-PAYLOAD-TRAILER")?;
                Payload::UnsignedChunks
            }
        })
    }

    fn check_time(&self, now: Timestamp, policy: &VerifyPolicy) -> Result<(), AuthError> {
        let skew_ms = policy.max_skew.as_millis() as u64;
        let skewed = AuthError::TimeSkewed { request_time: self.time, server_time: now, skew_ms };
        match self.placement {
            _ if self.time > now + policy.max_skew => Err(skewed),
            Placement::Header if self.time < now - policy.max_skew => Err(skewed),
            Placement::Query { expires_secs } => {
                let expired_at = self.time + Duration::from_secs(expires_secs);
                if expired_at < now {
                    return Err(AuthError::PresignedExpired { expired_at, server_time: now, expires_secs });
                }
                Ok(())
            }
            Placement::Header => Ok(()),
        }
    }

    fn check_scope_date(&self) -> Result<(), AuthError> {
        let day = self.time_text.get(..8).unwrap_or_default();
        if day == self.scope.date {
            return Ok(());
        }
        Err(AuthError::Inconsistent(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != \
             '{day}', from '{}'.",
            self.scope.date, self.time_text
        )))
    }

    fn check_signed_headers(&self, parts: &Parts) -> Result<(), AuthError> {
        if !self.signs("host") && !self.signs(":authority") {
            let text = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
            return Err(AuthError::Inconsistent(text.to_owned()));
        }
        if !is_s3(&self.scope.service) {
            return Ok(());
        }
        // A presigned request's body hash is in its query or unsigned; SDKs repeat it in a header.
        let is_excused = |name: &str| self.placement != Placement::Header && name == "x-amz-content-sha256";
        let unsigned: Vec<&str> = parts
            .headers
            .keys()
            .map(|name| name.as_str())
            .filter(|name| name.starts_with("x-amz-") && !self.signs(name) && !is_excused(name))
            .collect();
        if unsigned.is_empty() { Ok(()) } else { Err(AuthError::HeadersNotSigned(unsigned.join(", "))) }
    }

    /// A presigned query may have got its token after it was signed; both readings are tried. The token itself is bound
    /// to the access key by whoever resolves it.
    fn canonical_heads(&self, parts: &Parts, policy: &VerifyPolicy) -> Vec<CanonicalHead> {
        let style = policy.uri_style.unwrap_or_else(|| UriStyle::for_service(&self.scope.service));
        let head = |query| CanonicalHead::new(parts, &self.signed_headers, style, query);
        match (self.placement, &self.session_token) {
            (Placement::Header, _) => vec![head(QueryPart::All)],
            (_, None) => vec![head(QueryPart::Presigned)],
            (_, Some(_)) => vec![head(QueryPart::Presigned), head(QueryPart::PresignedWithoutToken)],
        }
    }
}
