//! Cross-origin rules of a bucket and how a request meets them (S3 User Guide, "Using cross-origin resource sharing").

use serde::{Deserialize, Serialize};

use crate::error::S3Error;

/// Most rules of a bucket.
const MAX_RULES: usize = 100;
const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorsRule {
    pub id: Option<String>,
    pub allowed_headers: Vec<String>,
    pub allowed_methods: Vec<String>,
    pub allowed_origins: Vec<String>,
    pub expose_headers: Vec<String>,
    pub max_age_seconds: Option<i32>,
}

/// What a browser asks: an `OPTIONS` request's headers, or those of the request itself (then no `headers`).
#[derive(Clone, Debug, Default)]
pub struct CorsRequest<'a> {
    pub origin: &'a str,
    pub method: &'a str,
    /// `Access-Control-Request-Headers`, comma-separated.
    pub headers: Option<&'a str>,
}

/// The headers that answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsGrant {
    pub allow_origin: String,
    /// A rule for every origin needs no credentials.
    pub allow_credentials: bool,
    pub allow_methods: String,
    pub allow_headers: Option<String>,
    pub expose_headers: Option<String>,
    pub max_age_seconds: Option<i32>,
}

/// Whether a bucket may have these rules.
pub fn check_rules(rules: &[CorsRule]) -> Result<(), S3Error> {
    if rules.is_empty() || rules.len() > MAX_RULES {
        return Err(S3Error::malformed_xml());
    }
    rules.iter().try_for_each(check_rule)
}

fn check_rule(rule: &CorsRule) -> Result<(), S3Error> {
    if rule.allowed_methods.is_empty() || rule.allowed_origins.is_empty() {
        return Err(S3Error::malformed_xml());
    }
    if let Some(method) = rule.allowed_methods.iter().find(|method| !METHODS.contains(&method.as_str())) {
        let text = format!("Found unsupported HTTP method in CORS config. Unsupported method is {method}");
        return Err(S3Error::invalid_request(text));
    }
    check_wildcards("AllowedOrigin", &rule.allowed_origins)?;
    check_wildcards("AllowedHeader", &rule.allowed_headers)?;
    if let Some(header) = rule.expose_headers.iter().find(|header| header.contains('*')) {
        let text = format!(
            "ExposeHeader \"{header}\" contains wildcard. We currently do not support wildcard for ExposeHeader"
        );
        return Err(S3Error::invalid_request(text));
    }
    Ok(())
}

fn check_wildcards(name: &str, values: &[String]) -> Result<(), S3Error> {
    match values.iter().find(|value| value.matches('*').count() > 1) {
        Some(value) => {
            Err(S3Error::invalid_request(format!("{name} \"{value}\" can not have more than one wildcard.")))
        }
        None => Ok(()),
    }
}

/// The grant of the first rule that fits; none: the request is refused (preflight) or answered without CORS headers.
pub fn evaluate(rules: &[CorsRule], request: &CorsRequest<'_>) -> Option<CorsGrant> {
    rules.iter().find_map(|rule| grant(rule, request))
}

fn grant(rule: &CorsRule, request: &CorsRequest<'_>) -> Option<CorsGrant> {
    let origin = rule.allowed_origins.iter().find(|pattern| matches(pattern, request.origin, false))?;
    rule.allowed_methods.iter().find(|method| *method == request.method)?;
    let headers = allowed_headers(rule, request.headers.unwrap_or_default())?;
    Some(CorsGrant {
        allow_origin: if origin == "*" { "*".to_owned() } else { request.origin.to_owned() },
        allow_credentials: origin != "*",
        allow_methods: rule.allowed_methods.join(", "),
        allow_headers: (!headers.is_empty()).then_some(headers),
        expose_headers: (!rule.expose_headers.is_empty()).then(|| rule.expose_headers.join(", ")),
        max_age_seconds: rule.max_age_seconds,
    })
}

/// The asked headers in lower case, if the rule allows every one.
fn allowed_headers(rule: &CorsRule, headers: &str) -> Option<String> {
    let names: Vec<_> = headers
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    let is_allowed = |name: &String| rule.allowed_headers.iter().any(|pattern| matches(pattern, name, true));
    names.iter().all(is_allowed).then(|| names.join(", "))
}

/// A pattern with at most one `*`.
fn matches(pattern: &str, text: &str, ignores_case: bool) -> bool {
    let fold = |text: &str| if ignores_case { text.to_ascii_lowercase() } else { text.to_owned() };
    let (pattern, text) = (fold(pattern), fold(text));
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => {
            text.len() >= head.len() + tail.len() && text.starts_with(head) && text.ends_with(tail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(origins: &[&str], methods: &[&str], headers: &[&str]) -> CorsRule {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        CorsRule {
            allowed_origins: own(origins),
            allowed_methods: own(methods),
            allowed_headers: own(headers),
            max_age_seconds: Some(60),
            ..CorsRule::default()
        }
    }

    fn ask<'a>(origin: &'a str, method: &'a str, headers: Option<&'a str>) -> CorsRequest<'a> {
        CorsRequest { origin, method, headers }
    }

    #[test]
    fn the_first_rule_that_fits_answers() {
        let rules = [rule(&["https://*.example.com"], &["PUT"], &["x-amz-*"]), rule(&["*"], &["GET"], &[])];
        let put =
            evaluate(&rules, &ask("https://www.example.com", "PUT", Some("X-Amz-Date, x-amz-acl"))).unwrap();
        assert_eq!(put.allow_origin, "https://www.example.com");
        assert_eq!(put.allow_headers.as_deref(), Some("x-amz-date, x-amz-acl"));
        assert!(put.allow_credentials);
        let get = evaluate(&rules, &ask("https://www.example.com", "GET", None)).unwrap();
        assert_eq!(get.allow_origin, "*");
        assert!(!get.allow_credentials);
    }

    #[test]
    fn a_header_origin_or_method_no_rule_names_is_refused() {
        let rules = [rule(&["https://a.example"], &["GET"], &["x-amz-*"])];
        assert_eq!(evaluate(&rules, &ask("https://a.example", "GET", Some("content-type"))), None);
        assert_eq!(evaluate(&rules, &ask("https://b.example", "GET", None)), None);
        assert_eq!(evaluate(&rules, &ask("https://a.example", "PUT", None)), None);
    }

    #[test]
    fn one_star_matches_any_run_but_does_not_overlap() {
        assert!(matches("ab*ba", "abba", false));
        assert!(!matches("ab*ba", "aba", false));
    }

    #[test]
    fn rules_are_checked() {
        assert!(check_rules(&[rule(&["*"], &["GET"], &[])]).is_ok());
        assert!(check_rules(&[rule(&["*.*.com"], &["GET"], &[])]).is_err());
        let error = check_rules(&[rule(&["*"], &["OPTIONS"], &[])]).unwrap_err();
        assert_eq!(
            error.message,
            "Found unsupported HTTP method in CORS config. Unsupported method is OPTIONS"
        );
        assert_eq!(check_rules(&[]).unwrap_err().code, "MalformedXML");
    }
}
