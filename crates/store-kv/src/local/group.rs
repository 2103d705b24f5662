//! A group of batches, checked and evaluated one after the other, then written as one.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::window::{LastWrite, Window};
use super::{LocalView, Write, Writes};
use crate::batch::{Batch, Check, MAX_BATCH_ITEMS, Op, within};
use crate::error::CommitError;
use crate::key::{Direction, KeyRange, PageLimit, Version, Versionstamp};
use crate::transaction::{counter_bytes, read_counter};

/// The group being made.
pub(crate) struct Group<'a> {
    view: &'a Arc<dyn LocalView>,
    window: &'a mut Window,
    /// The newest version given out.
    last: Version,
    /// The newest write of each key, of the group's batches so far.
    writes: Writes,
}

/// What one batch writes.
type Staged = BTreeMap<Bytes, Option<Bytes>>;

impl<'a> Group<'a> {
    pub(crate) fn new(view: &'a Arc<dyn LocalView>, window: &'a mut Window, last: Version) -> Self {
        Self { view, window, last, writes: Writes::new() }
    }

    /// The newest version given out, and what is to be written.
    pub(crate) fn finish(self) -> (Version, Writes) {
        (self.last, self.writes)
    }

    /// Adds the batch to the group, if its checks hold.
    pub(crate) fn add(&mut self, batch: Batch) -> Result<Version, CommitError> {
        for check in &batch.checks {
            if !self.holds(check, batch.read_at)? {
                return Err(CommitError::Conflict);
            }
        }
        let version = self.last.next();
        let staged = self.evaluate(batch.ops, version)?;
        if staged.is_empty() {
            // Nothing to write: a version that no write carries would be given out again after a restart.
            return Ok(self.last);
        }
        self.last = version;
        self.keep(staged, version);
        Ok(version)
    }

    fn keep(&mut self, staged: Staged, version: Version) {
        for (key, value) in staged {
            self.window.record(key.clone(), LastWrite { version, deleted: value.is_none() });
            self.writes.insert(key, Write { value, version });
        }
    }

    fn holds(&self, check: &Check, read_at: Option<Version>) -> Result<bool, CommitError> {
        match check {
            Check::VersionEquals { key, version } => self.version_is(key, *version, read_at),
            Check::Absent { key } => self.version_is(key, None, read_at),
            Check::RangeUnchanged { range, since } => self.window.range_unchanged(range, *since),
        }
    }

    fn version_is(
        &self,
        key: &Bytes,
        expected: Option<Version>,
        read_at: Option<Version>,
    ) -> Result<bool, CommitError> {
        if let Some(write) = self.window.last_write(key) {
            let current = (!write.deleted).then_some(write.version);
            return Ok(current == expected);
        }
        if read_at.is_some_and(|version| self.window.covers(version)) {
            return Ok(true);
        }
        Ok(self.view.get(key)?.map(|entry| entry.version) == expected)
    }

    fn evaluate(&self, ops: Vec<Op>, version: Version) -> Result<Staged, CommitError> {
        let mut staged = Staged::new();
        let mut appended: u16 = 0;
        for op in ops {
            match op {
                Op::Put { key, value } => {
                    staged.insert(key, Some(value));
                }
                Op::Delete { key } => {
                    staged.insert(key, None);
                }
                Op::DeleteRange { range } => self.delete_range(&mut staged, &range)?,
                Op::Add { key, delta } => {
                    let sum = self.sum(&staged, &key, delta)?;
                    staged.insert(key, Some(counter_bytes(sum)));
                }
                Op::Append { prefix, suffix, value } => {
                    let stamp = Versionstamp { version, order: appended };
                    // The batch has fewer items than a u16 counts.
                    appended = appended.saturating_add(1);
                    staged.insert(stamp.key(&prefix, &suffix), Some(value));
                }
            }
        }
        Ok(staged)
    }

    /// The key's value as of this op: of the batch, else of the group, else of the view.
    fn value(&self, staged: &Staged, key: &Bytes) -> Result<Option<Bytes>, CommitError> {
        let written = || self.writes.get(key).map(|write| &write.value);
        if let Some(value) = staged.get(key).or_else(written) {
            return Ok(value.clone());
        }
        Ok(self.view.get(key)?.map(|entry| entry.value))
    }

    fn sum(&self, staged: &Staged, key: &Bytes, delta: i64) -> Result<i64, CommitError> {
        let before = match self.value(staged, key)? {
            None => 0,
            Some(value) => {
                read_counter(&value).ok_or_else(|| CommitError::NotACounter { key: key.clone() })?
            }
        };
        before.checked_add(delta).ok_or_else(|| CommitError::CounterOverflow { key: key.clone() })
    }

    fn delete_range(&self, staged: &mut Staged, range: &KeyRange) -> Result<(), CommitError> {
        if range.is_empty() {
            return Ok(());
        }
        let written = [keys_in(staged, range), keys_in(&self.writes, range)];
        let mut rest = Some(range.clone());
        while let Some(range) = rest {
            let page = self.view.range(&range, Direction::Forward, PageLimit::MOST)?;
            staged.extend(page.rows.iter().map(|row| (row.key.clone(), None)));
            within("number of deleted keys", MAX_BATCH_ITEMS, staged.len())?;
            rest = range.rest(&page, Direction::Forward);
        }
        staged.extend(written.into_iter().flatten().map(|key| (key, None)));
        within("number of deleted keys", MAX_BATCH_ITEMS, staged.len())
    }
}

fn keys_in<T>(layer: &BTreeMap<Bytes, T>, range: &KeyRange) -> Vec<Bytes> {
    let from_start = layer.range(range.start.clone()..).map(|(key, _)| key);
    from_start.take_while(|key| range.contains(key)).cloned().collect()
}

const _: () = assert!(MAX_BATCH_ITEMS <= u16::MAX as usize);
