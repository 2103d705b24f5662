//! Queue-like tables: appended at the end, deleted from the head.
//!
//! In a log-structured store a deleted row leaves a tombstone until a compaction. A scan from the front of a queue that
//! has had two million messages walks over two million tombstones to find the first live one; every receive does so
//! again, and the queue collapses. So whoever reads such a table keeps a **head**: a key below which nothing is live,
//! and scans start there. The head is a hint, a lower bound: too low costs time, never a message. It is kept in memory by
//! the one worker that owns the queue, and written now and then (not with each message, that would be one more hot
//! row), so that a restart does not walk from the front.
//!
//! It is right as long as new rows come behind the head. `Queue`'s keys begin with the commit's versionstamp, so they do:
//! `advance` moves the head to a row that was live in a snapshot when nothing before it was, and what commits later
//! sorts behind all that the snapshot had. (Where rows move back in order, as a message that becomes visible again, keep
//! the row where it is and order the visibility in a table of its own, such as `store-timer`.)

use std::marker::PhantomData;

use bytes::{BufMut, Bytes, BytesMut};
use parking_lot::Mutex;
use store_kv::{Direction, KeyRange, PageLimit, Read, Row, Snapshot, Transaction, Versionstamp};

use crate::error::{DecodeError, TableError};
use crate::key::{EncodeAs, KeyCodec};
use crate::record::{Record, decode_versioned, encode_versioned};
use crate::table::TableId;

/// Messages `V` in the order of their commits, in one queue each for every `Q`. The key is the table, `Q`, the
/// versionstamp. Declare with `TableId::log`.
pub struct Queue<Q, V> {
    id: TableId,
    types: PhantomData<fn() -> (Q, V)>,
}

/// Where a queue's live messages begin, at the earliest. One for each queue, held by whoever reads it; starts at the
/// queue's front, or where the stored one was.
#[derive(Debug, Default)]
pub struct Head(Mutex<Option<Versionstamp>>);

/// Messages from the head on. `more` is whether others follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Messages<V> {
    pub rows: Vec<(Versionstamp, V)>,
    pub more: bool,
}

impl Head {
    /// From a stored head (`Head::get` of an earlier run); too low is safe, too high loses messages.
    pub fn at(stamp: Option<Versionstamp>) -> Self {
        Self(Mutex::new(stamp))
    }

    /// What to store.
    pub fn get(&self) -> Option<Versionstamp> {
        *self.0.lock()
    }

    fn raise(&self, stamp: Versionstamp) {
        let mut head = self.0.lock();
        *head = (*head).max(Some(stamp));
    }
}

impl<Q: KeyCodec, V: Record> Queue<Q, V> {
    pub const fn new(id: TableId) -> Self {
        Self { id, types: PhantomData }
    }

    /// All keys of one queue. Its `start` is what to `Store::watch` for new messages.
    pub fn range(&self, queue: impl EncodeAs<Q>) -> KeyRange {
        KeyRange::prefix(self.prefix(queue))
    }

    fn prefix(&self, queue: impl EncodeAs<Q>) -> Bytes {
        let mut out = self.id.to_bytes().to_vec();
        queue.encode(&mut out);
        out.into()
    }

    fn key(&self, queue: impl EncodeAs<Q>, stamp: Versionstamp) -> Bytes {
        let mut key = BytesMut::from(&self.prefix(queue)[..]);
        key.put_slice(&stamp.to_bytes());
        key.freeze()
    }

    /// Puts a message at the end. Its stamp is the commit's version and the returned order.
    ///
    /// # Errors
    /// If the message has no stored form.
    pub fn push(&self, tx: &Transaction, queue: impl EncodeAs<Q>, message: &V) -> Result<u16, TableError> {
        let table = self.id.as_u16();
        let value = encode_versioned(message)
            .map_err(|cause| TableError::Unwritable { table, cause: cause.into() })?;
        Ok(tx.append(self.prefix(queue), Bytes::new(), value))
    }

    /// The message of the stamp.
    ///
    /// # Errors
    /// If the store fails or the message is not readable.
    pub async fn get(
        &self,
        read: &impl Read,
        queue: impl EncodeAs<Q>,
        stamp: Versionstamp,
    ) -> Result<Option<V>, TableError> {
        let entry = read.get(&self.key(queue, stamp)).await?;
        entry.map(|entry| self.value(&entry.value)).transpose()
    }

    /// Writes a message again, in its place.
    ///
    /// # Errors
    /// If the message has no stored form.
    pub fn replace(
        &self,
        tx: &Transaction,
        queue: impl EncodeAs<Q>,
        stamp: Versionstamp,
        message: &V,
    ) -> Result<(), TableError> {
        let table = self.id.as_u16();
        let value = encode_versioned(message)
            .map_err(|cause| TableError::Unwritable { table, cause: cause.into() })?;
        tx.put(self.key(queue, stamp), value);
        Ok(())
    }

    pub fn delete(&self, tx: &Transaction, queue: impl EncodeAs<Q>, stamp: Versionstamp) {
        tx.delete(self.key(queue, stamp));
    }

    /// The first messages, without a check (a snapshot's): the transaction that takes one reads its row again. Moves
    /// the head to the first message.
    ///
    /// # Errors
    /// If the store fails or a message is not readable.
    pub async fn first(
        &self,
        snapshot: &Snapshot,
        queue: impl EncodeAs<Q>,
        head: &Head,
        limit: PageLimit,
    ) -> Result<Messages<V>, TableError> {
        let range = self.range(queue);
        let prefix_len = range.start.len();
        let from = match head.get() {
            None => range,
            Some(stamp) => KeyRange { start: stamp.key(&range.start, b""), end: range.end },
        };
        let page = snapshot.range(from, Direction::Forward, limit).await?;
        let rows: Result<Vec<_>, _> = page.rows.iter().map(|row| self.message(row, prefix_len)).collect();
        let rows = rows?;
        match rows.first() {
            Some((stamp, _)) => head.raise(*stamp),
            // Empty: all that is pushed from now on has a later version.
            None => head.raise(Versionstamp { version: snapshot.version(), order: u16::MAX }),
        }
        Ok(Messages { rows, more: page.more })
    }

    /// The messages behind `after`, without moving a head.
    ///
    /// # Errors
    /// If the store fails or a message is not readable.
    pub async fn after(
        &self,
        read: &impl Read,
        queue: impl EncodeAs<Q>,
        after: Versionstamp,
        limit: PageLimit,
    ) -> Result<Messages<V>, TableError> {
        let range = self.range(queue);
        let prefix_len = range.start.len();
        let from = range.after(&after.key(&range.start, b""), Direction::Forward);
        let page = read.range(from, Direction::Forward, limit).await?;
        let rows: Result<_, _> = page.rows.iter().map(|row| self.message(row, prefix_len)).collect();
        Ok(Messages { rows: rows?, more: page.more })
    }

    fn message(&self, row: &Row, prefix_len: usize) -> Result<(Versionstamp, V), TableError> {
        let stamp = row.key.get(prefix_len..).and_then(|stamp| stamp.try_into().ok());
        let stamp = stamp.ok_or_else(|| self.unreadable(DecodeError::Key))?;
        Ok((Versionstamp::from_bytes(stamp), self.value(&row.entry.value)?))
    }

    fn value(&self, stored: &[u8]) -> Result<V, TableError> {
        decode_versioned(stored).map_err(|cause| self.unreadable(cause))
    }

    fn unreadable(&self, cause: DecodeError) -> TableError {
        TableError::Unreadable { table: self.id.as_u16(), cause }
    }
}
