//! Request and response bodies: empty, bytes at hand, or a stream with an optional known length.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use futures_util::Stream;
use http_body::{Frame, SizeHint};
use parking_lot::Mutex;

/// What a stream's own error becomes.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a body could not be read.
#[derive(Debug)]
pub enum BodyError {
    /// More bytes than `limit`, by its declared length or while reading.
    TooLarge { limit: usize },
    /// The peer or the source failed.
    Source(BoxError),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { limit } => write!(f, "the body is larger than {limit} bytes"),
            Self::Source(e) => write!(f, "the body could not be read: {e}"),
        }
    }
}

impl std::error::Error for BodyError {}

type Source = Pin<Box<dyn http_body::Body<Data = Bytes, Error = BoxError> + Send>>;

enum Inner {
    Empty,
    Bytes(Bytes),
    /// The mutex is never locked (`get_mut` only): it makes the body `Sync`, which streams seldom are.
    Stream(Box<Mutex<Source>>, Option<u64>),
}

/// A body. Reading it consumes it; dropping it cancels its source.
pub struct Body(Inner);

impl Body {
    pub const fn empty() -> Self {
        Self(Inner::Empty)
    }

    /// Bytes already in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() { Self::empty() } else { Self(Inner::Bytes(bytes)) }
    }

    /// A stream of chunks; `length` if the sum of the chunks is known.
    pub fn stream<S, E>(stream: S, length: Option<u64>) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        Self::from_source(Box::pin(Chunks(Box::pin(stream))), length)
    }

    /// Any HTTP body: a server's incoming one, for instance. Its exact size hint becomes the known length.
    pub fn wrap<B>(body: B) -> Self
    where
        B: http_body::Body + Send + 'static,
        B::Data: Buf + Send,
        B::Error: Into<BoxError>,
    {
        let length = body.size_hint().exact();
        if body.is_end_stream() && length == Some(0) {
            return Self::empty();
        }
        Self::from_source(Box::pin(Boxed(Box::pin(body))), length)
    }

    fn from_source(source: Source, length: Option<u64>) -> Self {
        Self(Inner::Stream(Box::new(Mutex::new(source)), length))
    }

    /// The length in bytes, where known.
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Inner::Empty => Some(0),
            Inner::Bytes(b) => Some(b.len() as u64),
            Inner::Stream(_, length) => *length,
        }
    }

    /// True if there is certainly nothing to read.
    pub fn is_empty(&self) -> bool {
        self.length() == Some(0)
    }

    /// The bytes, if the body is not a stream.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Inner::Empty => Some(&[]),
            Inner::Bytes(b) => Some(b),
            Inner::Stream(..) => None,
        }
    }

    /// Moves the body out and leaves an empty one.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// The next chunk; `None` at the end. Trailers are dropped.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, BodyError>> {
        loop {
            let frame = std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(self), cx)).await?;
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) => return Some(Ok(data)),
                Ok(Err(_trailers)) => {}
                Err(e) => return Some(Err(e)),
            }
        }
    }

    /// Reads all of it, at most `limit` bytes. A declared length above the limit is refused before anything is read.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, BodyError> {
        if self.length().is_some_and(|n| n > limit as u64) {
            return Err(BodyError::TooLarge { limit });
        }
        if let Inner::Bytes(bytes) = self.0 {
            return Ok(bytes);
        }
        // Always read to the end, even when the declared length is there: what a stream says at its end (that its
        // signature does not hold) must not be missed.
        let mut first = Bytes::new();
        let mut all = BytesMut::new();
        while let Some(chunk) = self.chunk().await {
            let chunk = chunk?;
            if first.len() + all.len() + chunk.len() > limit {
                return Err(BodyError::TooLarge { limit });
            }
            if first.is_empty() && all.is_empty() {
                first = chunk;
                continue;
            }
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&chunk);
        }
        Ok(if all.is_empty() { first } else { all.freeze() })
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length() {
            Some(n) => write!(f, "Body({n} bytes)"),
            None => f.write_str("Body(stream)"),
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self::bytes(bytes)
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Inner::Empty => Poll::Ready(None),
            Inner::Bytes(bytes) => {
                let bytes = std::mem::take(bytes);
                self.0 = Inner::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Inner::Stream(source, _) => {
                source.get_mut().as_mut().poll_frame(cx).map(|f| f.map(|r| r.map_err(BodyError::Source)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0, Inner::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        self.length().map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

struct Chunks<S>(Pin<Box<S>>);

impl<S, E> http_body::Body for Chunks<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.0.as_mut().poll_next(cx).map(|c| c.map(|r| r.map(Frame::data).map_err(Into::into)))
    }
}

struct Boxed<B>(Pin<Box<B>>);

impl<B> http_body::Body for Boxed<B>
where
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.0.as_mut().poll_frame(cx).map(|f| {
            f.map(|r| r.map(|f| f.map_data(|mut d| d.copy_to_bytes(d.remaining()))).map_err(Into::into))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(parts: &[&'static str], length: Option<u64>) -> Body {
        let parts: Vec<Result<Bytes, std::io::Error>> =
            parts.iter().map(|p| Ok(Bytes::from_static(p.as_bytes()))).collect();
        Body::stream(futures_util::stream::iter(parts), length)
    }

    #[tokio::test]
    async fn a_stream_is_collected_up_to_the_limit() {
        assert_eq!(chunks(&["ab", "cd"], None).collect(4).await.unwrap(), "abcd");
        assert!(matches!(
            chunks(&["ab", "cd"], None).collect(3).await,
            Err(BodyError::TooLarge { limit: 3 })
        ));
    }

    #[tokio::test]
    async fn an_error_after_the_last_byte_is_not_missed() {
        let parts =
            [Ok(Bytes::from_static(b"ab")), Err(std::io::Error::other("the signature does not hold"))];
        assert!(Body::stream(futures_util::stream::iter(parts), Some(2)).collect(10).await.is_err());
    }

    #[tokio::test]
    async fn a_declared_length_above_the_limit_is_refused_unread() {
        assert!(chunks(&[], Some(5)).collect(4).await.is_err());
        assert!(Body::bytes("hello").collect(4).await.is_err());
    }

    #[test]
    fn bodies_cross_threads() {
        fn check<T: Send + Sync>() {}
        check::<Body>();
    }
}
