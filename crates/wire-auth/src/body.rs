//! A request's body, held to what its signature says.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};

use crate::canonical::single;
use crate::checksum::MALFORMED_TRAILER;
use crate::chunked::ChunkedBody;
use crate::error::{AuthError, ErrorFamily, ErrorText};
use crate::payload::{DeferredSignature, Payload};

/// Why a body failed.
#[derive(Debug)]
pub enum BodyError {
    /// The body under it failed.
    Inner(Box<dyn std::error::Error + Send + Sync>),
    /// It is not what was signed.
    Auth(AuthError),
    ChunkMalformed,
    ChunkSignature,
    TrailerMalformed,
    /// It ended early, or is shorter than `x-amz-decoded-content-length`.
    Incomplete,
    /// Longer than `x-amz-decoded-content-length`.
    DecodedLength,
    /// An aws-chunked body without `x-amz-decoded-content-length`.
    DecodedLengthMissing,
}

impl BodyError {
    /// As the service answers it; `None` for an error of the body under it, which is its maker's to word.
    pub fn text(&self, family: ErrorFamily) -> Option<ErrorText> {
        let (code, status, message) = match self {
            Self::Inner(_) => return None,
            Self::Auth(error) => return Some(error.text(family)),
            Self::ChunkMalformed => ("InvalidRequest", 400, "The aws-chunked body is not well-formed."),
            Self::ChunkSignature => (
                "SignatureDoesNotMatch",
                403,
                "The request signature we calculated does not match the signature you provided. Check your key and \
                 signing method.",
            ),
            Self::TrailerMalformed => ("MalformedTrailerError", 400, MALFORMED_TRAILER),
            Self::Incomplete | Self::DecodedLength => (
                "IncompleteBody",
                400,
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            ),
            Self::DecodedLengthMissing => {
                ("MissingContentLength", 411, "You must provide the Content-Length HTTP header.")
            }
        };
        Some(ErrorText { code, status, message: message.to_owned(), details: Vec::new() })
    }
}

impl std::fmt::Display for BodyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self, self.text(ErrorFamily::S3)) {
            (Self::Inner(error), _) => error.fmt(f),
            (_, text) => f.write_str(&text.map(|text| text.message).unwrap_or_default()),
        }
    }
}

impl std::error::Error for BodyError {}

/// The body of a verified request: yields the payload without framing, then fails if it is not what was signed.
///
/// A body whose last frame is known as such is checked before that frame is handed out; in every other case the error
/// comes after the data. Nothing read through it may take effect before its end was seen.
pub struct VerifiedBody<B>(Kind<B>);

enum Kind<B> {
    Plain { inner: B, check: Option<Box<(Sha256, Expected)>>, is_over: bool },
    Chunked(Box<ChunkedBody<B>>),
}

enum Expected {
    Hash([u8; 32]),
    Signature(DeferredSignature),
}

impl Expected {
    fn check(&self, computed: [u8; 32]) -> Result<(), BodyError> {
        match self {
            Self::Hash(claimed) if *claimed == computed => Ok(()),
            Self::Hash(claimed) => Err(BodyError::Auth(AuthError::ContentHashMismatch {
                claimed: hex::encode(claimed),
                computed: hex::encode(computed),
            })),
            Self::Signature(deferred) => deferred.check(computed).map_err(BodyError::Auth),
        }
    }
}

impl<B> VerifiedBody<B> {
    /// `headers` are the request's; aws-chunked bodies need `x-amz-decoded-content-length` of them.
    pub fn new(payload: Payload, inner: B, headers: &HeaderMap) -> Result<Self, BodyError> {
        let check = match payload {
            Payload::Unsigned => None,
            Payload::Hash(hash) => Some(Box::new((Sha256::new(), Expected::Hash(hash)))),
            Payload::Deferred(deferred) => Some(Box::new((Sha256::new(), Expected::Signature(deferred)))),
            Payload::SignedChunks { signer, has_trailer } => {
                let body = ChunkedBody::new(inner, Some(signer), has_trailer, decoded_length(headers)?);
                return Ok(Self(Kind::Chunked(Box::new(body))));
            }
            Payload::UnsignedChunks => {
                let body = ChunkedBody::new(inner, None, true, decoded_length(headers)?);
                return Ok(Self(Kind::Chunked(Box::new(body))));
            }
        };
        Ok(Self(Kind::Plain { inner, check, is_over: false }))
    }
}

fn decoded_length(headers: &HeaderMap) -> Result<u64, BodyError> {
    single(headers, "x-amz-decoded-content-length")
        .and_then(|text| text.parse().ok())
        .ok_or(BodyError::DecodedLengthMissing)
}

impl<B> Body for VerifiedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let (inner, check, is_over) = match &mut self.0 {
            Kind::Chunked(body) => return Pin::new(&mut **body).poll_frame(cx),
            Kind::Plain { inner, check, is_over } => (inner, check, is_over),
        };
        if *is_over {
            return Poll::Ready(None);
        }
        let frame = match ready!(Pin::new(&mut *inner).poll_frame(cx)) {
            Some(Ok(frame)) => Some(frame),
            Some(Err(error)) => {
                *is_over = true;
                return Poll::Ready(Some(Err(BodyError::Inner(error.into()))));
            }
            None => None,
        };
        if let (Some(check), Some(data)) = (check.as_mut(), frame.as_ref().and_then(Frame::data_ref)) {
            check.0.update(data);
        }
        if frame.is_none() || inner.is_end_stream() {
            *is_over = true;
            if let Some((hasher, expected)) = check.take().map(|check| *check)
                && let Err(error) = expected.check(hasher.finalize().into())
            {
                return Poll::Ready(Some(Err(error)));
            }
        }
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Plain { inner, check, is_over } => *is_over || (check.is_none() && inner.is_end_stream()),
            Kind::Chunked(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Plain { inner, .. } => inner.size_hint(),
            Kind::Chunked(body) => body.size_hint(),
        }
    }
}
