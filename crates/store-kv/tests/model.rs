//! The engines against a reference: a map, and a list of what each commit touched.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use base_id::Ids;
use base_time::Clock;
use bytes::Bytes;
use proptest::prelude::*;
use store_kv::{
    Batch, Check, CommitError, Direction, KeyRange, Op, Options, PageLimit, Read, Store, Version,
    Versionstamp,
};

#[derive(Default)]
struct Reference {
    rows: BTreeMap<Bytes, (Bytes, Version)>,
    touched: Vec<(Version, BTreeSet<Bytes>)>,
}

impl Reference {
    fn holds(&self, check: &Check) -> bool {
        let version = |key: &Bytes| self.rows.get(key).map(|(_, version)| *version);
        match check {
            Check::VersionEquals { key, version: expected } => version(key) == *expected,
            Check::Absent { key } => version(key).is_none(),
            Check::RangeUnchanged { range, since } => {
                let later = self.touched.iter().filter(|(version, _)| version > since);
                !later.flat_map(|(_, keys)| keys).any(|key| range.contains(key))
            }
        }
    }

    /// What the store must answer, given the version it answered.
    fn commit(&mut self, batch: &Batch, answered: &Result<Version, CommitError>) {
        if !batch.checks().iter().all(|check| self.holds(check)) {
            assert_eq!(*answered, Err(CommitError::Conflict));
            return;
        }
        let mut rows = self.rows.clone();
        let mut keys = BTreeSet::new();
        let mut order = 0;
        let version = *answered.as_ref().unwrap_or(&Version::ZERO);
        for op in batch.ops() {
            match op {
                Op::Put { key, value } => {
                    keys.insert(key.clone());
                    rows.insert(key.clone(), (value.clone(), version));
                }
                Op::Delete { key } => {
                    keys.insert(key.clone());
                    rows.remove(key);
                }
                Op::DeleteRange { range } => {
                    keys.extend(rows.keys().filter(|key| range.contains(key)).cloned());
                    rows.retain(|key, _| !range.contains(key));
                }
                Op::Add { key, delta } => {
                    let before = rows.get(key).map(|(value, _)| store_kv::read_counter(value));
                    let Some(before) = before.unwrap_or(Some(0)) else {
                        assert!(matches!(answered, Err(CommitError::NotACounter { .. })));
                        return;
                    };
                    keys.insert(key.clone());
                    let sum = Bytes::copy_from_slice(&(before + delta).to_le_bytes());
                    rows.insert(key.clone(), (sum, version));
                }
                Op::Append { prefix, suffix, value } => {
                    let key = Versionstamp { version, order }.key(prefix, suffix);
                    order += 1;
                    keys.insert(key.clone());
                    rows.insert(key, (value.clone(), version));
                }
            }
        }
        assert!(answered.is_ok(), "{answered:?}");
        self.rows = rows;
        if !keys.is_empty() {
            let before = self.touched.last().map_or(Version::ZERO, |(version, _)| *version);
            assert!(version > before);
            self.touched.push((version, keys));
        }
    }

    async fn compare(&self, store: &Store, limit: PageLimit) {
        let snapshot = store.snapshot().await.unwrap();
        for direction in [Direction::Forward, Direction::Backward] {
            let mut found = Vec::new();
            let mut rest = Some(KeyRange::all());
            while let Some(range) = rest {
                let page = snapshot.range(range.clone(), direction, limit).await.unwrap();
                rest = range.rest(&page, direction);
                found
                    .extend(page.rows.into_iter().map(|row| (row.key, (row.entry.value, row.entry.version))));
            }
            if direction == Direction::Backward {
                found.reverse();
            }
            let expected: Vec<_> = self.rows.iter().map(|(key, row)| (key.clone(), row.clone())).collect();
            assert_eq!(found, expected);
        }
        for (key, (value, version)) in &self.rows {
            let entry = snapshot.get(key).await.unwrap().unwrap();
            assert_eq!((&entry.value, &entry.version), (value, version));
        }
    }
}

fn key() -> impl Strategy<Value = Bytes> {
    // On both sides of the boundary between rows and logs, with prefixes of each other.
    prop::collection::vec(prop::sample::select(vec![0u8, 1, 0x7f, 0x80, 0xff]), 1..3).prop_map(Bytes::from)
}

