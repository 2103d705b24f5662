//! How a request's body is bound to its signature: `x-amz-content-sha256` (S3, "Authenticating Requests: Using the
//! Authorization Header").

use crate::canonical::CanonicalHead;
use crate::chunked::ChunkSigner;
use crate::error::{AuthError, SignatureMismatch};
use crate::key::{SigningKey, equal, sha256};

pub(crate) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What the request says of its payload, before anything is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PayloadClaim {
    /// No header: the body's hash is needed to verify the signature.
    Absent,
    Hash([u8; 32]),
    Unsigned,
    Chunked {
        is_signed: bool,
        has_trailer: bool,
    },
}

impl PayloadClaim {
    pub(crate) fn parse(text: &str) -> Result<Self, AuthError> {
        Ok(match text {
            UNSIGNED => Self::Unsigned,
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Self::Chunked { is_signed: true, has_trailer: false },
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
                Self::Chunked { is_signed: true, has_trailer: true }
            }
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Self::Chunked { is_signed: false, has_trailer: true },
            _ => {
                let mut hash = [0u8; 32];
                hex::decode_to_slice(text, &mut hash).map_err(|_| AuthError::ContentHashInvalid)?;
                Self::Hash(hash)
            }
        })
    }
}

/// What the body must be for the signature to cover it. `VerifiedBody` enforces it.
#[derive(Debug)]
pub enum Payload {
    /// Its SHA-256.
    Hash([u8; 32]),
    /// Anything: the transport protects it.
    Unsigned,
    /// aws-chunked with each chunk signed, and the trailer where there is one.
    SignedChunks { signer: ChunkSigner, has_trailer: bool },
    /// aws-chunked with a trailer, neither signed.
    UnsignedChunks,
    /// The signature could not be checked yet: it covers the hash of a body that has not been read. Nothing may be done
    /// for the request before the whole body was read through `VerifiedBody` (or `DeferredSignature::check`).
    Deferred(DeferredSignature),
}

/// A signature that waits for the hash of the body.
pub struct DeferredSignature {
    pub(crate) heads: Vec<CanonicalHead>,
    pub(crate) check: SignatureCheck,
}

impl DeferredSignature {
    /// Compares the signature, now that the body's SHA-256 is known.
    pub fn check(&self, body_sha256: [u8; 32]) -> Result<(), AuthError> {
        self.check.any(&self.heads, &hex::encode(body_sha256))
    }
}

impl std::fmt::Debug for DeferredSignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeferredSignature(..)")
    }
}

/// All that is needed to compare a signature but the canonical request.
pub(crate) struct SignatureCheck {
    pub(crate) access_key_id: String,
    pub(crate) key: SigningKey,
    /// As the request wrote it.
    pub(crate) time: String,
    pub(crate) scope: String,
    pub(crate) signature: String,
}

impl SignatureCheck {
    /// Accepts where one of the possible canonical requests has the signature.
    pub(crate) fn any(&self, heads: &[CanonicalHead], payload_hash: &str) -> Result<(), AuthError> {
        let mut mismatch = None;
        for head in heads {
            match self.one(head, payload_hash) {
                Ok(()) => return Ok(()),
                Err(error) => {
                    mismatch.get_or_insert(error);
                }
            }
        }
        Err(mismatch.map_or(AuthError::MissingToken, AuthError::SignatureMismatch))
    }

    fn one(&self, head: &CanonicalHead, payload_hash: &str) -> Result<(), Box<SignatureMismatch>> {
        let canonical_request = head.with_payload(payload_hash);
        let text = string_to_sign(&self.time, &self.scope, &canonical_request);
        if equal(self.key.sign(text.as_bytes()).as_bytes(), self.signature.as_bytes()) {
            return Ok(());
        }
        Err(Box::new(SignatureMismatch {
            access_key_id: self.access_key_id.clone(),
            string_to_sign: text,
            canonical_request: String::from_utf8_lossy(&canonical_request).into_owned(),
            signature_provided: self.signature.clone(),
        }))
    }
}

pub(crate) fn string_to_sign(time: &str, scope: &str, canonical_request: &[u8]) -> String {
    format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex::encode(sha256(canonical_request)))
}
