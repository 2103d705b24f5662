//! Why a request is not authenticated, and how AWS says so in each family of services.
//!
//! Codes and texts follow the services' answers and their "Common errors" pages; S3's its "Error responses".

use base_time::Timestamp;

/// Services word the same refusal in four ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorFamily {
    S3,
    /// query and ec2 protocols.
    Query,
    /// awsJson and rpcv2Cbor.
    Json,
    /// restJson1 and the restXml services but S3.
    Rest,
}

/// What the caller puts in its error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText {
    pub code: &'static str,
    pub status: u16,
    pub message: String,
    /// Elements S3 adds to its error document, in order.
    pub details: Vec<(&'static str, String)>,
}

/// What S3 shows when signatures differ. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureMismatch {
    pub access_key_id: String,
    pub string_to_sign: String,
    pub canonical_request: String,
    pub signature_provided: String,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthError {
    /// Neither header nor query carries a signature, and the operation needs one.
    MissingToken,
    /// The `Authorization` header lacks parts; the text names them.
    Incomplete(String),
    /// A part of the header cannot be read; the text says which.
    HeaderMalformed(String),
    /// The presigned query lacks or misuses a parameter.
    QueryParameters(String),
    /// Signature Version 2, SigV4A or something else.
    UnsupportedMechanism(&'static str),
    /// Both header and query carry a signature.
    TwoMechanisms,
    /// The scope's date or the signed headers contradict the request.
    Inconsistent(String),
    /// S3 wants every `x-amz-*` header signed; these were not.
    HeadersNotSigned(String),
    SignatureMismatch(Box<SignatureMismatch>),
    /// The request's time is more than `skew_ms` away from the server's.
    TimeSkewed {
        request_time: Timestamp,
        server_time: Timestamp,
        skew_ms: u64,
    },
    /// A presigned request used after its time.
    PresignedExpired {
        expired_at: Timestamp,
        server_time: Timestamp,
        expires_secs: u64,
    },
    /// The access key is unknown or no longer active. Found by the caller.
    UnknownAccessKey {
        access_key_id: String,
    },
    /// The session token is not one of ours or not this key's. Found by the caller.
    InvalidToken,
    /// The session is over. Found by the caller.
    ExpiredToken,
    /// `x-amz-content-sha256` is missing where the service needs it.
    ContentHashMissing,
    /// `x-amz-content-sha256` is neither a hash nor one of the known words.
    ContentHashInvalid,
    /// The body is not what `x-amz-content-sha256` says.
    ContentHashMismatch {
        claimed: String,
        computed: String,
    },
}

const LONG_MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your \
    AWS Secret Access Key and signing method. Consult the service documentation for details.";
const S3_MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
const CONTENT_HASH_WORDS: &str = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
    STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, \
    STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";

impl AuthError {
    /// The error as a service of the family answers it.
    pub fn text(&self, family: ErrorFamily) -> ErrorText {
        match family {
            ErrorFamily::S3 => self.s3(),
            _ => self.other(family),
        }
    }

    fn s3(&self) -> ErrorText {
        match self {
            Self::MissingToken => text("AccessDenied", 403, "Access Denied"),
            Self::Incomplete(why) | Self::HeaderMalformed(why) => text(
                "AuthorizationHeaderMalformed",
                400,
                format!("The authorization header is malformed; {why}"),
            ),
            Self::QueryParameters(why) => text("AuthorizationQueryParametersError", 400, why.clone()),
            Self::UnsupportedMechanism(what) => text(
                "InvalidRequest",
                400,
                format!(
                    "The authorization mechanism you have provided ({what}) is not supported. Please use AWS4-HMAC-SHA256."
                ),
            ),
            Self::TwoMechanisms => text(
                "InvalidArgument",
                400,
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                 parameter or the Authorization header should be specified",
            ),
            Self::Inconsistent(why) => text("SignatureDoesNotMatch", 403, why.clone()),
            Self::HeadersNotSigned(names) => {
                text("AccessDenied", 403, "There were headers present in the request which were not signed")
                    .with("HeadersNotSigned", names.clone())
            }
            Self::SignatureMismatch(mismatch) => text("SignatureDoesNotMatch", 403, S3_MISMATCH)
                .with("AWSAccessKeyId", mismatch.access_key_id.clone())
                .with("StringToSign", mismatch.string_to_sign.clone())
                .with("SignatureProvided", mismatch.signature_provided.clone())
                .with("CanonicalRequest", mismatch.canonical_request.clone()),
            Self::TimeSkewed { request_time, server_time, skew_ms } => text(
                "RequestTimeTooSkewed",
                403,
                "The difference between the request time and the current time is too large.",
            )
            .with("RequestTime", request_time.to_basic())
            .with("ServerTime", server_time.to_rfc3339())
            .with("MaxAllowedSkewMilliseconds", skew_ms.to_string()),
            Self::PresignedExpired { expired_at, server_time, expires_secs } => {
                text("AccessDenied", 403, "Request has expired")
                    .with("X-Amz-Expires", expires_secs.to_string())
                    .with("Expires", expired_at.to_rfc3339())
                    .with("ServerTime", server_time.to_rfc3339())
            }
            _ => self.s3_credentials_and_payload(),
        }
    }

    fn s3_credentials_and_payload(&self) -> ErrorText {
        match self {
            Self::UnknownAccessKey { access_key_id } => text(
                "InvalidAccessKeyId",
                403,
                "The AWS Access Key Id you provided does not exist in our records.",
            )
            .with("AWSAccessKeyId", access_key_id.clone()),
            Self::InvalidToken => {
                text("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
            }
            Self::ExpiredToken => text("ExpiredToken", 400, "The provided token has expired."),
            Self::ContentHashMissing => {
                text("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256")
            }
            Self::ContentHashInvalid => text("InvalidArgument", 400, CONTENT_HASH_WORDS)
                .with("ArgumentName", "x-amz-content-sha256".to_owned()),
            Self::ContentHashMismatch { claimed, computed } => text(
                "XAmzContentSHA256Mismatch",
                400,
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
            .with("ClientComputedContentSHA256", claimed.clone())
            .with("S3ComputedContentSHA256", computed.clone()),
            _ => text("AccessDenied", 403, "Access Denied"),
        }
    }

    fn other(&self, family: ErrorFamily) -> ErrorText {
        let named = |query, json, message: String| match family {
            ErrorFamily::Json => text(json, 400, message),
            ErrorFamily::Rest => text(json, 403, message),
            ErrorFamily::Query | ErrorFamily::S3 => text(query, 403, message),
        };
        let incomplete = |message| named("IncompleteSignature", "IncompleteSignatureException", message);
        let mismatch = |message| named("SignatureDoesNotMatch", "InvalidSignatureException", message);
        let invalid_token = || {
            let message = "The security token included in the request is invalid.";
            named("InvalidClientTokenId", "UnrecognizedClientException", message.to_owned())
        };
        match self {
            Self::MissingToken => named(
                "MissingAuthenticationToken",
                "MissingAuthenticationTokenException",
                "Missing Authentication Token".to_owned(),
            ),
            Self::Incomplete(why) | Self::HeaderMalformed(why) | Self::QueryParameters(why) => {
                incomplete(why.clone())
            }
            Self::UnsupportedMechanism(what) => {
                incomplete(format!("Unsupported signing mechanism {what}: please use AWS4-HMAC-SHA256."))
            }
            Self::TwoMechanisms => incomplete("Only one signing mechanism is allowed.".to_owned()),
            Self::Inconsistent(why) => mismatch(why.clone()),
            Self::HeadersNotSigned(names) => {
                mismatch(format!("There were headers present in the request which were not signed: {names}"))
            }
            Self::SignatureMismatch(_) | Self::ContentHashMismatch { .. } => {
                mismatch(LONG_MISMATCH.to_owned())
            }
            Self::TimeSkewed { request_time, server_time, skew_ms } => {
                mismatch(skew_text(*request_time, *server_time, *skew_ms))
            }
            Self::PresignedExpired { expired_at, server_time, .. } => mismatch(format!(
                "Signature expired: {} is now earlier than {}",
                expired_at.to_basic(),
                server_time.to_basic()
            )),
            Self::UnknownAccessKey { .. } | Self::InvalidToken => invalid_token(),
            Self::ExpiredToken => named(
                "ExpiredToken",
                "ExpiredTokenException",
                "The security token included in the request is expired".to_owned(),
            ),
            Self::ContentHashMissing => incomplete("x-amz-content-sha256 is required.".to_owned()),
            Self::ContentHashInvalid => incomplete(CONTENT_HASH_WORDS.to_owned()),
        }
    }
}

fn skew_text(request: Timestamp, server: Timestamp, skew_ms: u64) -> String {
    let skew = std::time::Duration::from_millis(skew_ms);
    let minutes = skew_ms / 60_000;
    if request < server {
        let bound = (server - skew).to_basic();
        format!(
            "Signature expired: {} is now earlier than {bound} ({} - {minutes} min.)",
            request.to_basic(),
            server.to_basic()
        )
    } else {
        let bound = (server + skew).to_basic();
        format!(
            "Signature not yet current: {} is still later than {bound} ({} + {minutes} min.)",
            request.to_basic(),
            server.to_basic()
        )
    }
}

fn text(code: &'static str, status: u16, message: impl Into<String>) -> ErrorText {
    ErrorText { code, status, message: message.into(), details: Vec::new() }
}

impl ErrorText {
    fn with(mut self, name: &'static str, value: String) -> Self {
        self.details.push((name, value));
        self
    }
}

impl std::fmt::Display for AuthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.text(ErrorFamily::Rest);
        write!(f, "{}: {}", text.code, text.message)
    }
}

impl std::error::Error for AuthError {}
