//! Blobs from the outside.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use base_id::Ids;
use bytes::Bytes;
use futures_util::StreamExt;
use proptest::prelude::*;
use store_blob::{Blob, BlobError, BlobId, BlobStore};

fn open(path: &Path) -> BlobStore {
    BlobStore::open(path, Ids::system()).unwrap()
}

async fn put(store: &BlobStore, pieces: &[&[u8]]) -> BlobId {
    let mut writer = store.put().await.unwrap();
    for piece in pieces {
        writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    let written = writer.finish().await.unwrap();
    assert_eq!(written.length, pieces.iter().map(|piece| piece.len() as u64).sum::<u64>());
    written.id
}

async fn read(blob: &Blob, range: std::ops::Range<u64>) -> Result<Vec<u8>, BlobError> {
    let mut out = Vec::new();
    let mut pieces = blob.read(range);
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        assert!(piece.len() <= 256 << 10);
        out.extend_from_slice(&piece);
    }
    Ok(out)
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 31 + n / 251) as u8).collect()
}

fn files(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.retain(|path| !["LOCK", "FORMAT"].contains(&path.file_name().unwrap().to_str().unwrap()));
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_range_of_any_blob_is_what_was_written(
        length in prop_oneof![0usize..10, 65_530usize..65_545, 0usize..700_000],
        piece in 1usize..300_000,
        from in 0.0f64..1.1,
        to in 0.0f64..1.1,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = open(directory.path());
            let data = pattern(length);
            let id = put(&store, &data.chunks(piece).collect::<Vec<_>>()).await;
            let blob = store.get(id).await.unwrap();
            assert_eq!(blob.len(), length as u64);
            let (from, to) = ((from * length as f64) as usize, (to * length as f64) as usize);
            let expected = data.get(from..to.min(length)).unwrap_or_default();
            assert_eq!(read(&blob, from as u64..to as u64).await.unwrap(), expected);
            assert_eq!(read(&blob, 0..u64::MAX).await.unwrap(), data);
        });
    }
}

#[tokio::test]
async fn a_changed_byte_anywhere_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let data = pattern(150_000);
    let id = put(&store, &[&data]).await;
    let path = files(directory.path()).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let places = [0, 70_000, 149_999, 150_000, 150_011, whole.len() - 24, whole.len() - 10, whole.len() - 1];
    for place in places {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        fs::write(&path, &damaged).unwrap();
        let outcome = match store.get(id).await {
            Ok(blob) => blob.verify().await,
            Err(error) => Err(error),
        };
        assert!(matches!(outcome, Err(BlobError::Corrupt { .. })), "byte {place}: {outcome:?}");
    }
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert!(store.get(id).await.is_err());
    // Damage in one block leaves the others readable.
    let mut damaged = whole.clone();
    damaged[0] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let blob = store.get(id).await.unwrap();
    assert!(read(&blob, 0..10).await.is_err());
    assert_eq!(read(&blob, 70_000..70_010).await.unwrap(), &data[70_000..70_010]);
}

#[tokio::test]
async fn an_unfinished_blob_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let mut writer = store.put().await.unwrap();
    writer.write(Bytes::from(pattern(300_000))).await.unwrap();
    assert_eq!(files(directory.path()).len(), 1);
    assert!(matches!(store.get(writer.id()).await, Err(BlobError::NotFound(_))));
    drop(writer);
    assert!(files(directory.path()).is_empty());
    // As a crash leaves it.
    fs::write(directory.path().join("pending").join(format!("{:032x}.part", 7)), "half").unwrap();
    drop(store);
    let _store = open(directory.path());
    assert!(files(directory.path()).is_empty());
}

#[tokio::test]
async fn recover_keeps_what_a_row_names_and_deletes_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let (kept, committed, orphan) =
        (put(&store, &[b"kept"]).await, put(&store, &[b"committed"]).await, put(&store, &[b"orphan"]).await);
    store.keep(kept).await.unwrap();
    store.keep(kept).await.unwrap();
    drop(store);
    let store = open(directory.path());
    let new = put(&store, &[b"put before the recovery"]).await;
    let deleted = store.recover(|id| async move { Ok::<_, BlobError>(id == committed) }).await.unwrap();
    assert_eq!(deleted, 1);
    for id in [kept, committed, new] {
        store.get(id).await.unwrap();
    }
    assert!(matches!(store.get(orphan).await, Err(BlobError::NotFound(_))));
    let swept = store.sweep(|id| async move { Ok::<_, BlobError>(id == committed) }).await.unwrap();
    assert_eq!(swept, 1);
    store.get(committed).await.unwrap();
    store.get(new).await.unwrap();
    assert!(matches!(store.get(kept).await, Err(BlobError::NotFound(_))));
}

#[tokio::test]
async fn a_blob_deleted_while_it_is_read_is_read_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let data = pattern(600_000);
    let id = put(&store, &[&data]).await;
    let blob = store.get(id).await.unwrap();
    store.delete(id).await.unwrap();
    store.delete(id).await.unwrap();
    assert_eq!(read(&blob, 0..u64::MAX).await.unwrap(), data);
    assert!(matches!(store.get(id).await, Err(BlobError::NotFound(_))));
}

#[test]
fn a_directory_has_one_owner_and_a_known_format() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let second = BlobStore::open(directory.path(), Ids::system());
    assert!(matches!(second, Err(BlobError::InUse { .. })));
    drop(store);
    fs::write(directory.path().join("FORMAT"), "haneul-blobs 2\n").unwrap();
    let newer = BlobStore::open(directory.path(), Ids::system());
    assert!(matches!(newer, Err(BlobError::UnknownFormat { .. })));
}

/// The bytes of a file of version 1, as the first release wrote them: "haneul".
const VERSION_1: &str = "68616e65756c699ffc350600000000000000000001002748d73af847dca1484e4231";

#[tokio::test]
async fn a_file_of_format_1_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let id: BlobId = "00112233445566778899aabbccddeeff".parse().unwrap();
    let path = directory.path().join("blobs/00").join(id.to_string());
    fs::write(path, hex::decode(VERSION_1).unwrap()).unwrap();
    assert_eq!(store.get(id).await.unwrap().read_small(100).await.unwrap(), "haneul");
}
