//! A user's request, read once: path, query, headers, body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use indexmap::IndexMap;
use percent_encoding::percent_decode_str;
use port::RequestSource;
use wire_codec::{Body, BodyError};

/// Body of a request (API Gateway quotas), in bytes.
const MAX_BODY: usize = 10_485_760;

/// One request below its API's host.
pub struct Incoming {
    pub method: Method,
    /// Raw, stage included.
    pub path: String,
    pub raw_query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub source_ip: String,
    pub user_agent: String,
    pub host: String,
    pub protocol: &'static str,
}

impl Incoming {
    /// Reads the body, at most 10 MB.
    pub async fn read(
        request: Request<Body>,
        path_and_query: &str,
        source: &RequestSource,
    ) -> Result<Self, BodyError> {
        let (parts, body) = request.into_parts();
        let body = body.collect(MAX_BODY).await?;
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let host = parts.uri.host().map(str::to_owned);
        let host = host.or_else(|| parts.headers.get(header::HOST)?.to_str().ok().map(str::to_owned));
        Ok(Self {
            method: parts.method,
            path: path.to_owned(),
            raw_query: query.to_owned(),
            body,
            source_ip: source.ip.map_or_else(|| "127.0.0.1".to_owned(), |ip| ip.to_string()),
            user_agent: source.user_agent.clone().unwrap_or_default(),
            host: host.unwrap_or_default(),
            protocol: if parts.version == http::Version::HTTP_2 { "HTTP/2.0" } else { "HTTP/1.1" },
            headers: parts.headers,
        })
    }

    /// Query parameters in order, decoded; each with all its values.
    pub fn query(&self) -> IndexMap<String, Vec<String>> {
        let mut query: IndexMap<String, Vec<String>> = IndexMap::new();
        for pair in self.raw_query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.entry(decode(name)).or_default().push(decode(value));
        }
        query
    }

    /// Headers by lower-case name, each with all its values, with what a proxy adds.
    pub fn header_values(&self) -> IndexMap<String, Vec<String>> {
        let mut all: IndexMap<String, Vec<String>> = IndexMap::new();
        for (name, value) in &self.headers {
            all.entry(name.as_str().to_owned())
                .or_default()
                .push(String::from_utf8_lossy(value.as_bytes()).into_owned());
        }
        for (name, value) in [
            ("x-forwarded-for", self.source_ip.as_str()),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-port", self.port()),
        ] {
            all.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        all
    }

    fn port(&self) -> &str {
        self.host.rsplit_once(':').map_or("80", |(_, port)| port)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as an event carries it: text, or base 64 where `is_binary`. None where it is empty.
    pub fn event_body(&self, is_binary: bool) -> Option<String> {
        if self.body.is_empty() {
            return None;
        }
        Some(if is_binary {
            STANDARD.encode(&self.body)
        } else {
            String::from_utf8_lossy(&self.body).into_owned()
        })
    }
}

/// Percent- and plus-decoded, as forms are.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// `content-type` as `Content-Type`: the case in which HTTP/1.1 clients mostly write names.
pub fn train_case(name: &str) -> String {
    let capital = |part: &str| {
        let mut chars = part.chars();
        chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    };
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}

/// Whether a media type is in a list with wildcards (`*/*`, `image/*`).
pub fn is_listed(media_type: &str, listed: &[String]) -> bool {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    listed.iter().any(|one| {
        one == "*/*"
            || one.eq_ignore_ascii_case(media_type)
            || one.strip_suffix("/*").is_some_and(|kind| media_type.split('/').next() == Some(kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_media_types_are_read_as_clients_write_them() {
        assert_eq!(train_case("x-api-key"), "X-Api-Key");
        assert!(is_listed("image/png; q=1", &["image/*".to_owned()]));
        assert!(is_listed("a/b", &["*/*".to_owned()]));
        assert!(!is_listed("text/plain", &["image/*".to_owned()]));
        assert_eq!(decode("a+b%2B"), "a b+");
    }
}
