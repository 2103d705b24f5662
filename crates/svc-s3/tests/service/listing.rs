//! Listing objects through the operations.

use api_s3::{self as api, S3 as _};

use crate::world::{BUCKET, World, code};

fn list(max_keys: i32) -> api::ListObjectsV2Input {
    api::ListObjectsV2Input { bucket: BUCKET.to_owned(), max_keys: Some(max_keys), ..Default::default() }
}

#[tokio::test]
async fn pages_follow_utf8_order_and_end() {
    let world = World::new().await;
    let mut keys: Vec<String> = (0..25).map(|i| format!("key-{i:02}")).collect();
    keys.extend(["a\u{1}b", "ä", "z", "\u{10348}", "~", "A"].map(str::to_owned));
    for key in &keys {
        world.put(key, "1").await;
    }
    keys.sort();
    let (mut listed, mut token, mut pages) = (Vec::new(), None, 0);
    loop {
        let input = api::ListObjectsV2Input { continuation_token: token, ..list(7) };
        let page = world.s3.list_objects_v2(&world.cx(), input).await.unwrap();
        assert_eq!(page.key_count, Some(page.contents.as_ref().unwrap().len() as i32));
        listed.extend(page.contents.unwrap().into_iter().map(|object| object.key.unwrap()));
        (token, pages) = (page.next_continuation_token, pages + 1);
        if page.is_truncated != Some(true) {
            break;
        }
    }
    assert_eq!((listed, pages), (keys, 5));
}

#[tokio::test]
async fn version_one_pages_by_marker_over_common_prefixes() {
    let world = World::new().await;
    for key in ["a/1", "a/2", "b", "c/1", "c/2", "d"] {
        world.put(key, "1").await;
    }
    let (mut seen, mut marker) = (Vec::new(), None);
    loop {
        let input = api::ListObjectsInput {
            bucket: BUCKET.to_owned(),
            delimiter: Some("/".to_owned()),
            max_keys: Some(1),
            marker,
            ..Default::default()
        };
        let page = world.s3.list_objects(&world.cx(), input).await.unwrap();
        seen.extend(page.contents.unwrap().into_iter().map(|object| object.key.unwrap()));
        seen.extend(
            page.common_prefixes.unwrap_or_default().into_iter().map(|prefix| prefix.prefix.unwrap()),
        );
        marker = page.next_marker;
        if page.is_truncated != Some(true) {
            break;
        }
    }
    assert_eq!(seen, ["a/", "b", "c/", "d"]);
}

#[tokio::test]
async fn more_keys_than_a_scan_reads_at_once_roll_up() {
    let world = World::new().await;
    let puts = (0..1500).map(|i| async move { format!("big/{i:04}") });
    let keys = futures_util::future::join_all(puts).await;
    for some in keys.chunks(100) {
        futures_util::future::join_all(some.iter().map(|key| world.put(key, ""))).await;
    }
    world.put("big0", "").await;
    world.put("z", "").await;
    let input = api::ListObjectsV2Input { delimiter: Some("/".to_owned()), ..list(1000) };
    let page = world.s3.list_objects_v2(&world.cx(), input).await.unwrap();
    let listed: Vec<_> = page.contents.unwrap().into_iter().map(|object| object.key.unwrap()).collect();
    assert_eq!(listed, ["big0", "z"]);
    assert_eq!(page.common_prefixes.unwrap()[0].prefix.as_deref(), Some("big/"));
    let all = world.s3.list_objects_v2(&world.cx(), list(5000)).await.unwrap();
    assert_eq!((all.key_count, all.is_truncated), (Some(1000), Some(true)));
}

#[tokio::test]
async fn keys_are_url_encoded_on_request() {
    let world = World::new().await;
    world.put("dir/red flower\u{1}.jpg", "1").await;
    let input = api::ListObjectsV2Input {
        encoding_type: Some(api::EncodingType::Url),
        prefix: Some("dir/red ".to_owned()),
        ..list(10)
    };
    let page = world.s3.list_objects_v2(&world.cx(), input).await.unwrap();
    assert_eq!(page.contents.unwrap()[0].key.as_deref(), Some("dir/red+flower%01.jpg"));
    assert_eq!(page.prefix.as_deref(), Some("dir/red+"));
}

#[tokio::test]
async fn nothing_asked_is_nothing_listed_and_a_wrong_token_is_refused() {
    let world = World::new().await;
    world.put("k", "1").await;
    let page = world.s3.list_objects_v2(&world.cx(), list(0)).await.unwrap();
    assert_eq!((page.is_truncated, page.key_count), (Some(false), Some(0)));
    let input = api::ListObjectsV2Input { continuation_token: Some("?".to_owned()), ..list(1) };
    assert_eq!(code(world.s3.list_objects_v2(&world.cx(), input).await), "InvalidArgument");
    assert_eq!(code(world.s3.list_objects_v2(&world.cx(), list(-1)).await), "InvalidArgument");
    let asked = world.neighbours.keys.lock().clone();
    assert!(asked.contains(&("s3:max-keys".to_owned(), "-1".to_owned())));
}
