//! The declarative commit: what must hold and what to change.

use bytes::Bytes;

use crate::error::CommitError;
use crate::key::{KeyRange, Version, Versionstamp};

/// Greatest key, in bytes.
pub const MAX_KEY_BYTES: usize = 8 << 10;
/// Greatest batch, keys and values of its operations together, in bytes.
pub const MAX_BATCH_BYTES: usize = 10 << 20;
/// Most checks and operations of a batch; also the most keys its `DeleteRange`s may remove.
pub const MAX_BATCH_ITEMS: usize = 50_000;

/// Something that must hold for the batch to be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// The key was last written by that commit; `None`: the key is absent.
    VersionEquals {
        key: Bytes,
        version: Option<Version>,
    },
    Absent {
        key: Bytes,
    },
    /// No commit after `since` wrote or deleted a key of the range.
    RangeUnchanged {
        range: KeyRange,
        since: Version,
    },
}

/// A change. Operations of a batch are applied in order; a later one sees the earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    Put {
        key: Bytes,
        value: Bytes,
    },
    Delete {
        key: Bytes,
    },
    /// Counts each removed key against the batch's limits; `Store::clear` removes more, in several commits.
    DeleteRange {
        range: KeyRange,
    },
    /// Adds to a counter of eight bytes, little endian; an absent key counts as 0. Needs no check: adding commutes.
    Add {
        key: Bytes,
        delta: i64,
    },
    /// Puts under `prefix` + `Versionstamp` + `suffix`: unique, and in the order of commits.
    Append {
        prefix: Bytes,
        suffix: Bytes,
        value: Bytes,
    },
}

/// One atomic commit: all operations, if all checks hold; else nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    pub(crate) checks: Vec<Check>,
    pub(crate) ops: Vec<Op>,
    pub(crate) read_at: Option<Version>,
}

impl Batch {
    pub fn new() -> Self {
        Self::default()
    }

    /// Promises that the versions of all `VersionEquals` and `Absent` checks were read from the snapshot of that
    /// version. It changes no outcome but spares the engine reads.
    pub fn read_at(mut self, version: Version) -> Self {
        self.read_at = Some(version);
        self
    }

    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    pub fn op(mut self, op: Op) -> Self {
        self.ops.push(op);
        self
    }

    pub fn put(self, key: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        self.op(Op::Put { key: key.into(), value: value.into() })
    }

    pub fn delete(self, key: impl Into<Bytes>) -> Self {
        self.op(Op::Delete { key: key.into() })
    }

    pub fn add(self, key: impl Into<Bytes>, delta: i64) -> Self {
        self.op(Op::Add { key: key.into(), delta })
    }

    pub fn append(self, prefix: impl Into<Bytes>, suffix: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        self.op(Op::Append { prefix: prefix.into(), suffix: suffix.into(), value: value.into() })
    }

    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// Keys and values of the operations, in bytes.
    pub fn size_bytes(&self) -> usize {
        self.ops.iter().map(Op::size_bytes).sum()
    }

    /// Checks the limits that need no look at the data.
    pub(crate) fn validate(&self) -> Result<(), CommitError> {
        within("batch", MAX_BATCH_BYTES, self.size_bytes())?;
        within("number of checks and operations", MAX_BATCH_ITEMS, self.checks.len() + self.ops.len())?;
        self.ops.iter().try_for_each(|op| within("key", MAX_KEY_BYTES, op.key_bytes()))
    }
}

pub(crate) fn within(what: &'static str, limit: usize, actual: usize) -> Result<(), CommitError> {
    if actual > limit { Err(CommitError::TooLarge { what, limit, actual }) } else { Ok(()) }
}

impl Op {
    fn key_bytes(&self) -> usize {
        match self {
            Self::Put { key, .. } | Self::Delete { key } | Self::Add { key, .. } => key.len(),
            Self::DeleteRange { range } => range.start.len().max(range.end.as_ref().map_or(0, Bytes::len)),
            Self::Append { prefix, suffix, .. } => prefix.len() + Versionstamp::LEN + suffix.len(),
        }
    }

    fn size_bytes(&self) -> usize {
        let value = match self {
            Self::Put { value, .. } | Self::Append { value, .. } => value.len(),
            Self::Add { .. } => size_of::<i64>(),
            Self::Delete { .. } | Self::DeleteRange { .. } => 0,
        };
        self.key_bytes() + value
    }
}
