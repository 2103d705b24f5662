//! Secondary indexes: tables of their own, changed in the row's own transaction.
//!
//! An index's row is keyed by what is looked up, then by the primary key; it has no value.

use store_kv::{Read, Transaction};

use crate::error::TableError;
use crate::key::{EncodeAs, KeyCodec, PrefixOf};
use crate::record::Record;
use crate::table::{Scan, Table, TableId, TablePage};

/// Finds primary keys `K` by `I`. `I` is a tuple (or part); an index's key is `(I, K)`.
pub struct Index<I, K, V> {
    table: Table<(I, K), ()>,
    part: fn(&K, &V) -> Option<I>,
}

/// A prefix of `I` as one of `(I, K)`.
struct FirstPart<P>(P);

impl<I, K, P: PrefixOf<I>> PrefixOf<(I, K)> for FirstPart<P> {
    fn encode_prefix(&self, out: &mut Vec<u8>) {
        self.0.encode_prefix(out);
    }
}

/// A whole `I` as a prefix of itself.
struct Whole<T>(T);

impl<I, T: EncodeAs<I>> PrefixOf<I> for Whole<T> {
    fn encode_prefix(&self, out: &mut Vec<u8>) {
        self.0.encode(out);
    }
}

/// What changes with each row of a `Table<K, V>`.
pub trait Follow<K, V>: Sync {
    /// Brings the index from the row's former value to its new one.
    ///
    /// # Errors
    /// If an index's row cannot be stored.
    fn follow(
        &self,
        tx: &Transaction,
        key: &K,
        before: Option<&V>,
        after: Option<&V>,
    ) -> Result<(), TableError>;
}

/// A table whose indexes follow it. Writes read the former row, to know what the indexes had.
pub struct IndexedTable<K: 'static, V: 'static> {
    table: Table<K, V>,
    indexes: &'static [&'static dyn Follow<K, V>],
}

impl<I, K, V> Index<I, K, V>
where
    I: KeyCodec + EncodeAs<I> + PartialEq,
    K: KeyCodec + EncodeAs<K>,
{
    /// `part` gives what a row is found by; `None`: it isn't in the index.
    pub const fn new(id: TableId, part: fn(&K, &V) -> Option<I>) -> Self {
        Self { table: Table::new(id), part }
    }

    /// A page of the primary keys whose rows are found by exactly `part`, in order.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn of(
        &self,
        read: &impl Read,
        part: impl EncodeAs<I>,
        scan: Scan,
    ) -> Result<TablePage<K, ()>, TableError> {
        self.under(read, Whole(part), scan).await.map(|page| TablePage {
            rows: page.rows.into_iter().map(|(_, key)| (key, ())).collect(),
            next: page.next,
        })
    }

    /// A page of what is found under a prefix of `I`, in order.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn under(
        &self,
        read: &impl Read,
        prefix: impl PrefixOf<I>,
        scan: Scan,
    ) -> Result<TablePage<I, K>, TableError> {
        let page = self.table.scan(read, FirstPart(prefix), scan).await?;
        Ok(TablePage { rows: page.rows.into_iter().map(|(key, ())| key).collect(), next: page.next })
    }
}

impl<I, K, V> Follow<K, V> for Index<I, K, V>
where
    I: KeyCodec + EncodeAs<I> + PartialEq,
    K: KeyCodec + EncodeAs<K>,
{
    fn follow(
        &self,
        tx: &Transaction,
        key: &K,
        before: Option<&V>,
        after: Option<&V>,
    ) -> Result<(), TableError> {
        let before = before.and_then(|value| (self.part)(key, value));
        let after = after.and_then(|value| (self.part)(key, value));
        if before == after {
            return Ok(());
        }
        if let Some(part) = before {
            self.table.delete(tx, (part, key));
        }
        if let Some(part) = after {
            self.table.put(tx, (part, key), &())?;
        }
        Ok(())
    }
}

impl<K: KeyCodec, V: Record> IndexedTable<K, V> {
    pub const fn new(table: Table<K, V>, indexes: &'static [&'static dyn Follow<K, V>]) -> Self {
        Self { table, indexes }
    }

    /// The rows, to read. Writing through it would leave the indexes behind.
    pub const fn rows(&self) -> &Table<K, V> {
        &self.table
    }

    /// Writes the row and its indexes' rows. Returns the former row.
    ///
    /// # Errors
    /// If the store fails, the former row is not readable, or the new one has no stored form.
    pub async fn put(&self, tx: &Transaction, key: &K, value: &V) -> Result<Option<V>, TableError> {
        let before = self.table.get(tx, key).await?;
        self.table.put(tx, key, value)?;
        self.follow(tx, key, before.as_ref(), Some(value))?;
        Ok(before)
    }

    /// Writes the row unless there is one. Returns whether it did.
    ///
    /// # Errors
    /// If the store fails or the value has no stored form.
    pub async fn insert_if_absent(&self, tx: &Transaction, key: &K, value: &V) -> Result<bool, TableError> {
        let inserted = self.table.insert_if_absent(tx, key, value).await?;
        if inserted {
            self.follow(tx, key, None, Some(value))?;
        }
        Ok(inserted)
    }

    /// Deletes the row and its indexes' rows. Returns the former row.
    ///
    /// # Errors
    /// If the store fails or the former row is not readable.
    pub async fn delete(&self, tx: &Transaction, key: &K) -> Result<Option<V>, TableError> {
        let before = self.table.get(tx, key).await?;
        if before.is_some() {
            self.table.delete(tx, key);
            self.follow(tx, key, before.as_ref(), None)?;
        }
        Ok(before)
    }

    fn follow(
        &self,
        tx: &Transaction,
        key: &K,
        before: Option<&V>,
        after: Option<&V>,
    ) -> Result<(), TableError> {
        self.indexes.iter().try_for_each(|index| index.follow(tx, key, before, after))
    }
}
