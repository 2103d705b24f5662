//! Reading one HTTP/1.1 request: the head within fixed bounds, then the body by length or chunks.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

/// A head longer than this is not a runtime's.
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
/// What is read and thrown away of a body that is too long, so that the client gets to read why.
const MAX_DISCARD: u64 = 256 * 1024 * 1024;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) length: Length,
    pub(super) error_type: Option<String>,
    pub(super) streaming: bool,
    pub(super) expects_continue: bool,
    pub(super) keep_alive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Bytes(u64),
    Chunked,
}

/// What came of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BodyRead {
    Whole(Bytes),
    TooLong,
}

/// Reads requests off one connection.
pub(super) struct Reader<R> {
    stream: R,
    buffer: Vec<u8>,
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(stream: R) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    /// The next head; `None` where the connection ended between requests. `InvalidData` for what is no request.
    pub(super) async fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some((head, used)) = parse(&self.buffer)? {
                self.buffer.drain(..used);
                return Ok(Some(head));
            }
            if self.buffer.len() >= MAX_HEAD {
                return Err(invalid("head too long"));
            }
            if self.fill(MAX_HEAD).await? == 0 {
                let clean = self.buffer.is_empty();
                return if clean { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    /// The body, if it has at most `limit` bytes; else it is read and thrown away.
    pub(super) async fn body(&mut self, length: Length, limit: usize) -> io::Result<BodyRead> {
        match length {
            Length::Bytes(n) if n > limit as u64 => {
                self.discard(n).await?;
                Ok(BodyRead::TooLong)
            }
            Length::Bytes(n) => {
                let mut body = Vec::with_capacity(n as usize);
                self.take(n as usize, &mut body).await?;
                Ok(BodyRead::Whole(body.into()))
            }
            Length::Chunked => self.chunks(limit).await,
        }
    }

    async fn chunks(&mut self, limit: usize) -> io::Result<BodyRead> {
        let (mut body, mut too_long) = (Vec::new(), false);
        loop {
            let line = self.line().await?;
            let size = line.split(|b| *b == b';').next().unwrap_or_default();
            let size = std::str::from_utf8(size).ok().and_then(|s| u64::from_str_radix(s.trim(), 16).ok());
            let size = size.ok_or_else(|| invalid("bad chunk size"))?;
            if size == 0 {
                // Trailers; they say nothing here.
                while !self.line().await?.is_empty() {}
                return Ok(if too_long { BodyRead::TooLong } else { BodyRead::Whole(body.into()) });
            }
            if too_long || size > (limit - body.len()) as u64 {
                (too_long, body) = (true, Vec::new());
                self.discard(size).await?;
            } else {
                self.take(size as usize, &mut body).await?;
            }
            if !self.line().await?.is_empty() {
                return Err(invalid("chunk not ended"));
            }
        }
    }

    /// One line without its end.
    async fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|w| w == b"\r\n") {
                let line = self.buffer[..at].to_vec();
                self.buffer.drain(..at + 2);
                return Ok(line);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(invalid("line too long"));
            }
            if self.fill(MAX_HEAD).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    async fn take(&mut self, n: usize, body: &mut Vec<u8>) -> io::Result<()> {
        let buffered = n.min(self.buffer.len());
        body.extend(self.buffer.drain(..buffered));
        let wanted = (n - buffered) as u64;
        let read = (&mut self.stream).take(wanted).read_to_end(body).await? as u64;
        if read < wanted { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// Throws `n` bytes away.
    pub(super) async fn discard(&mut self, n: u64) -> io::Result<()> {
        if n > MAX_DISCARD {
            return Err(invalid("body far too long"));
        }
        let buffered = n.min(self.buffer.len() as u64);
        self.buffer.drain(..buffered as usize);
        let wanted = n - buffered;
        let thrown = tokio::io::copy(&mut (&mut self.stream).take(wanted), &mut tokio::io::sink()).await?;
        if thrown < wanted { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    async fn fill(&mut self, most: usize) -> io::Result<usize> {
        self.buffer.reserve(4_096);
        (&mut self.stream).take(most as u64).read_buf(&mut self.buffer).await
    }
}

/// A whole head and its length, or `None` where more bytes are needed.
fn parse(buffer: &[u8]) -> io::Result<Option<(Head, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let parsed = request.parse(buffer).map_err(|_| invalid("malformed head"))?;
    let httparse::Status::Complete(used) = parsed else { return Ok(None) };
    let mut head = Head {
        method: request.method.unwrap_or_default().to_owned(),
        path: request.path.unwrap_or_default().to_owned(),
        length: Length::Bytes(0),
        error_type: None,
        streaming: false,
        expects_continue: false,
        keep_alive: request.version == Some(1),
    };
    let mut length = None;
    for header in request.headers.iter() {
        let value = std::str::from_utf8(header.value).map_err(|_| invalid("header is not text"))?.trim();
        match header.name.to_ascii_lowercase().as_str() {
            "content-length" => {
                let n = value.parse().map_err(|_| invalid("bad content length"))?;
                if length.is_some_and(|known| known != Length::Bytes(n)) {
                    return Err(invalid("two lengths"));
                }
                length = Some(Length::Bytes(n));
            }
            "transfer-encoding" if value.eq_ignore_ascii_case("chunked") && length.is_none() => {
                length = Some(Length::Chunked);
            }
            "transfer-encoding" => return Err(invalid("transfer encoding not known")),
            "connection" if value.eq_ignore_ascii_case("close") => head.keep_alive = false,
            "expect" => head.expects_continue = value.eq_ignore_ascii_case("100-continue"),
            "lambda-runtime-function-error-type" => head.error_type = Some(value.to_owned()),
            "lambda-runtime-function-response-mode" => {
                head.streaming = value.eq_ignore_ascii_case("streaming")
            }
            _ => {}
        }
    }
    head.length = length.unwrap_or(Length::Bytes(0));
    Ok(Some((head, used)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    async fn read(input: &[u8], limit: usize) -> io::Result<(Head, BodyRead)> {
        let mut reader = Reader::new(input);
        let head = reader.head().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let body = reader.body(head.length, limit).await?;
        Ok((head, body))
    }

    #[tokio::test]
    async fn bodies_come_by_length_or_chunks_and_long_ones_are_not_kept() {
        let (head, body) = read(b"POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 3).await.unwrap();
        assert_eq!((head.path.as_str(), body), ("/x", BodyRead::Whole("abc".into())));
        let chunked = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nt: u\r\n\r\n";
        assert_eq!(read(chunked, 3).await.unwrap().1, BodyRead::Whole("abc".into()));
        assert_eq!(read(chunked, 2).await.unwrap().1, BodyRead::TooLong);
        assert_eq!(
            read(b"POST /x HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd", 3).await.unwrap().1,
            BodyRead::TooLong
        );
    }

    #[tokio::test]
    async fn what_is_no_request_is_an_error() {
        let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(20_000));
        for bad in [
            &b"\x00\x01\x02\r\n\r\n"[..],
            b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc",
            long.as_bytes(),
        ] {
            assert!(read(bad, 100).await.is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_without_harm(input in proptest::collection::vec(any::<u8>(), 0..600)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _ = runtime.block_on(read(&input, 64));
        }
    }
}
