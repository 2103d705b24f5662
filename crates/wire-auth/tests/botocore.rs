//! Requests as botocore 1.43 signed them (key `AKIDEXAMPLE`, secret `secret`): odd object keys, ARNs in paths, presigned
//! URLs, session tokens.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base_time::Timestamp;
use http::Request;
use http::request::Parts;
use serde_json::Value;
use wire_auth::{AuthError, Payload, Presented, VerifyPolicy, sha256};

fn requests() -> Vec<(Parts, Vec<u8>)> {
    let all: Vec<Value> = serde_json::from_str(include_str!("botocore.json")).unwrap();
    let one = |request: &Value| {
        let method = request["method"].as_str().unwrap();
        let mut builder = Request::builder().method(method).uri(request["target"].as_str().unwrap());
        for (name, value) in request["headers"].as_object().unwrap() {
            builder = builder.header(name, value.as_str().unwrap());
        }
        let mut parts = builder.body(()).unwrap().into_parts().0;
        parts.headers.entry("host").or_insert("127.0.0.1:4566".parse().unwrap());
        let body = request["body"].as_str().unwrap().chars().map(|c| c as u8).collect();
        (parts, body)
    };
    all.iter().map(one).collect()
}

fn check(parts: &Parts, body: &[u8], secret: &str) -> Result<(), AuthError> {
    let presented = Presented::parse(parts)?.ok_or(AuthError::MissingToken)?;
    let now: Timestamp = presented.time;
    match presented.verify(parts, now, &VerifyPolicy::default(), secret)?.payload {
        Payload::Deferred(deferred) => deferred.check(sha256(body)),
        Payload::Hash(hash) => {
            assert_eq!(hash, sha256(body));
            Ok(())
        }
        _ => Ok(()),
    }
}

#[test]
fn they_are_accepted_with_the_right_secret_only() {
    let requests = requests();
    assert!(requests.len() > 10);
    for (parts, body) in requests {
        assert_eq!(check(&parts, &body, "secret"), Ok(()), "{} {}", parts.method, parts.uri);
        assert!(check(&parts, &body, "Secret").is_err(), "{} {}", parts.method, parts.uri);
    }
}
