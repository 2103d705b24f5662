//! Tables and their indexes.

use std::marker::PhantomData;

use bytes::{BufMut, Bytes, BytesMut};
use store_kv::{Check, Direction, Entry, KeyRange, PageLimit, Read, Row, Transaction, Version};

use crate::error::TableError;
use crate::key::{EncodeAs, KeyCodec, PrefixOf, decode_key};
use crate::record::{Record, decode_versioned, encode_versioned};

/// The two bytes that all keys of a table begin with. A service's tables are constants in its `tables.rs`; the high
/// byte is the service's number, so that no two services can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(u16);

/// Most services, and tables of one.
const SERVICES: u8 = 0x80;

impl TableId {
    /// A table of rows. `service` is below 0x80.
    pub const fn rows(service: u8, table: u8) -> Self {
        assert!(service < SERVICES, "service numbers are below 0x80");
        Self(u16::from_be_bytes([service, table]))
    }

    /// A log, stream or queue: much is appended and soon deleted. Kept apart from rows on the disk.
    pub const fn log(service: u8, table: u8) -> Self {
        assert!(service < SERVICES, "service numbers are below 0x80");
        Self(u16::from_be_bytes([service | SERVICES, table]))
    }

    pub const fn as_u16(self) -> u16 {
        self.0
    }

    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }
}

/// Rows of `V` under keys of `K`. A constant: it holds nothing but its id.
pub struct Table<K, V> {
    id: TableId,
    types: PhantomData<fn() -> (K, V)>,
}

/// Where a scan starts, which way it goes and how far.
#[derive(Clone, Debug)]
pub struct Scan {
    direction: Direction,
    after: Option<Cursor>,
    limit: PageLimit,
}

/// The last key of a page, where the next begins. Opaque bytes that may be kept and come back (as a page token, say).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Bytes);

/// A page of a scan. `next` is there if the range goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct TablePage<K, V> {
    pub rows: Vec<(K, V)>,
    pub next: Option<Cursor>,
}

impl Scan {
    pub fn forward() -> Self {
        Self { direction: Direction::Forward, after: None, limit: PageLimit::default() }
    }

    pub fn backward() -> Self {
        Self { direction: Direction::Backward, ..Self::forward() }
    }

    /// Behind the cursor (in the scan's direction).
    pub fn after(self, cursor: Option<Cursor>) -> Self {
        Self { after: cursor, ..self }
    }

    /// At most so many rows.
    pub fn limit(self, rows: usize) -> Self {
        Self { limit: PageLimit { rows, ..self.limit }, ..self }
    }

    /// At most about so many bytes, keys and values together.
    pub fn limit_bytes(self, bytes: usize) -> Self {
        Self { limit: PageLimit { bytes, ..self.limit }, ..self }
    }
}

impl Cursor {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A cursor that came back. A wrong one starts a scan elsewhere in its range, no worse.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }
}

impl<K: KeyCodec, V: Record> Table<K, V> {
    pub const fn new(id: TableId) -> Self {
        Self { id, types: PhantomData }
    }

    pub const fn id(&self) -> TableId {
        self.id
    }

    /// The key's bytes in the store.
    pub fn key(&self, key: impl EncodeAs<K>) -> Bytes {
        let mut out = self.id.to_bytes().to_vec();
        key.encode(&mut out);
        out.into()
    }

    /// The keys that begin with the prefix (`()`: the whole table). Also what to `Store::watch`: its `start`.
    pub fn range(&self, prefix: impl PrefixOf<K>) -> KeyRange {
        let mut out = self.id.to_bytes().to_vec();
        prefix.encode_prefix(&mut out);
        KeyRange::prefix(out)
    }

    /// # Errors
    /// If the store fails or the row is not readable.
    pub async fn get(&self, read: &impl Read, key: impl EncodeAs<K>) -> Result<Option<V>, TableError> {
        let versioned = self.get_at(read, &self.key(key)).await?;
        Ok(versioned.map(|(value, _)| value))
    }

    /// The row, and the commit that wrote it (`Version::ZERO` for a write of this very transaction).
    ///
    /// # Errors
    /// If the store fails or the row is not readable.
    pub async fn get_versioned(
        &self,
        read: &impl Read,
        key: impl EncodeAs<K>,
    ) -> Result<Option<(V, Version)>, TableError> {
        self.get_at(read, &self.key(key)).await
    }

    async fn get_at(&self, read: &impl Read, key: &[u8]) -> Result<Option<(V, Version)>, TableError> {
        let entry = read.get(key).await?;
        entry.map(|entry| Ok((self.value(&entry)?, entry.version))).transpose()
    }

