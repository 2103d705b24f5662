//! The canonical request: the one text that signer and verifier make of a request ("Create a canonical request").

use std::borrow::Cow;

use http::HeaderMap;
use http::request::Parts;

/// How a path is written into the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UriStyle {
    /// Percent-encode the path as it was sent once more; every service but S3.
    pub encodes_twice: bool,
    /// Remove `.`, `..` and empty segments; every service but S3.
    pub normalizes: bool,
}

impl UriStyle {
    pub const S3: Self = Self { encodes_twice: false, normalizes: false };
    pub const OTHER: Self = Self { encodes_twice: true, normalizes: true };

    /// By the signing name in the credential scope.
    pub fn for_service(service: &str) -> Self {
        if is_s3(service) { Self::S3 } else { Self::OTHER }
    }
}

pub(crate) fn is_s3(service: &str) -> bool {
    matches!(service, "s3" | "s3express" | "s3-outposts" | "s3-object-lambda")
}

/// Everything of the canonical request but its last line, the payload hash.
pub(crate) struct CanonicalHead(Vec<u8>);

/// What of the query takes part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryPart {
    All,
    /// A presigned request's: without `X-Amz-Signature`.
    Presigned,
    /// As `Presigned`, where the session token was added after signing.
    PresignedWithoutToken,
}

impl CanonicalHead {
    /// `signed_headers` lower case, in the order in which the signature lists them.
    pub(crate) fn new(parts: &Parts, signed_headers: &[String], style: UriStyle, query: QueryPart) -> Self {
        let mut text = Vec::with_capacity(512);
        text.extend_from_slice(parts.method.as_str().as_bytes());
        text.push(b'\n');
        text.extend_from_slice(canonical_path(parts.uri.path(), style).as_bytes());
        text.push(b'\n');
        text.extend_from_slice(canonical_query(parts.uri.query().unwrap_or_default(), query).as_bytes());
        text.push(b'\n');
        for name in signed_headers {
            write_header(&mut text, parts, name);
        }
        text.push(b'\n');
        text.extend_from_slice(signed_headers.join(";").as_bytes());
        text.push(b'\n');
        Self(text)
    }

    pub(crate) fn with_payload(&self, payload_hash: &str) -> Vec<u8> {
        [self.0.as_slice(), payload_hash.as_bytes()].concat()
    }
}

fn write_header(text: &mut Vec<u8>, parts: &Parts, name: &str) {
    text.extend_from_slice(name.as_bytes());
    text.push(b':');
    let mut is_first = true;
    for value in parts.headers.get_all(name) {
        if !is_first {
            text.push(b',');
        }
        is_first = false;
        write_folded(text, value.as_bytes());
    }
    if is_first
        && matches!(name, "host" | ":authority")
        && let Some(authority) = authority(parts)
    {
        text.extend_from_slice(authority.as_bytes());
    }
    text.push(b'\n');
}

/// The host a request names: its `Host` header or, in HTTP/2, its `:authority`.
fn authority(parts: &Parts) -> Option<Cow<'_, str>> {
    let header = parts.headers.get(http::header::HOST).map(|value| String::from_utf8_lossy(value.as_bytes()));
    header.or_else(|| parts.uri.authority().map(|authority| authority.as_str().into()))
}

/// Trims, and makes one space of each run of white space (line breaks of folded headers included).
fn write_folded(text: &mut Vec<u8>, value: &[u8]) {
    let start = text.len();
    for word in value.split(|b| b.is_ascii_whitespace()).filter(|word| !word.is_empty()) {
        if text.len() > start {
            text.push(b' ');
        }
        text.extend_from_slice(word);
    }
}

fn canonical_path(path: &str, style: UriStyle) -> String {
    let path: Cow<'_, str> = if style.normalizes { normalize(path).into() } else { path.into() };
    let mut out = String::with_capacity(path.len() + 16);
    if style.encodes_twice {
        path.bytes().for_each(|b| push_encoded(&mut out, b, true));
    } else {
        push_recoded(&mut out, &path, true, false);
    }
    if out.is_empty() { "/".to_owned() } else { out }
}

/// RFC 3986 `remove_dot_segments`, and empty segments removed besides.
fn normalize(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let is_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    let tail = if is_folder && !segments.is_empty() { "/" } else { "" };
    format!("/{}{tail}", segments.join("/"))
}

fn canonical_query(query: &str, part: QueryPart) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (recode(name), recode(value))
        })
        .filter(|(name, _)| takes_part(name, part))
        .collect();
    pairs.sort_unstable();
    let mut out = String::with_capacity(query.len() + 16);
    for (name, value) in &pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }
    out
}

fn takes_part(name: &str, part: QueryPart) -> bool {
    match part {
        QueryPart::All => true,
        QueryPart::Presigned => name != "X-Amz-Signature",
        QueryPart::PresignedWithoutToken => name != "X-Amz-Signature" && name != "X-Amz-Security-Token",
    }
}

/// One spelling of a query name or value: decoded, then encoded.
fn recode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    push_recoded(&mut out, text, false, true);
    out
}

/// Decodes and encodes again without ever making a `/` of a `%2F`.
fn push_recoded(out: &mut String, text: &str, keeps_slash: bool, plus_is_space: bool) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex_pair(bytes, at + 1)) {
            (b'%', Some(byte)) => {
                push_encoded(out, byte, false);
                at += 3;
                continue;
            }
            (b'+', _) if plus_is_space => out.push_str("%20"),
            (byte, _) => push_encoded(out, byte, keeps_slash),
        }
        at += 1;
    }
}

fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    Some(digit(*bytes.get(at)?)? << 4 | digit(*bytes.get(at + 1)?)?)
}

fn push_encoded(out: &mut String, byte: u8, keeps_slash: bool) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if is_plain || (byte == b'/' && keeps_slash) {
        out.push(byte as char);
    } else {
        out.push('%');
        out.push(HEX[usize::from(byte >> 4)] as char);
        out.push(HEX[usize::from(byte & 15)] as char);
    }
}

/// Percent-encodes all but unreserved characters, as query values of a presigned URL are.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    text.bytes().for_each(|b| push_encoded(&mut out, b, false));
    out
}

/// Decodes percent-escapes and `+`; bytes that are no UTF-8 are replaced.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex_pair(bytes, at + 1)) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The value of a header that may stand once only; `None` where it is absent, repeated or not visible ASCII.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_paths_keep_their_slashes_and_are_encoded_once() {
        assert_eq!(canonical_path("/a//b/../c%2fd e", UriStyle::S3), "/a//b/../c%2Fd%20e");
        assert_eq!(canonical_path("/%7Euser/(x)", UriStyle::S3), "/~user/%28x%29");
    }

    #[test]
    fn other_paths_are_normalized_and_encoded_twice() {
        assert_eq!(canonical_path("/a//b/../c%20d", UriStyle::OTHER), "/a/c%2520d");
        assert_eq!(canonical_path("/../..", UriStyle::OTHER), "/");
        assert_eq!(canonical_path("", UriStyle::OTHER), "/");
    }

    #[test]
    fn a_query_is_sorted_and_spelled_one_way() {
        assert_eq!(
            canonical_query("b=2&a&&a=%7e+x&X-Amz-Signature=1", QueryPart::Presigned),
            "a=&a=~%20x&b=2"
        );
        assert_eq!(canonical_query("k=%", QueryPart::All), "k=%25");
    }
}
