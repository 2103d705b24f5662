//! Putting, getting, copying, tagging.

use api_s3::{self as api, S3 as _};
use bytes::Bytes;
use futures_util::stream;
use wire_codec::Body;

use crate::world::{BUCKET, World, code, many_bytes};

#[tokio::test]
async fn small_and_great_objects_come_back_as_they_were_put() {
    let world = World::new().await;
    for len in [0, 1, 8 << 10, (8 << 10) + 1, 300_000] {
        let bytes = many_bytes(len);
        world.put("k", bytes.clone()).await;
        assert_eq!(world.get("k").await, bytes, "{len} bytes");
    }
    assert_eq!(world.put("empty", "").await.e_tag.unwrap(), "\"d41d8cd98f00b204e9800998ecf8427e\"");
}

#[tokio::test]
async fn what_a_client_says_is_kept_and_given_back() {
    let world = World::new().await;
    let change = |input: &mut api::PutObjectInput| {
        input.content_type = Some("image/png".to_owned());
        input.content_encoding = Some("aws-chunked,gzip".to_owned());
        input.cache_control = Some("no-store".to_owned());
        input.expires = Some("whenever".to_owned());
        input.metadata = Some([("Colour".to_owned(), "red".to_owned())].into_iter().collect());
        input.storage_class = Some(api::StorageClass::StandardIa);
        input.tagging = Some("a=1&b=2".to_owned());
    };
    let put = world.try_put("k", "x", change).await.unwrap();
    assert_eq!(put.server_side_encryption, Some(api::ServerSideEncryption::Aes256));
    let input = api::HeadObjectInput { bucket: BUCKET.to_owned(), key: "k".to_owned(), ..Default::default() };
    let head = world.s3.head_object(&world.cx(), input).await.unwrap();
    assert_eq!(head.content_type.as_deref(), Some("image/png"));
    assert_eq!(head.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(head.cache_control.as_deref(), Some("no-store"));
    assert_eq!(head.expires.as_deref(), Some("whenever"));
    assert_eq!(head.metadata.unwrap()["colour"], "red");
    assert_eq!(head.storage_class, Some(api::StorageClass::StandardIa));
    assert_eq!((head.tag_count, head.content_length), (Some(2), Some(1)));
    assert_eq!(head.version_id, None);
}

#[tokio::test]
async fn ranges_give_their_part_and_no_checksum_of_the_whole() {
    let world = World::new().await;
    let bytes = many_bytes(200_000);
    world.put("k", bytes.clone()).await;
    for (header, range) in
        [("bytes=0-9", 0..10), ("bytes=65530-65545", 65530..65546), ("bytes=-5", 199_995..200_000)]
    {
        let change = |input: &mut api::GetObjectInput| {
            input.range = Some(header.to_owned());
            input.checksum_mode = Some(api::ChecksumMode::Enabled);
        };
        let (output, part) = world.try_get("k", change).await.unwrap();
        assert_eq!(part, bytes.slice(range));
        assert!(output.content_range.unwrap().ends_with("/200000"));
        assert_eq!(output.checksum_crc64nvme, None);
    }
    let beyond = world.try_get("k", |input| input.range = Some("bytes=200000-".to_owned())).await;
    assert_eq!(code(beyond), "InvalidRange");
}

#[tokio::test]
async fn a_checksum_is_computed_kept_and_told() {
    let world = World::new().await;
    let put = world.put("k", "123456789").await;
    assert_eq!(put.checksum_crc64nvme.as_deref(), Some("rosUhgp5mIg="));
    assert_eq!(put.checksum_type, Some(api::ChecksumType::FullObject));
    let with = |text: &str| {
        let text = text.to_owned();
        move |input: &mut api::PutObjectInput| input.checksum_crc32 = Some(text)
    };
    world.try_put("k", "123456789", with("y/Q5Jg==")).await.unwrap();
    let (output, _) =
        world.try_get("k", |input| input.checksum_mode = Some(api::ChecksumMode::Enabled)).await.unwrap();
    assert_eq!(output.checksum_crc32.as_deref(), Some("y/Q5Jg=="));
    assert_eq!(code(world.try_put("k", "12345678x", with("y/Q5Jg==")).await), "BadDigest");
    assert_eq!(world.get("k").await, "123456789");
}

#[tokio::test]
async fn a_body_that_is_not_what_was_said_leaves_nothing() {
    let world = World::new().await;
    let wrong_md5 =
        |input: &mut api::PutObjectInput| input.content_md5 = Some("1B2M2Y8AsgTpgAmY7PhCfg==".to_owned());
    assert_eq!(code(world.try_put("k", many_bytes(100_000), wrong_md5).await), "BadDigest");
    let no_md5 = |input: &mut api::PutObjectInput| input.content_md5 = Some("xx".to_owned());
    assert_eq!(code(world.try_put("k", "x", no_md5).await), "InvalidDigest");
    let pieces = || stream::iter([Ok::<_, std::io::Error>(many_bytes(60_000))]);
    let short = world.try_put("k", "", |input| input.body = Body::stream(pieces(), Some(60_001))).await;
    assert_eq!(code(short), "IncompleteBody");
    let long = world.try_put("k", "", |input| input.body = Body::stream(pieces(), Some(59_999))).await;
    assert_eq!(code(long), "IncompleteBody");
    let endless = world.try_put("k", "", |input| input.body = Body::stream(pieces(), None)).await;
    assert_eq!(code(endless), "MissingContentLength");
    assert_eq!(code(world.try_get("k", |_| {}).await), "NoSuchKey");
    assert_eq!(world.blob_files(), 0);
}

#[tokio::test]
async fn writes_may_be_conditional() {
    let world = World::new().await;
    let absent = |input: &mut api::PutObjectInput| input.if_none_match = Some("*".to_owned());
    let etag = world.try_put("k", "1", absent).await.unwrap().e_tag.unwrap();
    let refused = world.try_put("k", "2", absent).await.unwrap_err();
    assert_eq!(refused.code, "PreconditionFailed");
    assert!(refused.extra().contains(&("Condition", "If-None-Match".to_owned())));
    world.try_put("k", "2", |input| input.if_match = Some(etag.clone())).await.unwrap();
    assert_eq!(
        code(world.try_put("k", "3", |input| input.if_match = Some(etag)).await),
        "PreconditionFailed"
    );
    assert_eq!(
        code(world.try_put("new", "3", |input| input.if_match = Some("x".to_owned())).await),
        "NoSuchKey"
    );
}

#[tokio::test]
async fn of_writers_who_all_want_to_be_first_one_is() {
    let world = World::new().await;
    let absent = |input: &mut api::PutObjectInput| input.if_none_match = Some("*".to_owned());
    let writers = (0..16).map(|i| world.try_put("k", format!("{i}"), absent));
    let outcomes = futures_util::future::join_all(writers).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

#[tokio::test]
async fn reads_may_be_conditional() {
    let world = World::new().await;
    let etag = world.put("k", "1").await.e_tag.unwrap();
    let unchanged = world.try_get("k", |input| input.if_none_match = Some(etag.clone())).await.err().unwrap();
    assert_eq!(unchanged.status, 304);
    assert!(unchanged.headers().contains(&("etag", etag)));
    let changed = world.try_get("k", |input| input.if_match = Some("x".to_owned())).await;
    assert_eq!(code(changed), "PreconditionFailed");
}

#[tokio::test]
async fn response_headers_may_be_overridden_by_who_signs() {
    let world = World::new().await;
    world.put("k", "1").await;
    let change = |input: &mut api::GetObjectInput| {
        input.response_content_type = Some("text/csv".to_owned());
        input.response_content_disposition = Some("attachment".to_owned());
    };
    let (output, _) = world.try_get("k", change).await.unwrap();
    assert_eq!(output.content_type.as_deref(), Some("text/csv"));
    assert_eq!(output.content_disposition.as_deref(), Some("attachment"));
    let mut input =
        api::GetObjectInput { bucket: BUCKET.to_owned(), key: "k".to_owned(), ..Default::default() };
    change(&mut input);
    let anonymous = world.cx_as(port::Principal::Anonymous, "us-east-1");
    assert_eq!(code(world.s3.get_object(&anonymous, input).await), "InvalidRequest");
}

fn copy(source: &str, key: &str) -> api::CopyObjectInput {
    api::CopyObjectInput {
        bucket: BUCKET.to_owned(),
        key: key.to_owned(),
        copy_source: format!("{BUCKET}/{source}"),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_copy_takes_bytes_and_what_its_directives_say() {
    let world = World::new().await;
    let describe = |input: &mut api::PutObjectInput| {
        input.content_type = Some("text/plain".to_owned());
        input.metadata = Some([("a".to_owned(), "1".to_owned())].into_iter().collect());
        input.tagging = Some("t=1".to_owned());
    };
    let bytes = many_bytes(100_000);
    world.try_put("k", bytes.clone(), describe).await.unwrap();
    world.s3.copy_object(&world.cx(), copy("k", "c")).await.unwrap();
    let (output, copied) = world.try_get("c", |_| {}).await.unwrap();
    assert_eq!(copied, bytes);
    assert_eq!(output.content_type.as_deref(), Some("text/plain"));
    assert_eq!((output.metadata.unwrap()["a"].as_str(), output.tag_count), ("1", Some(1)));
    let replace = api::CopyObjectInput {
        metadata_directive: Some(api::MetadataDirective::Replace),
        tagging_directive: Some(api::TaggingDirective::Replace),
        content_type: Some("text/html".to_owned()),
        ..copy("k", "k")
    };
    world.s3.copy_object(&world.cx(), replace).await.unwrap();
    let (output, copied) = world.try_get("k", |_| {}).await.unwrap();
    assert_eq!(copied, bytes);
    assert_eq!((output.metadata, output.tag_count), (None, None));
    assert_eq!(output.content_type.as_deref(), Some("text/html"));
}

#[tokio::test]
async fn a_copy_to_itself_without_a_change_is_refused() {
    let world = World::new().await;
    world.put("k", "1").await;
    assert_eq!(code(world.s3.copy_object(&world.cx(), copy("k", "k")).await), "InvalidRequest");
    let wrong = api::CopyObjectInput { copy_source_if_match: Some("x".to_owned()), ..copy("k", "c") };
    assert_eq!(code(world.s3.copy_object(&world.cx(), wrong).await), "PreconditionFailed");
    assert_eq!(code(world.s3.copy_object(&world.cx(), copy("none", "c")).await), "NoSuchKey");
}

#[tokio::test]
async fn tags_are_replaced_and_taken_away() {
    let world = World::new().await;
    world.put("k", "1").await;
    let tag = |key: &str| api::Tag { key: key.to_owned(), value: "v".to_owned() };
    let put = |tags: Vec<api::Tag>| api::PutObjectTaggingInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        tagging: api::Tagging { tag_set: tags },
        ..Default::default()
    };
    world.s3.put_object_tagging(&world.cx(), put(vec![tag("a"), tag("b")])).await.unwrap();
    let get = || api::GetObjectTaggingInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        ..Default::default()
    };
    assert_eq!(world.s3.get_object_tagging(&world.cx(), get()).await.unwrap().tag_set.len(), 2);
    assert_eq!(
        code(world.s3.put_object_tagging(&world.cx(), put(vec![tag("a"), tag("a")])).await),
        "InvalidTag"
    );
    let delete = api::DeleteObjectTaggingInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        ..Default::default()
    };
    world.s3.delete_object_tagging(&world.cx(), delete).await.unwrap();
    assert!(world.s3.get_object_tagging(&world.cx(), get()).await.unwrap().tag_set.is_empty());
    assert_eq!(world.get("k").await, "1");
}

#[tokio::test]
async fn many_are_deleted_at_once_and_each_is_told() {
    let world = World::new().await;
    for key in ["a", "b", "c"] {
        world.put(key, "1").await;
    }
    let object = |key: &str| api::ObjectIdentifier { key: key.to_owned(), ..Default::default() };
    let delete = |objects: Vec<api::ObjectIdentifier>| api::DeleteObjectsInput {
        bucket: BUCKET.to_owned(),
        delete: api::Delete { objects, quiet: None },
        ..Default::default()
    };
    let bad = api::ObjectIdentifier { version_id: Some("nonsense".to_owned()), ..object("c") };
    let answer =
        world.s3.delete_objects(&world.cx(), delete(vec![object("a"), object("none"), bad])).await.unwrap();
    let deleted: Vec<_> = answer.deleted.unwrap().into_iter().map(|object| object.key.unwrap()).collect();
    assert_eq!(deleted, ["a", "none"]);
    let errors = answer.errors.unwrap();
    assert_eq!((errors.len(), errors[0].code.as_deref()), (1, Some("InvalidArgument")));
    assert_eq!(
        code(world.s3.delete_objects(&world.cx(), delete(vec![object("k"); 1001])).await),
        "MalformedXML"
    );
    assert_eq!(code(world.try_get("a", |_| {}).await), "NoSuchKey");
    assert_eq!(world.get("b").await, "1");
}

#[tokio::test]
async fn another_service_reads_an_object() {
    let world = World::new().await;
    world.put("code.zip", "zip").await;
    let entry = port::ObjectReader::read(&world.s3, &world.cx(), BUCKET, "code.zip", None).await.unwrap();
    assert_eq!((entry.size_bytes, entry.body.collect(10).await.unwrap()), (3, Bytes::from("zip")));
}
