//! Heads that two readers could understand differently. Routing, buckets by host and signatures all read the host; a request
//! that names two of them could be signed for one and carried out for the other, so it is refused before anyone reads it.

use http::header::HOST;
use http::request::Parts;
use http::{HeaderValue, Method, Version};

/// Why the head is refused, if it is (RFC 9112 section 3.2, RFC 9113 section 8.3.1).
pub(crate) fn fault(parts: &Parts) -> Option<&'static str> {
    if parts.method == Method::CONNECT {
        return Some("this server is no proxy");
    }
    let mut hosts = parts.headers.get_all(HOST).iter();
    let authority = parts.uri.authority();
    match (hosts.next(), hosts.next(), authority) {
        (_, Some(_), _) => Some("the request has more than one Host header"),
        (Some(host), None, Some(authority)) if !is_same(host, authority.as_str()) => {
            Some("the Host header names another host than the request's target")
        }
        (None, None, None) if parts.version == Version::HTTP_11 => Some("the request has no Host header"),
        _ => None,
    }
}

fn is_same(host: &HeaderValue, authority: &str) -> bool {
    host.as_bytes().eq_ignore_ascii_case(authority.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn check(uri: &str, hosts: &[&str]) -> Option<&'static str> {
        let mut request = Request::builder().uri(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        fault(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn one_host_is_fine_wherever_it_stands() {
        assert_eq!(check("/k", &["a.s3.localhost"]), None);
        assert_eq!(check("http://a.s3.localhost/k", &[]), None);
        assert_eq!(check("http://a.s3.localhost:4566/k", &["A.s3.localhost:4566"]), None);
    }

    #[test]
    fn two_hosts_are_refused() {
        assert!(check("http://b.s3.localhost/k", &["a.s3.localhost"]).is_some());
        assert!(check("/k", &["a.s3.localhost", "b.s3.localhost"]).is_some());
        assert!(check("/k", &["a.s3.localhost", "a.s3.localhost"]).is_some());
    }

    #[test]
    fn no_host_is_refused() {
        assert!(check("/k", &[]).is_some());
    }
}
