//! Bytes are freed, and a crash leaves none behind.

use crate::world::{World, code, many_bytes};

#[tokio::test]
async fn overwriting_and_deleting_free_space() {
    let world = World::new().await;
    world.put("k", many_bytes(100_000)).await;
    world.put("k", many_bytes(200_000)).await;
    world.until("the overwritten blob is freed", || world.blob_files() == 1).await;
    assert_eq!(world.get("k").await, many_bytes(200_000));
    world.delete("k", None).await;
    world.until("the deleted blob is freed", || world.blob_files() == 0).await;
}

#[tokio::test]
async fn who_reads_goes_on_reading_what_is_deleted() {
    let world = World::new().await;
    let bytes = many_bytes(2_000_000);
    world.put("k", bytes.clone()).await;
    let input = api_s3::GetObjectInput {
        bucket: crate::world::BUCKET.to_owned(),
        key: "k".to_owned(),
        ..Default::default()
    };
    let output = api_s3::S3::get_object(&world.s3, &world.cx(), input).await.unwrap();
    world.delete("k", None).await;
    world.until("the deleted blob is freed", || world.blob_files() == 0).await;
    assert_eq!(output.body.collect(1 << 30).await.unwrap(), bytes);
}

#[tokio::test]
async fn a_restart_keeps_objects_and_frees_what_was_left() {
    let world = World::new().await;
    world.put("kept", many_bytes(100_000)).await;
    world.put("small", "1").await;
    world.put("gone", many_bytes(100_000)).await;
    world.delete("gone", None).await;
    // As if the process had ended before the blob was kept: it is pending, and a row names it; another is named by none.
    let kept = find_files(&world, "blobs");
    let pending = world.directory.path().join("pending");
    for path in kept {
        std::fs::rename(&path, pending.join(path.file_name().unwrap())).unwrap();
    }
    let any = std::fs::read_dir(&pending).unwrap().next().unwrap().unwrap().path();
    std::fs::copy(any, pending.join("00112233445566778899aabbccddeeff")).unwrap();
    let world = world.restart().await;
    world.until("only the kept blob is left", || world.blob_files() == 1).await;
    assert_eq!(world.get("kept").await, many_bytes(100_000));
    assert_eq!(world.get("small").await, "1");
    assert_eq!(code(world.try_get("gone", |_| {}).await), "NoSuchKey");
}

fn find_files(world: &World, directory: &str) -> Vec<std::path::PathBuf> {
    let shards = std::fs::read_dir(world.directory.path().join(directory)).unwrap();
    shards
        .flat_map(|shard| std::fs::read_dir(shard.unwrap().path()).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect()
}
