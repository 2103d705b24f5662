//! `aws-chunked` bodies (S3 API reference, "Signature calculations for the Authorization header: transferring payload in
//! multiple chunks", and the same with trailing headers).
//!
//! ```text
//!   Size --n>0--> Data --n bytes--> DataEnd --CRLF--> Size
//!   Size --0----> Trailer --line--> Trailer --empty line--> Done
//! ```
//!
//! Data is handed on as it comes, hashed on its way; a chunk whose signature is wrong fails the body, so whoever stores it
//! must not keep it before the body's end. Memory is one line.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};

use crate::body::BodyError;
use crate::key::{SigningKey, equal, sha256};
use crate::scope::Scope;

/// Longest chunk header or trailer line.
const MAX_LINE_BYTES: usize = 4 * 1024;
const MAX_TRAILERS: usize = 16;
/// The largest object of a single PUT, and so the largest chunk.
const MAX_CHUNK_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// The chain of chunk signatures, beginning with the request's own.
pub struct ChunkSigner {
    key: SigningKey,
    time: String,
    scope: String,
    previous: String,
}

impl ChunkSigner {
    /// `seed` is the request's signature, `time` its `X-Amz-Date`.
    pub fn new(key: SigningKey, time: &str, scope: &Scope, seed: &str) -> Self {
        Self { key, time: time.to_owned(), scope: scope.to_string(), previous: seed.to_owned() }
    }

    /// The signature of the next chunk, whose data has this SHA-256.
    pub fn sign_chunk(&mut self, data_sha256: [u8; 32]) -> String {
        let (empty, data) = (hex::encode(sha256(b"")), hex::encode(data_sha256));
        self.sign(&format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{empty}\n{data}",
            self.time, self.scope, self.previous
        ))
    }

    /// The signature of the trailer: its lines as `name:value\n`, the signature's own line left out.
    pub fn sign_trailer(&mut self, lines: &[u8]) -> String {
        let hash = hex::encode(sha256(lines));
        self.sign(&format!(
            "AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}\n{hash}",
            self.time, self.scope, self.previous
        ))
    }

    fn sign(&mut self, text: &str) -> String {
        self.previous = self.key.sign(text.as_bytes());
        self.previous.clone()
    }
}

impl std::fmt::Debug for ChunkSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChunkSigner(..)")
    }
}

enum State {
    Size,
    Data { left: u64 },
    DataEnd { carriage_seen: bool },
    Trailer,
    Done,
}

/// The decoder without I/O: bytes in, data out, trailers at the end.
struct Decoder {
    state: State,
    line: Vec<u8>,
    signer: Option<ChunkSigner>,
    has_trailer: bool,
    /// Of the chunk under way.
    claimed_signature: String,
    hasher: Sha256,
    trailers: HeaderMap,
    /// The trailer's lines as they are signed.
    trailer_text: Vec<u8>,
    trailer_signature: Option<String>,
}

