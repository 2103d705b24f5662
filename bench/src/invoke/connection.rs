//! One HTTP/1.1 connection that is kept open, and the answers read from it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};

const TIMEOUT: Duration = Duration::from_secs(60);
/// A larger answer is none of a bench's.
const LIMIT_BYTES: usize = 16 << 20;

pub struct Connection {
    host: String,
    stream: BufReader<TcpStream>,
    request: Vec<u8>,
}

impl Connection {
    /// To `http://host:port`.
    pub fn open(endpoint: &str) -> Result<Self> {
        let host = endpoint.strip_prefix("http://").context("the endpoint must start with http://")?;
        let host = host.trim_end_matches('/').to_owned();
        let stream = connect(&host)?;
        Ok(Self { host, stream, request: Vec::new() })
    }

    /// `host:port`, as the Host header names it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Sends a request and reads its answer. `headers` are whole lines.
    pub fn post(&mut self, path: &str, headers: &str, body: &[u8]) -> Result<Answer> {
        self.request.clear();
        write!(
            self.request,
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n",
            self.host,
            body.len()
        )?;
        self.request.extend_from_slice(body);
        self.stream.get_mut().write_all(&self.request)?;
        let (answer, closes) = read_answer(&mut self.stream)?;
        if closes {
            self.stream = connect(&self.host)?;
        }
        Ok(answer)
    }
}

fn connect(host: &str) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(host).with_context(|| format!("connecting to {host}"))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    Ok(BufReader::new(stream))
}

/// An answer read to its end.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// The function failed.
    pub function_error: bool,
    pub body: Vec<u8>,
}

impl Answer {
    /// An error unless the function answered, with the text that is expected.
    pub fn check(&self, expected: &str) -> Result<()> {
        let body = String::from_utf8_lossy(&self.body);
        if self.status != 200 || self.function_error || !body.contains(expected) {
            bail!("status {}: {body}", self.status);
        }
        Ok(())
    }
}

/// Reads an answer; also whether the server closes the connection after it.
fn read_answer(stream: &mut impl BufRead) -> Result<(Answer, bool)> {
    let mut line = String::new();
    read_line(stream, &mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut answer =
        Answer { status: status.with_context(|| format!("no HTTP answer: {line:?}"))?, ..Answer::default() };
    let (mut length, mut chunked, mut closes) = (0, false, false);
    loop {
        read_line(stream, &mut line)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').with_context(|| format!("no header: {line:?}"))?;
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", value) => length = value.parse()?,
            ("transfer-encoding", value) => chunked = value.eq_ignore_ascii_case("chunked"),
            ("connection", value) => closes = value.eq_ignore_ascii_case("close"),
            ("x-amz-function-error", _) => answer.function_error = true,
            _ => {}
        }
    }
    answer.body = if chunked { read_chunks(stream)? } else { read_exact(stream, length)? };
    Ok((answer, closes))
}

fn read_line(stream: &mut impl BufRead, line: &mut String) -> Result<()> {
    line.clear();
    let read = stream.take(64 * 1024).read_line(line)?;
    if read == 0 {
        bail!("the server closed the connection");
    }
    line.truncate(line.trim_end().len());
    Ok(())
}

fn read_exact(stream: &mut impl BufRead, length: usize) -> Result<Vec<u8>> {
    if length > LIMIT_BYTES {
        bail!("an answer of {length} bytes");
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn read_chunks(stream: &mut impl BufRead) -> Result<Vec<u8>> {
    let (mut body, mut line) = (Vec::new(), String::new());
    loop {
        read_line(stream, &mut line)?;
        let length = usize::from_str_radix(line.split(';').next().unwrap_or_default(), 16)?;
        let chunk = read_exact(stream, length)?;
        // Each chunk, the last empty one too, is followed by an empty line.
        read_line(stream, &mut line)?;
        if length == 0 {
            return Ok(body);
        }
        body.extend(chunk);
        if body.len() > LIMIT_BYTES {
            bail!("an answer of more than {LIMIT_BYTES} bytes");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Answer, bool)> {
        read_answer(&mut text.as_bytes())
    }

    #[test]
    fn an_answer_with_a_length() {
        let (answer, closes) = read("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}trailing").unwrap();
        assert_eq!(answer, Answer { status: 200, function_error: false, body: b"{}".to_vec() });
        assert!(!closes);
    }

    #[test]
    fn an_answer_in_chunks() {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n";
        let (answer, closes) = read(text).unwrap();
        assert_eq!(answer.body, b"abcd");
        assert!(closes);
    }

    #[test]
    fn a_failed_function_is_no_success() {
        let (answer, _) =
            read("HTTP/1.1 200 OK\r\nX-Amz-Function-Error: Unhandled\r\ncontent-length: 0\r\n\r\n").unwrap();
        assert!(answer.check("").is_err());
    }

    #[test]
    fn a_closed_connection_is_told() {
        assert!(read("").unwrap_err().to_string().contains("closed"));
    }
}
