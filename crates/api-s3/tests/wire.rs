//! S3 on the wire: routing by header and query, streams, its own XML and errors.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "../../wire-codec/tests/shared/mod.rs"]
mod shared;

use api_s3::*;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use shared::{block_on, call, error, read_request, responder, text};
use wire_codec::{ApiError, Body, Protocol, RestRouter};

#[test]
fn s3_answers_in_its_own_xml() {
    let mut location =
        GetBucketLocationOutput { location_constraint: Some(BucketLocationConstraint::EuWest1) };
    let (_, body) = text(responder(&SERVICE, "GetBucketLocation", Protocol::RestXml).success(&mut location));
    assert!(body.ends_with(
        "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</LocationConstraint>"
    ), "{body}");
    let e = ApiError::new("NoSuchBucket", 404, "The specified bucket does not exist").with("BucketName", "b");
    let answer = error(&SERVICE, "GetObject", Protocol::RestXml, &e);
    assert_eq!(answer.headers()["x-amz-request-id"], "id-1");
    assert_eq!(
        text(answer).1,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code>\
        <Message>The specified bucket does not exist</Message><BucketName>b</BucketName><RequestId>id-1</RequestId>\
        <HostId>id-1</HostId></Error>"
    );
}

#[test]
fn s3_streams_bodies_and_reads_headers() {
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>("ab".into()), Ok("c".into())]);
    let request = http::Request::put("/b/a%20b/c+d?x-id=PutObject")
        .header("x-amz-meta-Color", "red")
        .header("content-type", "text/plain")
        .header("x-amz-storage-class", "STANDARD")
        .body(Body::stream(chunks, None))
        .unwrap();
    let (put, _) = read_request::<PutObjectInput>(&SERVICE, "PutObject", Protocol::RestXml, request).unwrap();
    assert_eq!((put.bucket.as_str(), put.key.as_str()), ("b", "a b/c+d"));
    assert_eq!(put.metadata.unwrap()["color"], "red");
    assert_eq!(put.storage_class, Some(StorageClass::Standard));
    assert!(put.body.as_bytes().is_none(), "the body was buffered");
    assert_eq!(block_on(put.body.collect(10)).unwrap(), "abc");
}

#[test]
fn s3_deletes_and_dates_read_as_clients_write_them() {
    let xml = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b</Key></Object>\
        <Object><Key>c</Key><VersionId>v</VersionId></Object><Quiet>true</Quiet></Delete>";
    let request = http::Request::post("/b?delete").body(Body::bytes(xml)).unwrap();
    let (delete, _) =
        read_request::<DeleteObjectsInput>(&SERVICE, "DeleteObjects", Protocol::RestXml, request).unwrap();
    assert_eq!(delete.delete.objects.iter().map(|o| o.key.as_str()).collect::<Vec<_>>(), ["a&b", "c"]);
    let mut output = ListBucketsOutput {
        buckets: Some(vec![Bucket {
            name: Some("b".to_owned()),
            creation_date: Some(base_time::Timestamp::from_secs(0)),
            ..Default::default()
        }]),
        ..Default::default()
    };
    let (_, body) = text(responder(&SERVICE, "ListBuckets", Protocol::RestXml).success(&mut output));
    assert!(
        body.contains(
            "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Buckets><Bucket>"
        ),
        "{body}"
    );
    assert!(body.contains("<CreationDate>1970-01-01T00:00:00.000Z</CreationDate>"), "{body}");
}

#[test]
fn heads_and_304_have_no_body() {
    let request = http::Request::head("/b/k").body(Body::empty()).unwrap();
    let head = call(&SERVICE, "HeadObject", Protocol::RestXml, request).responder();
    assert_eq!(text(head.error(&ApiError::new("NoSuchKey", 404, "gone"))), (404, String::new()));
    let unchanged = ApiError::new("NotModified", 304, "Not Modified").with_header("etag", "\"e\"");
    let answer = error(&SERVICE, "GetObject", Protocol::RestXml, &unchanged);
    assert_eq!(answer.headers()["etag"], "\"e\"");
    assert_eq!(text(answer), (304, String::new()));
}

