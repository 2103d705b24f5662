//! The recent commits' keys in memory: what conflicts are checked against without reading rows.
//!
//! Bounded by number and size; the oldest are forgotten first. A check against something forgotten is answered
//! `TooOld`, which the transaction takes as a conflict.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use crate::error::CommitError;
use crate::key::{KeyRange, Version};

/// About five seconds of full load.
const MOST_KEYS: usize = 500_000;
const MOST_BYTES: usize = 64 << 20;

/// The last write of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastWrite {
    pub(crate) version: Version,
    pub(crate) deleted: bool,
}

pub(crate) struct Window {
    /// Every commit after this one is here in full.
    start: Version,
    last: BTreeMap<Bytes, LastWrite>,
    order: VecDeque<(Version, Bytes)>,
    bytes: usize,
    most_keys: usize,
}

impl Window {
    pub(crate) fn new(start: Version) -> Self {
        Self::with_most_keys(start, MOST_KEYS)
    }

    fn with_most_keys(start: Version, most_keys: usize) -> Self {
        Self { start, last: BTreeMap::new(), order: VecDeque::new(), bytes: 0, most_keys }
    }

    /// Whether every commit after `version` is here.
    pub(crate) fn covers(&self, version: Version) -> bool {
        version >= self.start
    }

    pub(crate) fn last_write(&self, key: &[u8]) -> Option<LastWrite> {
        self.last.get(key).copied()
    }

    /// Whether no key of the range was written after `since`.
    pub(crate) fn range_unchanged(&self, range: &KeyRange, since: Version) -> Result<bool, CommitError> {
        if !self.covers(since) {
            return Err(CommitError::TooOld);
        }
        let from_start = self.last.range(range.start.clone()..);
        let mut in_range = from_start.take_while(|(key, _)| range.contains(key));
        Ok(in_range.all(|(_, write)| write.version <= since))
    }

    /// Records a write of a commit; versions never go down.
    pub(crate) fn record(&mut self, key: Bytes, write: LastWrite) {
        self.bytes += key.len();
        self.order.push_back((write.version, key.clone()));
        self.last.insert(key, write);
        while self.order.len() > self.most_keys || self.bytes > MOST_BYTES {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((version, key)) = self.order.pop_front() else { return };
        self.start = version;
        self.bytes -= key.len();
        if self.last.get(&key).is_some_and(|write| write.version == version) {
            self.last.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(n: u64) -> LastWrite {
        LastWrite { version: Version::from_u64(n), deleted: false }
    }

    #[test]
    fn a_forgotten_commit_is_too_old_and_a_remembered_one_conflicts() {
        let mut window = Window::with_most_keys(Version::ZERO, 2);
        for n in 1..=3 {
            window.record(Bytes::from(format!("k{n}")), write(n));
        }
        let all = KeyRange::all();
        assert_eq!(window.range_unchanged(&all, Version::ZERO), Err(CommitError::TooOld));
        assert_eq!(window.range_unchanged(&all, Version::from_u64(2)), Ok(false));
        assert_eq!(window.range_unchanged(&all, Version::from_u64(3)), Ok(true));
        assert_eq!(window.last_write(b"k1"), None);
    }

    #[test]
    fn forgetting_an_old_write_keeps_the_newer_one_of_the_same_key() {
        let mut window = Window::with_most_keys(Version::ZERO, 2);
        window.record(Bytes::from("k"), write(1));
        window.record(Bytes::from("k"), write(2));
        window.record(Bytes::from("other"), write(3));
        assert_eq!(window.last_write(b"k"), Some(write(2)));
    }
}
