//! Timers on a manual clock: a week passes in a second.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use base_id::Ids;
use base_task::Tasks;
use base_time::{Clock, Timestamp};
use bytes::Bytes;
use store_kv::{Options, Read, Store, Transaction};
use store_timer::{Firing, Timer, TimerError, TimerHandler, Timers};
use tokio::sync::mpsc;

const KIND: &str = "test.kind";
const START: Timestamp = Timestamp::from_secs(1_000_000);

/// Tells the key and the time of each firing; fails for keys that begin with `bad` on the first tries.
struct Tell {
    clock: Clock,
    fired: mpsc::UnboundedSender<(String, Timestamp)>,
    failures: std::sync::atomic::AtomicU32,
}

impl TimerHandler for Tell {
    fn fire<'a>(&'a self, tx: &'a Transaction, timer: &'a Timer) -> Firing<'a> {
        Box::pin(async move {
            let left = &self.failures;
            let fails = timer.key.starts_with(b"bad")
                && left.fetch_update(Relaxed, Relaxed, |n| n.checked_sub(1)).is_ok();
            if fails {
                return Err(TimerError::Failed("as planned".into()));
            }
            tx.put(effect(&timer.key), timer.payload.clone());
            Ok(())
        })
    }

    fn committed(&self, timer: &Timer) {
        let key = String::from_utf8(timer.key.to_vec()).unwrap();
        let _ = self.fired.send((key, self.clock.now()));
    }
}

use std::sync::atomic::Ordering::Relaxed;

fn effect(key: &[u8]) -> Vec<u8> {
    [&b"\x7f\x00"[..], key].concat()
}

struct House {
    clock: Clock,
    store: Store,
    timers: Timers,
    tasks: Tasks,
    fired: mpsc::UnboundedReceiver<(String, Timestamp)>,
}

impl House {
    fn new(store: Store, clock: Clock, failures: u32) -> Self {
        let timers = Timers::new(store.clone(), clock.clone());
        let tasks = Tasks::new(clock.clone());
        let (sender, fired) = mpsc::unbounded_channel();
        timers.register(
            KIND,
            Arc::new(Tell { clock: clock.clone(), fired: sender, failures: failures.into() }),
        );
        Self { clock, store, timers, tasks, fired }
    }

    fn in_memory() -> Self {
        let clock = Clock::manual(START);
        let store = Store::in_memory(clock.clone(), Ids::seeded(1)).unwrap();
        Self::new(store, clock, 0)
    }

    async fn set(&self, key: &str, after_secs: u64) -> Timestamp {
        let due = self.clock.now() + Duration::from_secs(after_secs);
        let set = self.store.transact(|tx| async move {
            self.timers.schedule(&tx, due, KIND, key.as_bytes(), Bytes::from_static(b"payload"))
        });
        set.await.unwrap()
    }

    async fn next(&mut self) -> (String, Timestamp) {
        tokio::time::timeout(Duration::from_secs(10), self.fired.recv()).await.unwrap().unwrap()
    }

    /// Lets the worker run until it sleeps: nothing more is fired.
    async fn quiet(&mut self) {
        let waited = tokio::time::timeout(Duration::from_millis(50), self.fired.recv()).await;
        assert!(waited.is_err(), "{waited:?}");
    }
}

#[tokio::test]
async fn timers_fire_when_due_in_order_and_not_before() {
    let mut house = House::in_memory();
    house.timers.start(&house.tasks);
    house.set("late", 20).await;
    house.set("early", 10).await;
    house.set("week", 7 * 86400).await;
    house.quiet().await;
    house.clock.advance(Duration::from_secs(30));
    assert_eq!(house.next().await.0, "early");
    assert_eq!(house.next().await.0, "late");
    house.quiet().await;
    house.clock.advance(Duration::from_secs(7 * 86400));
    assert_eq!(house.next().await.0, "week");
    let snapshot = house.store.snapshot().await.unwrap();
    assert!(snapshot.get(&effect(b"week")).await.unwrap().is_some());
}

#[tokio::test]
async fn an_earlier_timer_wakes_the_sleeping_worker() {
    let mut house = House::in_memory();
    house.timers.start(&house.tasks);
    house.set("late", 1000).await;
    house.quiet().await;
    house.set("now", 0).await;
    assert_eq!(house.next().await.0, "now");
}

#[tokio::test]
async fn a_cancelled_timer_does_not_fire() {
    let mut house = House::in_memory();
    house.timers.start(&house.tasks);
    let due = house.set("cancelled", 10).await;
    house.set("kept", 10).await;
    let timers = &house.timers;
    let cancel = house.store.transact(|tx| async move {
        timers.cancel(&tx, due, KIND, b"cancelled");
        Ok::<_, TimerError>(())
    });
    cancel.await.unwrap();
    house.clock.advance(Duration::from_secs(10));
    assert_eq!(house.next().await.0, "kept");
    house.quiet().await;
}

#[tokio::test]
async fn a_failing_timer_is_tried_again_and_holds_up_no_other() {
    let clock = Clock::manual(START);
    let store = Store::in_memory(clock.clone(), Ids::seeded(1)).unwrap();
    let mut house = House::new(store, clock, 2);
    house.timers.start(&house.tasks);
    house.set("bad", 1).await;
    house.set("good", 2).await;
    house.clock.advance(Duration::from_secs(2));
    assert_eq!(house.next().await.0, "good");
    house.quiet().await;
    // After 1 s it fails once more, after 2 s more it doesn't.
    house.clock.advance(Duration::from_secs(1));
    house.quiet().await;
    house.clock.advance(Duration::from_secs(2));
    assert_eq!(house.next().await, ("bad".to_owned(), START + Duration::from_secs(5)));
}

#[tokio::test]
async fn timers_outlive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(START);
    let open = || Store::open(Options::new(directory.path(), clock.clone(), Ids::seeded(1))).unwrap();
    let house = House::new(open(), clock.clone(), 0);
    house.set("kept", 10).await;
    drop(house);
    clock.advance(Duration::from_secs(3600));
    let mut house = House::new(open(), clock.clone(), 0);
    house.timers.start(&house.tasks);
    assert_eq!(house.next().await.0, "kept");
    house.quiet().await;
}

#[tokio::test]
async fn thousands_of_timers_set_while_others_fire_all_fire_once() {
    let mut house = House::in_memory();
    house.timers.start(&house.tasks);
    let mut expected = Vec::new();
    for n in 0..2000u64 {
        let key = format!("{n:05}");
        house.set(&key, n % 7).await;
        expected.push(key);
        if n % 10 == 0 {
            house.clock.advance(Duration::from_millis(700));
        }
    }
    house.clock.advance(Duration::from_secs(10));
    let mut fired = Vec::new();
    for _ in 0..expected.len() {
        fired.push(house.next().await.0);
    }
    house.quiet().await;
    fired.sort();
    assert_eq!(fired, expected);
}