fn range() -> impl Strategy<Value = KeyRange> {
    prop_oneof![
        (key(), key()).prop_map(|(a, b)| KeyRange::new(a, b)),
        key().prop_map(KeyRange::prefix),
        key().prop_map(|start| KeyRange { start, end: None }),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let value = prop::collection::vec(any::<u8>(), 0..4).prop_map(Bytes::from);
    prop_oneof![
        4 => (key(), value.clone()).prop_map(|(key, value)| Op::Put { key, value }),
        2 => key().prop_map(|key| Op::Delete { key }),
        1 => range().prop_map(|range| Op::DeleteRange { range }),
        2 => (key(), -5i64..5).prop_map(|(key, delta)| Op::Add { key, delta }),
        1 => (key(), key(), value).prop_map(|(prefix, suffix, value)| Op::Append { prefix, suffix, value }),
    ]
}

/// A check whose version is that of so many commits ago.
#[derive(Clone, Debug)]
enum CheckPlan {
    Version(Bytes, bool),
    Absent(Bytes),
    Range(KeyRange, usize),
}

fn check() -> impl Strategy<Value = CheckPlan> {
    prop_oneof![
        (key(), any::<bool>()).prop_map(|(key, right)| CheckPlan::Version(key, right)),
        key().prop_map(CheckPlan::Absent),
        (range(), 0..3usize).prop_map(|(range, ago)| CheckPlan::Range(range, ago)),
    ]
}

impl CheckPlan {
    fn check(self, reference: &Reference) -> Check {
        match self {
            Self::Version(key, right) => {
                let version = reference.rows.get(&key).map(|(_, version)| *version);
                let wrong = Some(Version::from_u64(version.map_or(0, Version::as_u64) + 1));
                Check::VersionEquals { key, version: if right { version } else { wrong } }
            }
            Self::Absent(key) => Check::Absent { key },
            Self::Range(range, ago) => {
                let at = reference.touched.len().saturating_sub(ago + 1);
                let since = reference.touched.get(at).map_or(Version::ZERO, |(version, _)| *version);
                Check::RangeUnchanged { range, since }
            }
        }
    }
}

#[derive(Clone, Debug)]
struct Step {
    checks: Vec<CheckPlan>,
    ops: Vec<Op>,
    /// Close the store and open it again before.
    reopen: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let checks = prop::collection::vec(check(), 0..2);
    let ops = prop::collection::vec(op(), 0..5);
    let step = (checks, ops, prop::bool::weighted(0.05));
    prop::collection::vec(step.prop_map(|(checks, ops, reopen)| Step { checks, ops, reopen }), 1..40)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

async fn run(steps: Vec<Step>, limit: PageLimit, open: impl Fn() -> Store, durable: bool) {
    let mut store = open();
    let mut reference = Reference::default();
    let mut reopened_at = Version::ZERO;
    for step in steps {
        if step.reopen && durable {
            drop(store);
            store = open();
            reopened_at = store.snapshot().await.unwrap().version();
        }
        let mut batch = Batch::new();
        for plan in step.checks {
            let check = plan.check(&reference);
            // Commits before the store was opened are not remembered for ranges.
            if !matches!(check, Check::RangeUnchanged { since, .. } if since < reopened_at) {
                batch = batch.check(check);
            }
        }
        batch = step.ops.into_iter().fold(batch, Batch::op);
        let answered = store.commit(batch.clone()).await;
        reference.commit(&batch, &answered);
        reference.compare(&store, limit).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_memory_engine_does_as_the_reference(steps in steps(), rows in 1..5usize) {
        let open = || Store::in_memory(Clock::system(), Ids::seeded(1)).unwrap();
        runtime().block_on(run(steps, PageLimit::rows(rows), open, false));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 15, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_disk_engine_does_as_the_reference_over_reopenings(steps in steps(), rows in 1..5usize) {
        let directory = tempfile::tempdir().unwrap();
        let options = Options::new(directory.path(), Clock::system(), Ids::seeded(1)).reserve_bytes(0);
        let open = || Store::open(options.clone()).unwrap();
        runtime().block_on(run(steps, PageLimit::rows(rows), open, true));
    }
}
