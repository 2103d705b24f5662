//! Uploads by a form.

use bytes::Bytes;
use futures_util::stream;
use http::Request;
use svc_s3::PostForm;
use wire_codec::{ApiError, Body};

use crate::world::{BUCKET, World, code, many_bytes};

fn form(fields: &[(&str, &str)], file: &[u8]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    body.extend(b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.bin\"\r\nContent-Type: image/x\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--b--\r\n");
    let pieces: Vec<_> =
        body.chunks(1000).map(|some| Ok::<_, std::io::Error>(Bytes::copy_from_slice(some))).collect();
    let body = Body::stream(stream::iter(pieces), Some(body.len() as u64));
    let request =
        Request::post(format!("/{BUCKET}")).header("content-type", "multipart/form-data; boundary=b");
    request.body(body).unwrap()
}

async fn post(world: &World, request: Request<Body>) -> Result<http::Response<Body>, ApiError> {
    let form = PostForm::read(BUCKET, request).await?;
    world.s3.post_object(&world.cx(), form).await
}

#[tokio::test]
async fn a_file_is_put_under_its_key() {
    let world = World::new().await;
    let file = many_bytes(100_000);
    let fields = [("key", "up/${filename}"), ("success_action_status", "201"), ("x-amz-meta-colour", "red")];
    let answer = post(&world, form(&fields, &file)).await.unwrap();
    assert_eq!(answer.status(), 201);
    let text = answer.into_body().collect(10_000).await.unwrap();
    assert!(String::from_utf8_lossy(&text).contains("<Key>up/f.bin</Key>"));
    let (output, bytes) = world.try_get("up/f.bin", |_| {}).await.unwrap();
    assert_eq!((bytes, output.content_type.as_deref()), (file, Some("image/x")));
    assert_eq!(output.metadata.unwrap()["colour"], "red");
}

#[tokio::test]
async fn a_form_sends_the_browser_on() {
    let world = World::new().await;
    let fields = [("key", "k"), ("success_action_redirect", "https://a.example/done?x=1")];
    let answer = post(&world, form(&fields, b"1")).await.unwrap();
    assert_eq!(answer.status(), 303);
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.starts_with("https://a.example/done?x=1&bucket=bucket-1&key=k&etag=%22"), "{location}");
}

#[tokio::test]
async fn a_form_without_key_or_with_a_refused_field_puts_nothing() {
    let world = World::new().await;
    assert_eq!(code(post(&world, form(&[], b"1")).await), "InvalidArgument");
    let public = [("key", "k"), ("acl", "public-read")];
    assert_eq!(code(post(&world, form(&public, b"1")).await), "AccessControlListNotSupported");
    let tagged = [("key", "k"), ("tagging", "<x/>")];
    assert_eq!(code(post(&world, form(&tagged, b"1")).await), "NotImplemented");
    assert_eq!(code(world.try_get("k", |_| {}).await), "NoSuchKey");
}