impl Decoder {
    /// Takes from `input` up to the next piece of data; `None` when `input` is used up.
    fn next(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, BodyError> {
        while !input.is_empty() {
            match &mut self.state {
                State::Size => {
                    if self.take_line(input)? {
                        self.start_chunk()?;
                    }
                }
                State::Data { left } => {
                    let take = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                    *left -= take as u64;
                    if *left == 0 {
                        self.state = State::DataEnd { carriage_seen: false };
                    }
                    let piece = input.split_to(take);
                    if self.signer.is_some() {
                        self.hasher.update(&piece);
                    }
                    return Ok(Some(piece));
                }
                State::DataEnd { carriage_seen } => match (input.get_u8(), *carriage_seen) {
                    (b'\r', false) => *carriage_seen = true,
                    (b'\n', true) => {
                        self.check_chunk()?;
                        self.state = State::Size;
                    }
                    _ => return Err(BodyError::ChunkMalformed),
                },
                State::Trailer => {
                    if self.take_line(input)? {
                        self.take_trailer()?;
                    }
                }
                State::Done => return Err(BodyError::ChunkMalformed),
            }
        }
        Ok(None)
    }

    /// Whether a whole line is in `self.line` (without its end).
    fn take_line(&mut self, input: &mut Bytes) -> Result<bool, BodyError> {
        let end = input.iter().position(|b| *b == b'\n');
        let piece = input.split_to(end.map_or(input.len(), |end| end + 1));
        if self.line.len() + piece.len() > MAX_LINE_BYTES {
            return Err(BodyError::ChunkMalformed);
        }
        self.line.extend_from_slice(&piece);
        if end.is_none() {
            return Ok(false);
        }
        self.line.pop();
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        Ok(true)
    }

    fn start_chunk(&mut self) -> Result<(), BodyError> {
        let line =
            String::from_utf8(std::mem::take(&mut self.line)).map_err(|_| BodyError::ChunkMalformed)?;
        let (size, extension) = line.split_once(';').unwrap_or((&line, ""));
        let is_hex = !size.is_empty() && size.bytes().all(|b| b.is_ascii_hexdigit());
        let size = u64::from_str_radix(size, 16).ok().filter(|size| is_hex && *size <= MAX_CHUNK_BYTES);
        let size = size.ok_or(BodyError::ChunkMalformed)?;
        if self.signer.is_some() {
            let signature =
                extension.trim().strip_prefix("chunk-signature=").ok_or(BodyError::ChunkMalformed)?;
            self.claimed_signature = signature.to_owned();
        }
        if size == 0 {
            self.check_chunk()?;
            self.state = State::Trailer;
        } else {
            self.state = State::Data { left: size };
        }
        Ok(())
    }

    fn check_chunk(&mut self) -> Result<(), BodyError> {
        let Some(signer) = &mut self.signer else { return Ok(()) };
        let hash = std::mem::take(&mut self.hasher).finalize().into();
        let expected = signer.sign_chunk(hash);
        if equal(expected.as_bytes(), self.claimed_signature.as_bytes()) {
            Ok(())
        } else {
            Err(BodyError::ChunkSignature)
        }
    }

    fn take_trailer(&mut self) -> Result<(), BodyError> {
        let line = std::mem::take(&mut self.line);
        let is_expecting_signature = self.signer.is_some()
            && self.has_trailer
            && self.trailer_signature.is_none()
            && !self.trailers.is_empty();
        if line.is_empty() {
            // The documentation's own example has an empty line before the trailer's signature.
            if !is_expecting_signature {
                self.end_trailer()?;
            }
            return Ok(());
        }
        if self.trailers.len() >= MAX_TRAILERS || !self.has_trailer {
            return Err(BodyError::TrailerMalformed);
        }
        let colon = line.iter().position(|b| *b == b':').ok_or(BodyError::TrailerMalformed)?;
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        let name = HeaderName::from_bytes(name).map_err(|_| BodyError::TrailerMalformed)?;
        if name.as_str() == "x-amz-trailer-signature" {
            self.trailer_signature = Some(String::from_utf8_lossy(value).into_owned());
            return Ok(());
        }
        self.trailer_text.extend_from_slice(name.as_str().as_bytes());
        self.trailer_text.push(b':');
        self.trailer_text.extend_from_slice(value);
        self.trailer_text.push(b'\n');
        let value = HeaderValue::from_bytes(value).map_err(|_| BodyError::TrailerMalformed)?;
        self.trailers.append(name, value);
        Ok(())
    }

    fn end_trailer(&mut self) -> Result<(), BodyError> {
        if let (Some(signer), true) = (&mut self.signer, self.has_trailer) {
            let expected = signer.sign_trailer(&self.trailer_text);
            let claimed = self.trailer_signature.take().ok_or(BodyError::TrailerMalformed)?;
            if !equal(expected.as_bytes(), claimed.as_bytes()) {
                return Err(BodyError::ChunkSignature);
            }
        }
        self.state = State::Done;
        Ok(())
    }

    /// The body has ended: is that its end?
    fn finish(&mut self) -> Result<(), BodyError> {
        match self.state {
            State::Done => Ok(()),
            // Some senders leave out the last empty line.
            State::Trailer
                if self.line.is_empty() && self.trailer_signature.is_some() != self.signer.is_none() =>
            {
                self.end_trailer()
            }
            State::Trailer if self.line.is_empty() && !self.has_trailer => self.end_trailer(),
            _ => Err(BodyError::Incomplete),
        }
    }
}

/// A body without its `aws-chunked` framing; the trailer, if any, comes as its last frame.
pub struct ChunkedBody<B> {
    inner: B,
    input: Bytes,
    decoder: Decoder,
    /// Bytes of data still to come, by `x-amz-decoded-content-length`.
    left: u64,
    is_over: bool,
}

impl<B> ChunkedBody<B> {
    /// `signer` where chunks are signed; `decoded_length` is `x-amz-decoded-content-length`.
    pub fn new(inner: B, signer: Option<ChunkSigner>, has_trailer: bool, decoded_length: u64) -> Self {
        let decoder = Decoder {
            state: State::Size,
            line: Vec::new(),
            signer,
            has_trailer,
            claimed_signature: String::new(),
            hasher: Sha256::new(),
            trailers: HeaderMap::new(),
            trailer_text: Vec::new(),
            trailer_signature: None,
        };
        Self { inner, input: Bytes::new(), decoder, left: decoded_length, is_over: false }
    }

    /// One step with what has been read; `None` when more input is needed.
    fn step(&mut self) -> Result<Option<Frame<Bytes>>, BodyError> {
        let Some(data) = self.decoder.next(&mut self.input)? else { return Ok(None) };
        self.left = self.left.checked_sub(data.len() as u64).ok_or(BodyError::DecodedLength)?;
        Ok(Some(Frame::data(data)))
    }

    fn end(&mut self) -> Option<Result<Frame<Bytes>, BodyError>> {
        self.is_over = true;
        if let Err(error) = self.decoder.finish() {
            return Some(Err(error));
        }
        if self.left > 0 {
            return Some(Err(BodyError::Incomplete));
        }
        let trailers = std::mem::take(&mut self.decoder.trailers);
        if trailers.is_empty() { None } else { Some(Ok(Frame::trailers(trailers))) }
    }
}

impl<B> Body for ChunkedBody<B>
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
        let this = &mut *self;
        loop {
            if this.is_over {
                return Poll::Ready(None);
            }
            match this.step() {
                Ok(Some(frame)) => return Poll::Ready(Some(Ok(frame))),
                Ok(None) => {}
                Err(error) => {
                    this.is_over = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
            match std::task::ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
                Some(Ok(frame)) => this.input = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => {
                    this.is_over = true;
                    return Poll::Ready(Some(Err(BodyError::Inner(error.into()))));
                }
                None => return Poll::Ready(this.end()),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
