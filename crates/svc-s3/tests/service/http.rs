//! What surrounds the operations over HTTP: `206`, checksums of small bodies, cross-origin headers.

use api_s3::{self as api, S3 as _};
use http::{HeaderMap, HeaderValue, Request, Response};
use port::ApiService;
use wire_codec::{Body, Call, Protocol};

use crate::world::{BUCKET, World};

async fn call(world: &World, operation: &str, request: Request<Body>) -> Response<Body> {
    let desc = api::SERVICE.operations.iter().find(|desc| desc.name == operation).unwrap();
    let call = Call::new(desc, Protocol::RestXml, request, "request-1".to_owned());
    world.s3.call(&world.cx(), call).await
}

async fn allow_everyone(world: &World) {
    let rule = api::CORSRule {
        allowed_methods: vec!["GET".to_owned()],
        allowed_origins: vec!["https://a.example".to_owned()],
        expose_headers: Some(vec!["ETag".to_owned()]),
        ..Default::default()
    };
    let input = api::PutBucketCorsInput {
        bucket: BUCKET.to_owned(),
        cors_configuration: api::CORSConfiguration { cors_rules: vec![rule] },
        ..Default::default()
    };
    world.s3.put_bucket_cors(&world.cx(), input).await.unwrap();
}

#[tokio::test]
async fn a_range_is_partial_content_and_the_whole_is_not() {
    let world = World::new().await;
    world.put("k", "0123456789").await;
    let get = |range: Option<&'static str>| {
        let mut request = Request::get(format!("/{BUCKET}/k")).body(Body::empty()).unwrap();
        if let Some(range) = range {
            request.headers_mut().insert("range", HeaderValue::from_static(range));
        }
        request
    };
    assert_eq!(call(&world, "GetObject", get(None)).await.status(), 200);
    let part = call(&world, "GetObject", get(Some("bytes=2-4"))).await;
    assert_eq!(
        (part.status().as_u16(), &part.headers()["content-range"]),
        (206, &HeaderValue::from_static("bytes 2-4/10"))
    );
    assert_eq!(part.into_body().collect(100).await.unwrap(), "234");
}

#[tokio::test]
async fn an_answer_to_a_page_carries_its_cross_origin_headers() {
    let world = World::new().await;
    allow_everyone(&world).await;
    world.put("k", "1").await;
    let get =
        |origin| Request::get(format!("/{BUCKET}/k")).header("origin", origin).body(Body::empty()).unwrap();
    let answer = call(&world, "GetObject", get("https://a.example")).await;
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://a.example");
    assert_eq!(answer.headers()["access-control-expose-headers"], "ETag");
    let other = call(&world, "GetObject", get("https://b.example")).await;
    assert!(!other.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_preflight_is_granted_or_forbidden() {
    let world = World::new().await;
    let ask = |origin: &'static str, method: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert("origin", HeaderValue::from_static(origin));
        headers.insert("access-control-request-method", HeaderValue::from_static(method));
        headers
    };
    let off = world.s3.preflight(BUCKET, &ask("https://a.example", "GET")).await.unwrap_err();
    assert_eq!((off.code.as_ref(), off.status), ("AccessForbidden", 403));
    allow_everyone(&world).await;
    assert!(world.s3.preflight(BUCKET, &ask("https://a.example", "GET")).await.is_ok());
    assert!(world.s3.preflight(BUCKET, &ask("https://a.example", "PUT")).await.is_err());
}

#[tokio::test]
async fn a_document_that_is_not_what_its_md5_says_is_refused() {
    let world = World::new().await;
    let document = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    let put = |md5: &'static str| {
        Request::put(format!("/{BUCKET}?tagging"))
            .header("content-md5", md5)
            .body(Body::bytes(document))
            .unwrap()
    };
    let wrong = call(&world, "PutBucketTagging", put("1B2M2Y8AsgTpgAmY7PhCfg==")).await;
    assert_eq!(wrong.status(), 400);
    let text = wrong.into_body().collect(10_000).await.unwrap();
    assert!(String::from_utf8_lossy(&text).contains("<Code>BadDigest</Code>"));
    let unsigned = Request::put(format!("/{BUCKET}?tagging")).body(Body::bytes(document)).unwrap();
    assert_eq!(call(&world, "PutBucketTagging", unsigned).await.status(), 200);
}

#[tokio::test]
async fn a_missing_object_is_an_error_document_with_its_key() {
    let world = World::new().await;
    let get = Request::get(format!("/{BUCKET}/none")).body(Body::empty()).unwrap();
    let answer = call(&world, "GetObject", get).await;
    assert_eq!(answer.status(), 404);
    let text = answer.into_body().collect(10_000).await.unwrap();
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains("<Code>NoSuchKey</Code>") && text.contains("<Key>none</Key>"), "{text}");
}