    /// Whether the row is there, readable or not.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn contains(&self, read: &impl Read, key: impl EncodeAs<K>) -> Result<bool, TableError> {
        Ok(read.get(&self.key(key)).await?.is_some())
    }

    /// Writes the row, whether it is there or not.
    ///
    /// # Errors
    /// If the value has no stored form.
    pub fn put(&self, tx: &Transaction, key: impl EncodeAs<K>, value: &V) -> Result<(), TableError> {
        tx.put(self.key(key), self.encode(value)?);
        Ok(())
    }

    /// Writes the row unless there is one. Returns whether it did.
    ///
    /// # Errors
    /// If the store fails or the value has no stored form.
    pub async fn insert_if_absent(
        &self,
        tx: &Transaction,
        key: impl EncodeAs<K>,
        value: &V,
    ) -> Result<bool, TableError> {
        let key = self.key(key);
        if tx.get(&key).await?.is_some() {
            return Ok(false);
        }
        tx.put(key, self.encode(value)?);
        Ok(true)
    }

    /// Writes a row that must be new (its key is a fresh random id), without reading: the commit conflicts if it isn't.
    ///
    /// # Errors
    /// If the value has no stored form.
    pub fn insert_new(&self, tx: &Transaction, key: impl EncodeAs<K>, value: &V) -> Result<(), TableError> {
        let key = self.key(key);
        tx.check(Check::Absent { key: key.clone() });
        tx.put(key, self.encode(value)?);
        Ok(())
    }

    /// Appends a row: its key is `before`, the parts ahead, and the commit's `Versionstamp` as the last. Returns the
    /// `order` that the stamp will have.
    ///
    /// # Errors
    /// If the value has no stored form.
    pub fn append(&self, tx: &Transaction, before: impl PrefixOf<K>, value: &V) -> Result<u16, TableError> {
        Ok(tx.append(self.range(before).start, Bytes::new(), self.encode(value)?))
    }

    /// Deletes the row, if there is one.
    pub fn delete(&self, tx: &Transaction, key: impl EncodeAs<K>) {
        tx.delete(self.key(key));
    }

    /// Deletes all rows under the prefix in this transaction; within a batch's limits (`Store::clear` has none).
    pub fn delete_prefix(&self, tx: &Transaction, prefix: impl PrefixOf<K>) {
        tx.delete_range(self.range(prefix));
    }

    /// A page of the rows whose keys begin with the prefix.
    ///
    /// # Errors
    /// If the store fails or a row is not readable.
    pub async fn scan(
        &self,
        read: &impl Read,
        prefix: impl PrefixOf<K>,
        scan: Scan,
    ) -> Result<TablePage<K, V>, TableError> {
        self.scan_range(read, self.range(prefix), scan).await
    }

    /// A page of the rows from `from` (in it) on, whose keys begin with the prefix.
    ///
    /// # Errors
    /// If the store fails or a row is not readable.
    pub async fn scan_from(
        &self,
        read: &impl Read,
        prefix: impl PrefixOf<K>,
        from: impl EncodeAs<K>,
        scan: Scan,
    ) -> Result<TablePage<K, V>, TableError> {
        let range = self.range(prefix);
        let start = self.key(from).max(range.start);
        self.scan_range(read, KeyRange { start, end: range.end }, scan).await
    }

    /// A page of the rows from `from` (in it) to `to` (not in it).
    ///
    /// # Errors
    /// If the store fails or a row is not readable.
    pub async fn scan_between(
        &self,
        read: &impl Read,
        from: impl EncodeAs<K>,
        to: impl EncodeAs<K>,
        scan: Scan,
    ) -> Result<TablePage<K, V>, TableError> {
        self.scan_range(read, KeyRange::new(self.key(from), self.key(to)), scan).await
    }

    async fn scan_range(
        &self,
        read: &impl Read,
        range: KeyRange,
        scan: Scan,
    ) -> Result<TablePage<K, V>, TableError> {
        let range = match &scan.after {
            None => range,
            Some(cursor) => range.after(&self.full_key(cursor), scan.direction),
        };
        let page = read.range(range, scan.direction, scan.limit).await?;
        let last = page.rows.last().filter(|_| page.more);
        let next = last.map(|row| Cursor(row.key.slice(size_of::<TableId>()..)));
        let rows: Result<_, TableError> = page.rows.iter().map(|row| self.row(row)).collect();
        Ok(TablePage { rows: rows?, next })
    }

    fn full_key(&self, cursor: &Cursor) -> Bytes {
        let mut key = BytesMut::from(&self.id.to_bytes()[..]);
        key.put_slice(&cursor.0);
        key.freeze()
    }

    fn row(&self, row: &Row) -> Result<(K, V), TableError> {
        let key = decode_key(row.key.get(size_of::<TableId>()..).unwrap_or_default());
        let key = key.map_err(|cause| TableError::Unreadable { table: self.id.0, cause })?;
        Ok((key, self.value(&row.entry)?))
    }

    fn value(&self, entry: &Entry) -> Result<V, TableError> {
        let table = self.id.0;
        decode_versioned(&entry.value).map_err(|cause| TableError::Unreadable { table, cause })
    }

    pub(crate) fn encode(&self, value: &V) -> Result<Vec<u8>, TableError> {
        let table = self.id.0;
        encode_versioned(value).map_err(|cause| TableError::Unwritable { table, cause: cause.into() })
    }
}