#[test]
fn document_types_and_entities_are_refused() {
    for xml in [
        "<!DOCTYPE d [<!ENTITY a \"b\">]><Delete><Object><Key>&a;</Key></Object></Delete>",
        "<Delete><Object><Key>&a;</Key></Object></Delete>",
        "<Delete><Object><Key>x</Object></Delete>",
        "<Wrong><Object><Key>x</Key></Object></Wrong>",
        "<Delete/><Delete/>",
    ] {
        let request = http::Request::post("/b?delete").body(Body::bytes(xml)).unwrap();
        let refused =
            read_request::<DeleteObjectsInput>(&SERVICE, "DeleteObjects", Protocol::RestXml, request);
        assert!(refused.is_err_and(|(_, text)| text.contains("<Code>MalformedXML</Code>")), "{xml}");
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("<Delete>{}", "<x>".repeat(50_000));
    let request = http::Request::post("/b?delete").body(Body::bytes(deep)).unwrap();
    assert!(
        read_request::<DeleteObjectsInput>(&SERVICE, "DeleteObjects", Protocol::RestXml, request).is_err()
    );
}

#[test]
fn wrong_parameters_are_named_and_unreadable_conditions_ignored() {
    let request = http::Request::get("/b?list-type=2&max-keys=many").body(Body::empty()).unwrap();
    let refused = read_request::<ListObjectsV2Input>(&SERVICE, "ListObjectsV2", Protocol::RestXml, request);
    let (_, text) = refused.unwrap_err();
    assert!(text.contains("<Code>InvalidArgument</Code>"), "{text}");
    assert!(text.contains("<ArgumentName>max-keys</ArgumentName>"), "{text}");
    let request =
        http::Request::get("/b/k").header("if-modified-since", "yesterday").body(Body::empty()).unwrap();
    let (get, _) = read_request::<GetObjectInput>(&SERVICE, "GetObject", Protocol::RestXml, request).unwrap();
    assert_eq!(get.if_modified_since, None);
    let request = http::Request::put("/b?versioning").body(Body::empty()).unwrap();
    let refused =
        read_request::<PutBucketVersioningInput>(&SERVICE, "PutBucketVersioning", Protocol::RestXml, request);
    assert!(refused.unwrap_err().1.contains("<Code>MissingRequestBodyError</Code>"));
}

/// Operations that a request cannot tell apart: the built one of each pair is found.
const TWINS: &[(&str, &str)] = &[
    ("GetBucketLifecycle", "GetBucketLifecycleConfiguration"),
    ("GetBucketNotification", "GetBucketNotificationConfiguration"),
    ("ListDirectoryBuckets", "ListBuckets"),
    ("PutBucketLifecycle", "PutBucketLifecycleConfiguration"),
    ("PutBucketNotification", "PutBucketNotificationConfiguration"),
];

#[test]
fn operations_find_themselves() {
    shared::routes_to_itself(&SERVICE, TWINS);
}

fn s3(method: &str, path: &str, query: &str, header: Option<&'static str>) -> &'static str {
    let mut headers = HeaderMap::new();
    if let Some(name) = header {
        headers.insert(name, HeaderValue::from_static("x"));
    }
    RestRouter::new(&SERVICE).route(method, path, Some(query), &headers).map_or("none", |o| o.name)
}

#[test]
fn put_on_a_key_is_told_apart_by_header_and_query() {
    let copy = Some("x-amz-copy-source");
    assert_eq!(s3("PUT", "/b/k", "", None), "PutObject");
    assert_eq!(s3("PUT", "/b/k", "x-id=PutObject", None), "PutObject");
    assert_eq!(s3("PUT", "/b/k", "", copy), "CopyObject");
    assert_eq!(s3("PUT", "/b/k", "partNumber=1&uploadId=u", None), "UploadPart");
    assert_eq!(s3("PUT", "/b/k", "partNumber=1&uploadId=u", copy), "UploadPartCopy");
    assert_eq!(s3("PUT", "/b/k", "tagging", None), "PutObjectTagging");
}

#[test]
fn keys_keep_their_slashes_and_buckets_may_end_in_one() {
    assert_eq!(s3("GET", "/b/", "list-type=2&prefix=", None), "ListObjectsV2");
    assert_eq!(s3("GET", "/b", "", None), "ListObjects");
    assert_eq!(s3("GET", "/b//k/", "", None), "GetObject");
    assert_eq!(s3("GET", "/", "", None), "ListBuckets");
    assert_eq!(s3("POST", "/b", "delete", None), "DeleteObjects");
    assert_eq!(s3("PATCH", "/b/k", "", None), "none");
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(shared::unchecked_patterns(&SERVICE), [""; 0]);
}

proptest! {
    #![proptest_config(shared::proptest_config())]

    #[test]
    fn hostile_bodies_never_panic(body in shared::hostile_body()) {
        let request = http::Request::post("/b?delete").body(Body::bytes(body)).unwrap();
        let _ = read_request::<DeleteObjectsInput>(&SERVICE, "DeleteObjects", Protocol::RestXml, request);
    }

    #[test]
    fn random_uris_never_panic(path in "/[ -~]{0,40}", query in "[ -~]{0,40}") {
        RestRouter::new(&SERVICE).route("GET", &path, Some(&query), &HeaderMap::new());
    }
}
