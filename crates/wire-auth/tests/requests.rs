//! Refusals by their texts, our own signatures, and input that means harm.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use base_time::Timestamp;
use http::Request;
use http::request::Parts;
use proptest::prelude::*;
use wire_auth::{
    AuthError, ErrorFamily, Payload, Presented, SignedPayload, SigningCredentials, VerifyPolicy, presign,
    sign, verify,
};

const NOW: Timestamp = Timestamp::from_secs(1_440_938_160);

fn credentials(token: Option<&str>) -> SigningCredentials {
    SigningCredentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "secret".to_owned(),
        session_token: token.map(str::to_owned),
    }
}

fn request(uri: &str, headers: &[(&str, &str)]) -> Parts {
    let mut builder = Request::builder().method("PUT").uri(uri);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(()).unwrap().into_parts().0
}

fn check_at(parts: &Parts, now: Timestamp) -> Result<wire_auth::Verified, AuthError> {
    verify(parts, now, &VerifyPolicy::default(), |_, _| Ok("secret".to_owned()))
}

fn refusal(parts: &Parts, family: ErrorFamily) -> (&'static str, u16, String) {
    let text = check_at(parts, NOW).unwrap_err().text(family);
    (text.code, text.status, text.message)
}

#[test]
fn what_we_sign_we_accept() {
    let uri = "http://bucket.s3.localhost:4566/a%20b/c//d?list-type=2&prefix=x%2Fy";
    for service in ["s3", "lambda"] {
        for token in [None, Some("a/token+with=signs")] {
            let mut parts = request(uri, &[("x-amz-meta-a", " b   c ")]);
            sign(&mut parts, &credentials(token), "eu-west-1", service, NOW, SignedPayload::Bytes(b"{}"));
            let verified = check_at(&parts, NOW).unwrap();
            assert_eq!((verified.service.as_str(), verified.region.as_str()), (service, "eu-west-1"));
            assert_eq!(verified.session_token.as_deref(), token);
            match verified.payload {
                Payload::Hash(hash) => assert_eq!(hash, wire_auth::sha256(b"{}")),
                Payload::Deferred(deferred) => {
                    assert!(deferred.check(wire_auth::sha256(b"{}")).is_ok());
                    assert!(deferred.check(wire_auth::sha256(b"{ }")).is_err());
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn http2_requests_are_verified_by_their_authority() {
    let mut parts = request("http://host.example:81/x", &[]);
    sign(&mut parts, &credentials(None), "us-east-1", "s3", NOW, SignedPayload::Unsigned);
    parts.headers.remove("host");
    assert!(check_at(&parts, NOW).is_ok());
}

#[test]
fn a_presigned_url_is_good_for_its_time_only() {
    let mut parts = request("http://h/b/k?x-id=GetObject", &[]);
    presign(&mut parts, &credentials(Some("to/ken==")), "us-east-1", "s3", NOW, 60);
    assert!(check_at(&parts, NOW + Duration::from_secs(60)).is_ok());
    let error = check_at(&parts, NOW + Duration::from_secs(61)).unwrap_err();
    let text = error.text(ErrorFamily::S3);
    assert_eq!((text.code, text.status, text.message.as_str()), ("AccessDenied", 403, "Request has expired"));
    let mut long = request("http://h/b/k", &[]);
    presign(&mut long, &credentials(None), "us-east-1", "s3", NOW, 604_801);
    assert_eq!(refusal(&long, ErrorFamily::S3).0, "AuthorizationQueryParametersError");
    let some = request("http://h/b/k?X-Amz-Signature=1", &[]);
    assert_eq!(refusal(&some, ErrorFamily::S3).0, "AuthorizationQueryParametersError");
}

#[test]
fn a_skewed_clock_is_told_both_times() {
    let mut parts = request("http://h/", &[]);
    sign(&mut parts, &credentials(None), "us-east-1", "sqs", NOW, SignedPayload::Bytes(b""));
    assert!(check_at(&parts, NOW + Duration::from_secs(900)).is_ok());
    let late = check_at(&parts, NOW + Duration::from_secs(960)).unwrap_err();
    let text = late.text(ErrorFamily::Json);
    assert_eq!(text.code, "InvalidSignatureException");
    assert_eq!(
        text.message,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123700Z (20150830T125200Z - 15 min.)"
    );
    let early = check_at(&parts, NOW - Duration::from_secs(1200)).unwrap_err();
    assert!(
        early.text(ErrorFamily::Query).message.starts_with("Signature not yet current: 20150830T123600Z")
    );
    assert_eq!(early.text(ErrorFamily::S3).code, "RequestTimeTooSkewed");
}

#[test]
fn unsigned_and_incomplete_requests_are_told_what_is_missing() {
    assert_eq!(
        refusal(&request("/", &[]), ErrorFamily::Query),
        ("MissingAuthenticationToken", 403, "Missing Authentication Token".to_owned())
    );
    let bare = request("/", &[("authorization", "AWS4-HMAC-SHA256 ")]);
    assert_eq!(
        refusal(&bare, ErrorFamily::Query).2,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
         Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a \
         'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256"
    );
    let slashes = "AWS4-HMAC-SHA256 Credential=A/2015/r/s/aws4_request, SignedHeaders=host, Signature=0";
    let malformed = request("/", &[("authorization", slashes), ("x-amz-date", "20150830T123600Z")]);
    assert_eq!(refusal(&malformed, ErrorFamily::S3).0, "AuthorizationHeaderMalformed");
}

#[test]
fn older_and_newer_mechanisms_are_refused_by_name() {
    let v2 = request("/", &[("authorization", "AWS AKID:c2ln")]);
    assert!(refusal(&v2, ErrorFamily::S3).2.contains("Signature Version 2"));
    let v2_query = request("/?AWSAccessKeyId=A&Signature=b&Expires=1", &[]);
    assert!(refusal(&v2_query, ErrorFamily::S3).2.contains("Signature Version 2"));
    let v4a = request("/", &[("authorization", "AWS4-ECDSA-P256-SHA256 Credential=A")]);
    assert!(refusal(&v4a, ErrorFamily::Json).2.contains("AWS4-ECDSA-P256-SHA256"));
    let both = request("/?X-Amz-Algorithm=AWS4-HMAC-SHA256", &[("authorization", "AWS4-HMAC-SHA256 x")]);
    assert_eq!(check_at(&both, NOW).unwrap_err(), AuthError::TwoMechanisms);
}

#[test]
fn s3_wants_its_headers_signed_and_its_body_hash_given() {
    let mut parts = request("http://h/b/k", &[]);
    sign(&mut parts, &credentials(None), "us-east-1", "s3", NOW, SignedPayload::Unsigned);
    let mut extra = parts.clone();
    extra.headers.insert("x-amz-acl", "public-read".parse().unwrap());
    assert_eq!(check_at(&extra, NOW).unwrap_err(), AuthError::HeadersNotSigned("x-amz-acl".to_owned()));
    parts.headers.remove("x-amz-content-sha256");
    assert_eq!(check_at(&parts, NOW).unwrap_err(), AuthError::ContentHashMissing);
    parts.headers.insert("x-amz-content-sha256", "nonsense".parse().unwrap());
    assert_eq!(check_at(&parts, NOW).unwrap_err(), AuthError::ContentHashInvalid);
}

#[test]
fn a_wrong_secret_is_told_in_each_familys_words() {
    let mut parts = request("http://h/b/k", &[]);
    let mut wrong = credentials(None);
    wrong.secret_access_key = "other".to_owned();
    sign(&mut parts, &wrong, "us-east-1", "s3", NOW, SignedPayload::Unsigned);
    let error = check_at(&parts, NOW).unwrap_err();
    assert_eq!(error.text(ErrorFamily::S3).code, "SignatureDoesNotMatch");
    let json = error.text(ErrorFamily::Json);
    assert_eq!((json.code, json.status), ("InvalidSignatureException", 400));
    assert!(json.message.ends_with("Consult the service documentation for details."));
}

proptest! {
    #[test]
    fn no_request_makes_it_panic(
        path in "/[!-~]{0,30}",
        authorization in "(AWS4-HMAC-SHA256 )?([ -~]{0,20}|Credential=[a-z/0-9]{0,40}, SignedHeaders=[a-z;-]{0,20}, Signature=[0-9a-f]{0,70}){0,3}",
        date in "([0-9TZ]{0,18}|20150830T123600Z)",
        hash in "[ -~]{0,70}",
    ) {
        let Ok(uri) = path.parse::<http::Uri>() else { return Ok(()) };
        let request = Request::builder()
            .uri(uri)
            .header("authorization", authorization)
            .header("x-amz-date", date)
            .header("x-amz-content-sha256", hash);
        let Ok(request) = request.body(()) else { return Ok(()) };
        let (parts, ()) = request.into_parts();
        prop_assert!(check_at(&parts, NOW).is_err());
    }

    #[test]
    fn no_query_makes_it_panic(query in "(X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)=[A-Za-z0-9%/-]{0,40}&){0,8}[!-~]{0,10}") {
        let Ok(uri) = format!("/?{query}").parse::<http::Uri>() else { return Ok(()) };
        let (parts, ()) = Request::builder().uri(uri).body(()).unwrap().into_parts();
        let _ = Presented::parse(&parts);
        prop_assert!(check_at(&parts, NOW).is_err());
    }
}
