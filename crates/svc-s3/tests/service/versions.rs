//! Versioning.

use api_s3::{self as api, BucketVersioningStatus as Status, S3 as _};

use crate::world::{BUCKET, World, code};

async fn versions(world: &World) -> api::ListObjectVersionsOutput {
    let input = api::ListObjectVersionsInput { bucket: BUCKET.to_owned(), ..Default::default() };
    world.s3.list_object_versions(&world.cx(), input).await.unwrap()
}

#[tokio::test]
async fn every_version_can_be_read_and_a_delete_marker_hides_them() {
    let world = World::new().await;
    world.put("k", "null").await;
    world.set_versioning(Status::Enabled).await;
    let first = world.put("k", "first").await.version_id.unwrap();
    let second = world.put("k", "second").await.version_id.unwrap();
    assert_ne!(first, second);
    for (id, bytes) in [("null", "null"), (&first, "first"), (&second, "second")] {
        let (output, got) = world.try_get("k", |input| input.version_id = Some(id.to_owned())).await.unwrap();
        assert_eq!((got, output.version_id.as_deref()), (bytes.into(), Some(id)));
    }
    let marker = world.delete("k", None).await;
    assert_eq!(marker.delete_marker, Some(true));
    let hidden = world.try_get("k", |_| {}).await.err().unwrap();
    assert_eq!(hidden.code, "NoSuchKey");
    assert!(hidden.headers().contains(&("x-amz-delete-marker", "true".to_owned())));
    let id = marker.version_id.clone();
    assert_eq!(code(world.try_get("k", |input| input.version_id = id).await), "MethodNotAllowed");
    let listed = versions(&world).await;
    assert_eq!((listed.versions.unwrap().len(), listed.delete_markers.unwrap().len()), (3, 1));
    world.delete("k", marker.version_id.as_deref()).await;
    assert_eq!(world.get("k").await, "second");
    world.delete("k", Some(&second)).await;
    assert_eq!(world.get("k").await, "first");
    world.delete("k", Some("null")).await;
    world.delete("k", Some(&first)).await;
    assert_eq!(code(world.try_get("k", |_| {}).await), "NoSuchKey");
    assert!(versions(&world).await.versions.unwrap().is_empty());
}

#[tokio::test]
async fn suspended_versioning_replaces_the_null_version_only() {
    let world = World::new().await;
    world.set_versioning(Status::Enabled).await;
    let kept = world.put("k", "kept").await.version_id.unwrap();
    world.set_versioning(Status::Suspended).await;
    assert_eq!(world.put("k", "one").await.version_id.as_deref(), Some("null"));
    world.put("k", "two").await;
    let ids: Vec<_> =
        versions(&world).await.versions.unwrap().into_iter().map(|v| v.version_id.unwrap()).collect();
    assert_eq!(ids, ["null", &kept]);
    let deleted = world.delete("k", None).await;
    assert_eq!((deleted.delete_marker, deleted.version_id.as_deref()), (Some(true), Some("null")));
    assert_eq!(versions(&world).await.versions.unwrap().len(), 1);
    assert_eq!(world.try_get("k", |input| input.version_id = Some(kept)).await.unwrap().1, "kept");
}

#[tokio::test]
async fn versions_are_listed_in_pages_each_once_newest_first() {
    let world = World::new().await;
    world.set_versioning(Status::Enabled).await;
    let mut expected = Vec::new();
    for key in ["a", "b", "c"] {
        let mut ids = Vec::new();
        for i in 0..4 {
            ids.push((key.to_owned(), world.put(key, format!("{i}")).await.version_id.unwrap()));
        }
        ids.reverse();
        expected.extend(ids);
    }
    for page_size in 1..6 {
        let (mut listed, mut key_marker, mut version_id_marker) = (Vec::new(), None, None);
        loop {
            let input = api::ListObjectVersionsInput {
                bucket: BUCKET.to_owned(),
                max_keys: Some(page_size),
                key_marker,
                version_id_marker,
                ..Default::default()
            };
            let page = world.s3.list_object_versions(&world.cx(), input).await.unwrap();
            listed
                .extend(page.versions.unwrap().into_iter().map(|v| (v.key.unwrap(), v.version_id.unwrap())));
            (key_marker, version_id_marker) = (page.next_key_marker, page.next_version_id_marker);
            if page.is_truncated != Some(true) {
                break;
            }
        }
        assert_eq!(listed, expected, "{page_size} a page");
    }
}

#[tokio::test]
async fn deleting_a_version_that_is_not_there_succeeds_and_nonsense_fails() {
    let world = World::new().await;
    world.set_versioning(Status::Enabled).await;
    let id = world.put("k", "1").await.version_id.unwrap();
    world.delete("k", Some(&id)).await;
    world.delete("k", Some(&id)).await;
    let input = api::DeleteObjectInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        version_id: Some("nonsense".to_owned()),
        ..Default::default()
    };
    assert_eq!(code(world.s3.delete_object(&world.cx(), input).await), "InvalidArgument");
}
