//! Versions, ranges of keys, and what a read returns.

use bytes::{BufMut, Bytes, BytesMut};

/// The place of a commit in the store's one sequence. A later commit has a greater version; versions are never reused,
/// not even after a restart. Numbers may be skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// Before the first commit.
    pub const ZERO: Self = Self(0);

    pub const fn from_u64(n: u64) -> Self {
        Self(n)
    }

    pub const fn as_u64(self) -> u64 {
        self.0
    }

    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Unique and increasing in commit order: the commit's version, then the place of the `Append` among its batch's.
/// Ten bytes in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Versionstamp {
    pub version: Version,
    /// 0 for the batch's first `Append`, 1 for its second, ...
    pub order: u16,
}

impl Versionstamp {
    /// Bytes it takes in a key.
    pub const LEN: usize = 10;

    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..8].copy_from_slice(&self.version.0.to_be_bytes());
        out[8..].copy_from_slice(&self.order.to_be_bytes());
        out
    }

    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j] = bytes;
        Self {
            version: Version(u64::from_be_bytes([a, b, c, d, e, f, g, h])),
            order: u16::from_be_bytes([i, j]),
        }
    }

    /// The key that `Op::Append` writes.
    pub fn key(self, prefix: &[u8], suffix: &[u8]) -> Bytes {
        let mut key = BytesMut::with_capacity(prefix.len() + Self::LEN + suffix.len());
        key.put_slice(prefix);
        key.put_slice(&self.to_bytes());
        key.put_slice(suffix);
        key.freeze()
    }
}

/// A value and the commit that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub value: Bytes,
    pub version: Version,
}

/// One row of a range read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub key: Bytes,
    pub entry: Entry,
}

/// What a range read returns. `more` is whether the range goes on behind the last row; an empty page has no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub rows: Vec<Row>,
    pub more: bool,
}

/// The order of a range read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Backward,
}

/// Where a range read stops at the latest. At least one row is returned if the range has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit {
    pub rows: usize,
    /// Keys and values together.
    pub bytes: usize,
}

impl PageLimit {
    pub const fn rows(rows: usize) -> Self {
        Self { rows, ..Self::MOST }
    }

    /// The most one page may be: 10,000 rows or 4 MB. Greater limits are cut to it.
    pub const MOST: Self = Self { rows: 10_000, bytes: 4 << 20 };

    pub(crate) fn cut(self) -> Self {
        Self { rows: self.rows.min(Self::MOST.rows), bytes: self.bytes.min(Self::MOST.bytes) }
    }

    /// Whether a page of `rows` rows and `bytes` bytes is full.
    pub(crate) fn reached(self, rows: usize, bytes: usize) -> bool {
        rows >= self.rows.max(1) || bytes >= self.bytes
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self { rows: 1000, bytes: 1 << 20 }
    }
}

/// Keys from `start` (in it) to `end` (not in it); without an end, all keys from `start`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyRange {
    pub start: Bytes,
    pub end: Option<Bytes>,
}

impl KeyRange {
    pub fn new(start: impl Into<Bytes>, end: impl Into<Bytes>) -> Self {
        Self { start: start.into(), end: Some(end.into()) }
    }

    pub fn all() -> Self {
        Self { start: Bytes::new(), end: None }
    }

    /// All keys that begin with `prefix`.
    pub fn prefix(prefix: impl Into<Bytes>) -> Self {
        let start = prefix.into();
        let end = prefix_end(&start);
        Self { start, end }
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        key >= &self.start[..] && self.end.as_ref().is_none_or(|end| key < &end[..])
    }

    pub fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }

    /// The part of the range that comes behind `key` when read in `direction`: where a following page starts.
    pub fn after(&self, key: &[u8], direction: Direction) -> Self {
        match direction {
            Direction::Forward => {
                Self { start: successor(key).max(self.start.clone()), end: self.end.clone() }
            }
            Direction::Backward => {
                let end = Bytes::copy_from_slice(key);
                let end = match &self.end {
                    Some(own) if *own < end => own.clone(),
                    _ => end,
                };
                Self { start: self.start.clone(), end: Some(end) }
            }
        }
    }

    /// The part of the range behind `page`; `None` if the page was the last.
    pub fn rest(&self, page: &Page, direction: Direction) -> Option<Self> {
        let last = page.rows.last().filter(|_| page.more)?;
        Some(self.after(&last.key, direction))
    }

    /// The part of the range that `page` speaks for: all of it, or up to the page's last row.
    pub(crate) fn covered(&self, page: &Page, direction: Direction) -> Self {
        let Some(last) = page.rows.last().filter(|_| page.more) else { return self.clone() };
        match direction {
            Direction::Forward => Self { start: self.start.clone(), end: Some(successor(&last.key)) },
            Direction::Backward => Self { start: last.key.clone(), end: self.end.clone() },
        }
    }
}

/// The least key greater than `key`.
pub fn successor(key: &[u8]) -> Bytes {
    let mut next = BytesMut::with_capacity(key.len() + 1);
    next.put_slice(key);
    next.put_u8(0);
    next.freeze()
}

/// The least key greater than all keys that begin with `prefix`; `None` if there is none.
pub fn prefix_end(prefix: &[u8]) -> Option<Bytes> {
    let kept = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut end = BytesMut::from(&prefix[..=kept]);
    end[kept] += 1;
    Some(end.freeze())
}
