//! Cross-origin answers of HTTP APIs by their configuration, which overrides what functions say.

use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use svc_apigateway::model::http::Cors;
use wire_codec::Body;

use crate::incoming::Incoming;

/// Answers a preflight; None where the request is none.
pub fn preflight(cors: &Cors, incoming: &Incoming) -> Option<Response<Body>> {
    let is_preflight = incoming.method == Method::OPTIONS
        && incoming.header("origin").is_some()
        && incoming.header("access-control-request-method").is_some();
    if !is_preflight {
        return None;
    }
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    apply(cors, incoming, &mut answer);
    if answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        set(&mut answer, header::ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods.join(","));
        set(&mut answer, header::ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers.join(","));
        if let Some(seconds) = cors.max_age {
            set(&mut answer, header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
    }
    Some(answer)
}

/// Sets the headers of an answer to an allowed origin; removes a function's own.
pub fn apply(cors: &Cors, incoming: &Incoming, answer: &mut Response<Body>) {
    for name in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
    ] {
        answer.headers_mut().remove(name);
    }
    let Some(origin) = incoming.header("origin") else { return };
    let Some(allowed) = cors.allow_origins.iter().find(|allowed| fits(allowed, origin)) else { return };
    let shown = if allowed == "*" { "*" } else { origin };
    set(answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, shown);
    if cors.allow_credentials == Some(true) {
        set(answer, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    set(answer, header::ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers.join(","));
    if shown != "*" {
        answer.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    }
}

/// `*`, `https://*` or one origin.
fn fits(allowed: &str, origin: &str) -> bool {
    match allowed.strip_suffix('*') {
        Some(prefix) => origin.starts_with(prefix),
        None => allowed.eq_ignore_ascii_case(origin),
    }
}

fn set(answer: &mut Response<Body>, name: HeaderName, value: &str) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
        answer.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_fit_whole_by_scheme_or_all() {
        assert!(fits("*", "https://a"));
        assert!(fits("https://*", "https://a"));
        assert!(!fits("https://*", "http://a"));
        assert!(!fits("https://a", "https://ab"));
    }
}
