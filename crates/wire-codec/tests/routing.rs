//! Requests built from each operation's own template find that operation again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use http::{HeaderMap, HeaderName, HeaderValue};
use wire_codec::service::Binding;
use wire_codec::{OperationDesc, RestRouter, ServiceDesc};

/// Operations that a request cannot tell apart: the built one of each pair is found.
const TWINS: &[(&str, &str)] = &[
    ("GetBucketLifecycle", "GetBucketLifecycleConfiguration"),
    ("GetBucketNotification", "GetBucketNotificationConfiguration"),
    ("ListDirectoryBuckets", "ListBuckets"),
    ("PutBucketLifecycle", "PutBucketLifecycleConfiguration"),
    ("PutBucketNotification", "PutBucketNotificationConfiguration"),
];

fn request_of(operation: &OperationDesc) -> (String, String, HeaderMap) {
    let (path, query) = operation.uri.split_once('?').unwrap_or((operation.uri, ""));
    let fill = |segment: &str| match segment.strip_prefix('{') {
        Some(label) if label.contains('+') => "some/deep%20key".to_owned(),
        Some(_) => "label".to_owned(),
        None => segment.to_owned(),
    };
    let path = path.split('/').map(fill).collect::<Vec<_>>().join("/");
    let mut query = vec![query.to_owned()];
    let mut headers = HeaderMap::new();
    for binding in operation.required {
        match binding {
            Binding::Query(key) => query.push(format!("{key}=1")),
            Binding::Header(name) => {
                headers
                    .insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_static("1"));
            }
        }
    }
    query.retain(|q| !q.is_empty());
    (path, query.join("&"), headers)
}

fn routes_to_itself(service: &'static ServiceDesc) {
    let router = RestRouter::new(service);
    let mut lost = Vec::new();
    for operation in service.operations {
        let (path, query, headers) = request_of(operation);
        let found = router.route(operation.method, &path, Some(&query), &headers).map_or("none", |o| o.name);
        let twin = TWINS.iter().any(|(a, b)| *a == operation.name && *b == found);
        if found != operation.name && !twin {
            lost.push(format!("{} {path}?{query}: {found} instead of {}", operation.method, operation.name));
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn operations_of_s3_find_themselves() {
    routes_to_itself(&api_s3::SERVICE);
}

#[test]
fn operations_of_lambda_find_themselves() {
    routes_to_itself(&api_lambda::SERVICE);
}

#[test]
fn operations_of_api_gateway_find_themselves() {
    routes_to_itself(&api_apigateway::SERVICE);
    routes_to_itself(&api_apigatewayv2::SERVICE);
}

fn s3(method: &str, path: &str, query: &str, header: Option<&'static str>) -> &'static str {
    let mut headers = HeaderMap::new();
    if let Some(name) = header {
        headers.insert(name, HeaderValue::from_static("x"));
    }
    RestRouter::new(&api_s3::SERVICE).route(method, path, Some(query), &headers).map_or("none", |o| o.name)
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
fn operation_tables_are_sorted_for_look_up_by_name() {
    for service in
        [&api_sqs::SERVICE, &api_dynamodb::SERVICE, &api_iam::SERVICE, &api_cloudformation::SERVICE]
    {
        for operation in service.operations {
            assert_eq!(
                service.operation(operation.name).map(|o| o.uri),
                Some(operation.uri),
                "{}",
                operation.name
            );
        }
        assert!(service.operation("NoSuchOperation").is_none());
    }
}
