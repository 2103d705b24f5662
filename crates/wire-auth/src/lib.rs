//! AWS Signature Version 4: verifying, signing, and the bodies that are signed with it (IAM User Guide, "AWS Signature
//! Version 4 for API requests"; S3 API reference, "Authenticating requests").
//!
//! A request is verified in two steps, so that nothing of its body is read before its claim is understood:
//!
//! 1. `Presented::parse` reads header or query and says who claims to call (`access_key_id`, `session_token`).
//! 2. `Presented::verify` checks time and signature with that key's secret.
//!
//! The answer's `payload` then says how the body is bound to the signature; `VerifiedBody` enforces it while the body
//! streams. Secrets and sessions are looked up by the caller; what a principal may do is not decided here.

mod body;
mod canonical;
mod checksum;
mod chunked;
mod error;
mod key;
mod payload;
mod presented;
mod scope;
mod sign;
mod v2;
mod verify;

pub use body::{BodyError, VerifiedBody};
pub use canonical::UriStyle;
pub use checksum::{ChecksumAlgorithm, ChecksumError, ChecksumMismatch, Checksummer, Checksums};
pub use chunked::{ChunkSigner, ChunkedBody};
pub use error::{AuthError, ErrorFamily, ErrorText, SignatureMismatch};
pub use key::{SigningKey, hmac_sha256, sha256};
pub use payload::{DeferredSignature, Payload};
pub use presented::{Placement, Presented};
pub use scope::Scope;
pub use sign::{SignedPayload, SigningCredentials, presign, sign};
pub use v2::{PresignedV2, is_signed_v2};
pub use verify::{Verified, VerifyPolicy, verify};
