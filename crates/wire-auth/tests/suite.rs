//! AWS's signing test suite (public data, outside the project): every signed request is accepted at its time, and refused
//! when one byte of it differs.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says so when it skips"
)]

use std::path::{Path, PathBuf};

use base_time::Timestamp;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use wire_auth::{AuthError, Payload, UriStyle, VerifyPolicy, sha256, verify};

struct Case {
    name: String,
    secret: String,
    now: Timestamp,
    policy: VerifyPolicy,
}

struct Message {
    parts: Parts,
    body: Vec<u8>,
}

fn suite() -> Option<PathBuf> {
    let root = std::env::var_os("HANEUL_CASES")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases"));
    let folder = root.join("sigv4/v4");
    if !folder.is_dir() {
        println!("skipped: no signing suite at {} (set HANEUL_CASES)", folder.display());
        return None;
    }
    Some(folder)
}

fn case(folder: &Path) -> Case {
    let text = std::fs::read_to_string(folder.join("context.json")).unwrap();
    let context: serde_json::Value = serde_json::from_str(&text).unwrap();
    // A space cannot stand in a request line: the suite's raw path is sent escaped, and must then not be escaped again.
    let has_space = folder.file_name().unwrap().to_str().unwrap().contains("space");
    let is_normalized = context["normalize"].as_bool().unwrap();
    Case {
        name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
        secret: context["credentials"]["secret_access_key"].as_str().unwrap().to_owned(),
        now: Timestamp::parse_rfc3339(context["timestamp"].as_str().unwrap()).unwrap(),
        policy: VerifyPolicy {
            uri_style: Some(UriStyle { encodes_twice: !has_space, normalizes: is_normalized }),
            ..VerifyPolicy::default()
        },
    }
}

fn read(path: &Path) -> Message {
    let bytes = std::fs::read(path).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let line = lines.next().unwrap();
    let (method, rest) = line.split_once(' ').unwrap();
    let target = rest.strip_suffix(" HTTP/1.1").unwrap().replace(' ', "%20");
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        if line.starts_with(' ') {
            headers.last_mut().unwrap().1 += &format!(" {}", line.trim());
        } else {
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    let mut request = Request::builder().method(method).uri(target.as_str()).body(()).unwrap();
    for (name, value) in headers {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        request.headers_mut().append(name.parse::<HeaderName>().unwrap(), value);
    }
    Message { parts: request.into_parts().0, body: body.as_bytes().to_vec() }
}

fn check(case: &Case, message: &Message) -> Result<(), AuthError> {
    let verified = verify(&message.parts, case.now, &case.policy, |_, _| Ok(case.secret.clone()))?;
    match verified.payload {
        Payload::Deferred(deferred) => deferred.check(sha256(&message.body)),
        Payload::Hash(hash) if hash != sha256(&message.body) => Err(AuthError::ContentHashInvalid),
        _ => Ok(()),
    }
}

fn each(file: &str, mut test: impl FnMut(&Case, Message)) {
    let Some(suite) = suite() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(suite).unwrap() {
        let folder = entry.unwrap().path();
        let path = folder.join(file);
        if path.is_file() {
            test(&case(&folder), read(&path));
            count += 1;
        }
    }
    assert!(count >= 38, "only {count} cases of {file}");
}

#[test]
fn signed_headers_are_accepted() {
    each("header-signed-request.txt", |case, message| {
        check(case, &message).unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
    });
}

#[test]
fn presigned_queries_are_accepted() {
    each("query-signed-request.txt", |case, message| {
        check(case, &message).unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
    });
}

/// Changes the last ASCII alphanumeric of a text.
fn altered(text: &str) -> String {
    let at = text.rfind(|c: char| c.is_ascii_alphanumeric()).unwrap();
    let other = if text.as_bytes()[at] == b'z' { "y" } else { "z" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

#[test]
fn a_header_altered_by_one_byte_is_refused() {
    each("header-signed-request.txt", |case, message| {
        let header = message.parts.headers["authorization"].to_str().unwrap().to_owned();
        let list = header.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap().to_owned();
        for name in list.split(';').map(str::to_owned).chain(["authorization".to_owned()]) {
            let mut parts = message.parts.clone();
            let value = parts.headers.get_mut(name.as_str()).unwrap();
            *value = altered(value.to_str().unwrap()).parse().unwrap();
            let changed = Message { parts, body: message.body.clone() };
            assert!(check(case, &changed).is_err(), "{}: {name}", case.name);
        }
    });
}

#[test]
fn a_method_path_query_or_body_altered_is_refused() {
    for file in ["header-signed-request.txt", "query-signed-request.txt"] {
        each(file, |case, message| {
            let mut method = message.parts.clone();
            method.method = http::Method::PATCH;
            let mut path = message.parts.clone();
            let query = path.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            path.uri = format!("{}x{query}", path.uri.path()).parse().unwrap();
            let mut query = message.parts.clone();
            let old = query.uri.path_and_query().unwrap().as_str();
            let sign = if old.contains('?') { '&' } else { '?' };
            query.uri = format!("{old}{sign}x=1").parse().unwrap();
            for parts in [method, path, query] {
                let changed = Message { parts, body: message.body.clone() };
                assert!(check(case, &changed).is_err(), "{} {file}", case.name);
            }
            let mut body = message.body.clone();
            body.push(b'x');
            let changed = Message { parts: message.parts.clone(), body };
            assert!(check(case, &changed).is_err(), "{} {file}: body", case.name);
        });
    }
}

#[test]
fn a_presigned_parameter_altered_by_one_byte_is_refused() {
    each("query-signed-request.txt", |case, message| {
        let query = message.parts.uri.query().unwrap().to_owned();
        let pairs: Vec<&str> = query.split('&').collect();
        for at in 0..pairs.len() {
            // Where the token was added after signing, its being the key's own is checked by whoever resolves it.
            if pairs[at].starts_with("X-Amz-Security-Token") && case.name.contains("after") {
                continue;
            }
            if !pairs[at].contains(|c: char| c.is_ascii_alphanumeric()) || pairs[at].ends_with('=') {
                continue;
            }
            let changed: Vec<String> = (0..pairs.len())
                .map(|i| if i == at { altered(pairs[i]) } else { pairs[i].to_owned() })
                .collect();
            let mut parts = message.parts.clone();
            parts.uri = format!("{}?{}", parts.uri.path(), changed.join("&")).parse().unwrap();
            let changed = Message { parts, body: message.body.clone() };
            assert!(check(case, &changed).is_err(), "{}: {}", case.name, pairs[at]);
        }
    });
}
