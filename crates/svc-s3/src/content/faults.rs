//! What goes wrong with bodies and blobs, as S3 answers it.

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::BodyExt;
use store_blob::BlobError;
use wire_auth::{ErrorFamily, ErrorText};
use wire_codec::{Body, BodyError};

use crate::error::S3Error;

/// A body that could not be read: not what was signed, cut short, or too large.
pub fn body_error(error: BodyError) -> S3Error {
    match error {
        BodyError::TooLarge { limit } => {
            let max = u64::try_from(limit).unwrap_or(u64::MAX);
            S3Error::new("MaxMessageLengthExceeded", 400, "Your request was too big.")
                .with("MaxMessageLengthBytes", max.to_string())
        }
        BodyError::Source(source) => {
            let signed =
                source.downcast_ref::<wire_auth::BodyError>().and_then(|error| error.text(ErrorFamily::S3));
            signed.map(from_text).unwrap_or_else(|| {
                tracing::debug!(error = %source, "a body was cut short");
                let text =
                    "You did not provide the number of bytes specified by the Content-Length HTTP header";
                S3Error::new("IncompleteBody", 400, text)
            })
        }
    }
}

pub fn from_text(text: ErrorText) -> S3Error {
    let mut error = S3Error::new(text.code, text.status, text.message);
    error.details = text.details;
    error
}

/// A small body and its trailers.
pub async fn collect(mut body: Body, limit: usize) -> Result<(Bytes, Option<HeaderMap>), S3Error> {
    if body.length().is_some_and(|length| length > limit as u64) {
        return Err(body_error(BodyError::TooLarge { limit }));
    }
    let (mut bytes, mut trailers) = (BytesMut::new(), None);
    while let Some(frame) = body.frame().await {
        match frame.map_err(body_error)?.into_data() {
            Ok(piece) if bytes.len() + piece.len() > limit => {
                return Err(body_error(BodyError::TooLarge { limit }));
            }
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
    }
    Ok((bytes.freeze(), trailers))
}

pub fn blob_error(error: BlobError) -> S3Error {
    match error {
        BlobError::DiskFull => {
            tracing::error!("S3 cannot write: the disk is full");
            S3Error::new("ServiceUnavailable", 503, "Service is unable to handle request: the disk is full")
        }
        error => {
            tracing::error!(%error, "S3's blob store failed");
            S3Error::internal()
        }
    }
}
