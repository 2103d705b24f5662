//! Writes that fail, by plan, and what the engine makes of it.

use std::sync::Arc;

use parking_lot::Mutex;
use proptest::prelude::*;

use super::{ApplyError, Backend, Local, LocalView, Memory, Writes};
use crate::batch::Batch;
use crate::engine::{Engine, View};
use crate::error::{CommitError, StoreError};
use crate::key::{KeyRange, Version};
use crate::{Check, Direction, PageLimit};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    DiskFull,
    Failed,
}

/// Memory whose next writes fail as the plan says.
struct Faulty {
    memory: Memory,
    plan: Arc<Mutex<Vec<Option<Fault>>>>,
}

impl Backend for Faulty {
    fn view(&self, version: Version) -> Arc<dyn LocalView> {
        self.memory.view(version)
    }

    fn apply(&mut self, writes: &Writes, last: Version) -> Result<(), ApplyError> {
        match self.plan.lock().pop().flatten() {
            None => self.memory.apply(writes, last),
            Some(Fault::DiskFull) => Err(ApplyError::DiskFull { free_bytes: 1, reserve_bytes: 2 }),
            Some(Fault::Failed) => Err(ApplyError::Failed("the sync failed".to_owned())),
        }
    }
}

/// The first fault is met by the first write.
fn engine(mut plan: Vec<Option<Fault>>) -> Local {
    plan.reverse();
    let faulty = Faulty { memory: Memory::default(), plan: Arc::new(Mutex::new(plan)) };
    Local::start(faulty, Version::ZERO).unwrap()
}

async fn put(engine: &Local, key: &str) -> Result<Version, CommitError> {
    engine.commit(vec![Batch::new().put(key.to_owned(), "v")]).await.pop().unwrap()
}

async fn keys(engine: &Local) -> Vec<String> {
    let view: Arc<dyn View> = engine.snapshot().await.unwrap();
    let page = view.range(KeyRange::all(), Direction::Forward, PageLimit::default()).await.unwrap();
    page.rows.iter().map(|row| String::from_utf8(row.key.to_vec()).unwrap()).collect()
}

#[tokio::test]
async fn after_a_failed_write_every_call_says_so() {
    let engine = engine(vec![None, Some(Fault::Failed)]);
    put(&engine, "a").await.unwrap();
    let before = engine.snapshot().await.unwrap();
    let mut watch = engine.watch("".into());
    let poisoned = StoreError::Poisoned("the sync failed".into());
    assert_eq!(put(&engine, "b").await, Err(poisoned.clone().into()));
    assert_eq!(put(&engine, "c").await, Err(poisoned.clone().into()));
    assert_eq!(engine.snapshot().await.err(), Some(poisoned));
    assert_eq!(watch.changed(before.version()).await, Err(StoreError::Closed));
    assert!(before.get(b"b").await.unwrap().is_none());
}

#[tokio::test]
async fn a_full_disk_refuses_commits_until_there_is_room_and_loses_nothing() {
    let engine = engine(vec![None, Some(Fault::DiskFull), None]);
    let first = put(&engine, "a").await.unwrap();
    let full = put(&engine, "b").await;
    assert_eq!(full, Err(CommitError::DiskFull { free_bytes: 1, reserve_bytes: 2 }));
    assert_eq!(keys(&engine).await, ["a"]);
    // What did not happen conflicts with nothing.
    let check = Check::RangeUnchanged { range: KeyRange::all(), since: first };
    let batch =
        Batch::new().read_at(first).check(check).check(Check::Absent { key: "b".into() }).put("b", "v");
    let second = engine.commit(vec![batch]).await.pop().unwrap().unwrap();
    assert!(second > first);
    assert_eq!(keys(&engine).await, ["a", "b"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever fails, what is seen is exactly what was acknowledged.
    #[test]
    fn exactly_the_acknowledged_is_seen(
        plan in prop::collection::vec(
            prop_oneof![6 => Just(None), 2 => Just(Some(Fault::DiskFull)), 1 => Just(Some(Fault::Failed))], 0..30)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let engine = engine(plan);
            let mut expected = Vec::new();
            let mut last = Version::ZERO;
            for n in 0..40 {
                let key = format!("{n:02}");
                let before = engine.snapshot().await;
                match put(&engine, &key).await {
                    Ok(version) => {
                        assert!(version > last);
                        last = version;
                        expected.push(key);
                    }
                    Err(CommitError::DiskFull { .. }) => {}
                    Err(_) => {
                        if let Ok(view) = before {
                            assert_eq!(view.version(), last);
                        }
                        assert!(engine.snapshot().await.is_err());
                        return;
                    }
                }
                assert_eq!(keys(&engine).await, expected);
            }
        });
    }
}
