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
