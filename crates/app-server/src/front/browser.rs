//! Under `--dev` any key is good, so a page of the web that a developer has open could call the platform on that machine: by
//! a plain form or image with a made-up presigned query, or by a name of its own that it lets point at 127.0.0.1. Requests
//! that a browser says come from elsewhere, or that were sent to a public name, are not taken with an unchecked signature.

use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderMap, Uri};

/// Whether a page from elsewhere may have sent this.
pub fn is_foreign(parts: &Parts) -> bool {
    let is_at_home = |name: &str| text(&parts.headers, name).map(is_local_page);
    let page = is_at_home("origin").or_else(|| is_at_home("referer"));
    let host = parts.uri.host().or_else(|| text(&parts.headers, "host").map(without_port));
    match page {
        Some(is_local) if !is_local => true,
        None if text(&parts.headers, "sec-fetch-site") == Some("cross-site") => true,
        _ => !host.is_none_or(is_local_name),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("null"))
}

fn is_local_page(page: &str) -> bool {
    // Without a scheme it is `null`: a page that has no name, such as a file or a frame in a sandbox.
    let page = page.parse::<Uri>().ok().filter(|uri| uri.scheme().is_some());
    page.and_then(|uri| uri.host().map(is_local_name)).unwrap_or(false)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Addresses, names without a dot, `localhost` and what is below it, and AWS's own names that a resolver was told to send
/// here: none of them can be a page's name for this machine.
fn is_local_name(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&host);
    address.parse::<IpAddr>().is_ok()
        || !host.contains('.')
        || [".localhost", ".internal", ".amazonaws.com"].iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn foreign(headers: &[(&str, &str)]) -> bool {
        let request = headers.iter().fold(Request::builder().uri("/"), |r, (n, v)| r.header(*n, *v));
        is_foreign(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn clients_and_local_pages_are_at_home() {
        assert!(!foreign(&[("host", "127.0.0.1:4566")]));
        assert!(!foreign(&[("host", "[::1]:4566")]));
        assert!(!foreign(&[("host", "photos.s3.localhost:4566")]));
        assert!(!foreign(&[("host", "haneul:4566"), ("user-agent", "Boto3/1.0")]));
        assert!(!foreign(&[
            ("host", "127.0.0.1:4566"),
            ("origin", "http://localhost:3000"),
            ("sec-fetch-site", "cross-site")
        ]));
    }

    #[test]
    fn pages_from_elsewhere_are_foreign() {
        assert!(foreign(&[("host", "127.0.0.1:4566"), ("origin", "https://evil.example")]));
        assert!(foreign(&[("host", "127.0.0.1:4566"), ("origin", "null")]));
        assert!(foreign(&[("host", "127.0.0.1:4566"), ("referer", "https://evil.example/x")]));
        assert!(foreign(&[("host", "127.0.0.1:4566"), ("sec-fetch-site", "cross-site")]));
        assert!(foreign(&[("host", "rebound.evil.example:4566")]));
    }
}
