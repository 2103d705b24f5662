//! Opening a store: who may, what is refused, what a crash leaves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use base_id::Ids;
use base_time::Clock;
use store_kv::{Batch, CommitError, OpenError, Options, Read, Store};

fn options(path: &Path) -> Options {
    Options::new(path, Clock::system(), Ids::seeded(1)).reserve_bytes(0)
}

async fn put(store: &Store, key: &str, value: Vec<u8>) {
    store.commit(Batch::new().put(key.to_owned(), value)).await.unwrap();
}

async fn has(store: &Store, key: &str) -> bool {
    store.snapshot().await.unwrap().get(key.as_bytes()).await.unwrap().is_some()
}

#[tokio::test]
async fn a_second_opening_names_the_process_that_has_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(options(directory.path())).unwrap();
    let second = Store::open(options(directory.path())).err();
    assert!(matches!(second, Some(OpenError::InUse { pid: Some(pid), .. }) if pid == std::process::id()));
    // A snapshot keeps the directory too: its files are still read.
    let snapshot = store.snapshot().await.unwrap();
    drop(store);
    assert!(Store::open(options(directory.path())).is_err());
    drop(snapshot);
    Store::open(options(directory.path())).unwrap();
}

#[test]
fn a_newer_format_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(Store::open(options(directory.path())).unwrap());
    fs::write(directory.path().join("store/FORMAT"), "haneul-store 2\n").unwrap();
    let newer = Store::open(options(directory.path())).err();
    assert!(matches!(newer, Some(OpenError::UnknownFormat { found, .. }) if found == "haneul-store 2"));
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Store::open(options(&file.join("data"))).err().unwrap();
    assert!(matches!(error, OpenError::NotWritable { .. }), "{error}");
    assert!(error.to_string().contains(&file.display().to_string()));
}

#[tokio::test]
async fn too_little_room_refuses_commits_and_keeps_what_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(options(directory.path())).unwrap();
    put(&store, "k", vec![1]).await;
    drop(store);
    let store = Store::open(options(directory.path()).reserve_bytes(u64::MAX)).unwrap();
    let full = store.commit(Batch::new().put("l", "v")).await;
    assert!(matches!(full, Err(CommitError::DiskFull { .. })));
    assert!(has(&store, "k").await && !has(&store, "l").await);
}

#[tokio::test]
async fn a_creation_that_was_cut_short_is_begun_again() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("store.new/fjall")).unwrap();
    fs::write(directory.path().join("store.new/fjall/0.jnl"), "half").unwrap();
    let store = Store::open(options(directory.path())).unwrap();
    put(&store, "k", vec![1]).await;
}

fn journal(directory: &Path) -> PathBuf {
    let entries = fs::read_dir(directory.join("store/fjall")).unwrap();
    let journals = entries.map(|entry| entry.unwrap().path());
    journals.filter(|path| path.extension().is_some_and(|extension| extension == "jnl")).max().unwrap()
}

fn find(bytes: &[u8], part: &[u8]) -> u64 {
    bytes.windows(part.len()).position(|window| window == part).unwrap() as u64
}

/// A sector in the middle of the last commit is lost, its end is there: what fjall alone would not open.
#[tokio::test]
async fn a_hole_in_the_last_commit_is_cut_off_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(options(directory.path())).unwrap();
    put(&store, "first", vec![0xaa; 9000]).await;
    put(&store, "second", vec![0xbb; 9000]).await;
    drop(store);
    let path = journal(directory.path());
    let at = find(&fs::read(&path).unwrap(), &[0xbb; 1000]);
    OpenOptions::new().write(true).open(&path).unwrap().write_all_at(&[0; 512], at + 2000).unwrap();
    let store = Store::open(options(directory.path())).unwrap();
    assert!(has(&store, "first").await && !has(&store, "second").await);
    put(&store, "third", vec![0xcc; 9000]).await;
    drop(store);
    let store = Store::open(options(directory.path())).unwrap();
    assert!(has(&store, "first").await && has(&store, "third").await);
}

#[tokio::test]
async fn damage_before_the_last_commit_is_not_taken_for_a_power_cut() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(options(directory.path())).unwrap();
    put(&store, "first", vec![0xaa; 9000]).await;
    put(&store, "second", vec![0xbb; 9000]).await;
    drop(store);
    let path = journal(directory.path());
    let before = fs::read(&path).unwrap();
    let at = find(&before, &[0xaa; 1000]);
    OpenOptions::new().write(true).open(&path).unwrap().write_all_at(&[0], at + 2000).unwrap();
    let error = Store::open(options(directory.path())).err();
    assert!(matches!(error, Some(OpenError::Damaged { .. })), "{error:?}");
    // Nothing was cut off: repaired by hand, all is there.
    OpenOptions::new().write(true).open(&path).unwrap().write_all_at(&[0xaa], at + 2000).unwrap();
    let store = Store::open(options(directory.path())).unwrap();
    assert!(has(&store, "first").await && has(&store, "second").await);
}

/// The files of a store of format 1, as the first release left it: `format-1.txt` says of each its path, then its bytes
/// in hexadecimal. Made by `write_fixture`.
#[tokio::test]
async fn a_store_of_format_1_opens_with_all_its_rows() {
    let directory = tempfile::tempdir().unwrap();
    let fixture = fs::read_to_string(fixture()).unwrap();
    for line in fixture.lines() {
        let (name, hex) = line.split_once(' ').unwrap();
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        let bytes: Vec<u8> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
        fs::write(path, bytes).unwrap();
    }
    let store = Store::open(options(directory.path())).unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.version().as_u64(), 3);
    for (key, value, version) in FIXTURE_ROWS {
        let entry = snapshot.get(key).await.unwrap().unwrap();
        assert_eq!((&entry.value[..], entry.version.as_u64()), (value.as_bytes(), *version));
    }
}

const FIXTURE_ROWS: &[(&[u8], &str, u64)] = &[(b"row", "of the first", 1), (b"\x80log", "of the second", 2)];

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format-1.txt")
}

/// Only when the format changes: `cargo test -p store-kv --test opening write_fixture -- --ignored`.
#[tokio::test]
#[ignore = "writes the fixture"]
async fn write_fixture() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(options(directory.path())).unwrap();
    for (key, value, _) in FIXTURE_ROWS {
        store.commit(Batch::new().put(*key, *value)).await.unwrap();
    }
    store.commit(Batch::new().delete("nothing")).await.unwrap();
    drop(store);
    let mut out = fs::File::create(fixture()).unwrap();
    let mut directories = vec![directory.path().to_owned()];
    while let Some(path) = directories.pop() {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let mut bytes = fs::read(&path).unwrap();
            // The journal's preallocated end.
            if path.extension().is_some_and(|extension| extension == "jnl") {
                bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
            }
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(out, "{} {hex}", path.strip_prefix(directory.path()).unwrap().display()).unwrap();
        }
    }
}
