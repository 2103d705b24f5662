//! Transactions from the outside: isolation, retries, and their use in spawned tasks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::Future;

use base_id::Ids;
use base_time::Clock;
use bytes::Bytes;
use store_kv::{CommitError, KeyRange, PageLimit, Read, Store, read_counter};

fn store() -> Store {
    Store::in_memory(Clock::system(), Ids::seeded(1)).unwrap()
}

/// As a service's operation is written: a trait method that returns a `Send` future and borrows its input.
trait Operation {
    fn run(&self, input: String) -> impl Future<Output = Result<i64, CommitError>> + Send;
}

struct Service(Store);

impl Operation for Service {
    async fn run(&self, input: String) -> Result<i64, CommitError> {
        let name = input.as_str();
        self.0
            .transact(|tx| async move {
                let before = tx.get(name.as_bytes()).await?;
                let before = before.and_then(|entry| read_counter(&entry.value)).unwrap_or(0);
                tx.put(name.to_owned(), Bytes::copy_from_slice(&(before + 1).to_le_bytes()));
                let page =
                    tx.range(KeyRange::prefix("c"), store_kv::Direction::Forward, PageLimit::default());
                assert!(page.await?.rows.len() <= 1);
                Ok(before + 1)
            })
            .await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn increments_from_many_tasks_are_all_counted() {
    let service = std::sync::Arc::new(Service(store()));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let service = service.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    service.run("counter".to_owned()).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let entry = service.0.snapshot().await.unwrap().get(b"counter").await.unwrap().unwrap();
    assert_eq!(read_counter(&entry.value), Some(200));
}

async fn set(store: &Store, key: &str, value: &str) -> store_kv::Version {
    store.commit(store_kv::Batch::new().put(key.to_owned(), value.to_owned())).await.unwrap()
}

/// Two doctors are on call; each leaves if the other stays. Snapshot isolation alone would let both leave.
#[tokio::test]
async fn write_skew_is_a_conflict() {
    let store = store();
    set(&store, "oncall/a", "yes").await;
    set(&store, "oncall/b", "yes").await;
    let (first, second) = (store.begin().await.unwrap(), store.begin().await.unwrap());
    for (tx, leaving) in [(&first, "oncall/a"), (&second, "oncall/b")] {
        let range = KeyRange::prefix("oncall/");
        let page = tx.range(range, store_kv::Direction::Forward, PageLimit::default()).await.unwrap();
        assert_eq!(page.rows.len(), 2);
        tx.delete(leaving);
    }
    first.commit().await.unwrap();
    assert_eq!(second.commit().await, Err(CommitError::Conflict));
}

#[tokio::test]
async fn a_row_that_appears_in_a_range_read_as_empty_is_a_conflict() {
    let store = store();
    let tx = store.begin().await.unwrap();
    let range = KeyRange::prefix("k");
    let page = tx.range(range, store_kv::Direction::Forward, PageLimit::default()).await.unwrap();
    assert!(page.rows.is_empty());
    tx.put("result", "none");
    set(&store, "k1", "v").await;
    assert_eq!(tx.commit().await, Err(CommitError::Conflict));
}

#[tokio::test]
async fn a_transaction_that_only_reads_never_conflicts() {
    let store = store();
    let tx = store.begin().await.unwrap();
    assert!(tx.get(b"k").await.unwrap().is_none());
    set(&store, "k", "v").await;
    assert_eq!(tx.commit().await, Ok(store_kv::Version::ZERO));
}

#[tokio::test]
async fn a_transaction_sees_its_own_writes_over_the_snapshot() {
    let store = store();
    for key in ["a", "b", "c", "d"] {
        set(&store, key, "old").await;
    }
    let tx = store.begin().await.unwrap();
    tx.delete_range(KeyRange::new("b", "d"));
    tx.put("c", "new");
    tx.put("e", "new");
    tx.add("n", 2);
    tx.add("n", 3);
    let limit = PageLimit::rows(2);
    let mut seen = Vec::new();
    let mut rest = Some(KeyRange::all());
    while let Some(range) = rest {
        let page = tx.range(range.clone(), store_kv::Direction::Forward, limit).await.unwrap();
        rest = range.rest(&page, store_kv::Direction::Forward);
        seen.extend(page.rows.into_iter().map(|row| String::from_utf8(row.key.to_vec()).unwrap()));
    }
    assert_eq!(seen, ["a", "c", "d", "e", "n"]);
    assert!(tx.get(b"b").await.unwrap().is_none());
    tx.commit().await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert!(snapshot.get(b"b").await.unwrap().is_none());
    assert_eq!(read_counter(&snapshot.get(b"n").await.unwrap().unwrap().value), Some(5));
}

#[tokio::test]
async fn a_transaction_of_more_than_five_seconds_is_refused() {
    let clock = Clock::manual(base_time::Timestamp::from_secs(1));
    let store = Store::in_memory(clock.clone(), Ids::seeded(1)).unwrap();
    let tx = store.begin().await.unwrap();
    tx.put("k", "v");
    clock.advance(std::time::Duration::from_secs(6));
    assert_eq!(tx.commit().await, Err(CommitError::TooOld));
}

#[tokio::test]
async fn what_is_over_a_limit_is_refused_with_the_limit() {
    let store = store();
    let too_long = store_kv::Batch::new().put(vec![0; 8193], "v");
    let too_great = store_kv::Batch::new().put("k", vec![0; (10 << 20) + 1]);
    let fits = store_kv::Batch::new().put("k", vec![0; 9 << 20]);
    let results = store.commit_many(vec![too_long, fits, too_great]).await;
    assert!(matches!(results[0], Err(CommitError::TooLarge { what: "key", limit: 8192, actual: 8193 })));
    assert!(results[1].is_ok());
    assert!(matches!(results[2], Err(CommitError::TooLarge { what: "batch", .. })));
}

#[tokio::test]
async fn clear_removes_more_than_one_batch_may() {
    let store = store();
    for part in 0..6 {
        let batch =
            (0..10_000).fold(store_kv::Batch::new(), |batch, n| batch.put(format!("k{part}{n:05}"), "v"));
        store.commit(batch).await.unwrap();
    }
    set(&store, "l", "stays").await;
    let range = store_kv::Batch::new().op(store_kv::Op::DeleteRange { range: KeyRange::prefix("k") });
    assert!(matches!(store.commit(range).await, Err(CommitError::TooLarge { .. })));
    store.clear(KeyRange::prefix("k")).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    let page =
        snapshot.range(KeyRange::all(), store_kv::Direction::Forward, PageLimit::default()).await.unwrap();
    assert_eq!(page.rows.len(), 1);
}

/// The writer goes on only when the reader has seen its last commit: one that is missed would stop both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_misses_no_commit() {
    let store = store();
    let (seen, mut acknowledged) = tokio::sync::mpsc::channel(1);
    let reader = store.clone();
    tokio::spawn(async move {
        let mut watch = reader.watch("watched/");
        loop {
            let snapshot = reader.snapshot().await.unwrap();
            let value = snapshot.get(b"watched/k").await.unwrap();
            seen.send(value.map(|entry| entry.version)).await.unwrap();
            watch.changed(snapshot.version()).await.unwrap();
        }
    });
    let work = async {
        for n in 0..2000 {
            set(&store, "other", "v").await;
            let version = set(&store, "watched/k", &n.to_string()).await;
            while acknowledged.recv().await.unwrap() != Some(version) {}
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), work).await.unwrap();
}

#[tokio::test]
async fn a_watch_of_one_prefix_sleeps_through_the_others() {
    let store = store();
    let mut watch = store.watch("a/");
    let version = set(&store, "b/k", "v").await;
    let slept = tokio::time::timeout(std::time::Duration::from_millis(20), watch.changed(version)).await;
    assert!(slept.is_err());
    let version = set(&store, "a/k", "v").await;
    assert_eq!(watch.changed(store_kv::Version::ZERO).await, Ok(version));
}
