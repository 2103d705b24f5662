//! The one place where items change: an item, its index entries, its expiry entry and the counters, staged together in
//! one store transaction. Streams and change logs will be staged here too.

use std::sync::Arc;

use store_kv::{Read, Transaction, read_counter};

use crate::capacity::{Usage, write_units};
use crate::error::{Error, Result};
use crate::model::{Index, IndexKind, IndexProjection, IndexState, TableInfo, TimeToLive};
use crate::tables::{Counter, ItemKey, collection_key, counter_key, entry_key, expiry_key};
use crate::value::codec::{decode_item, encode_item};
use crate::value::size::item_size;
use crate::value::{Attributes, Value};

/// Largest item collection of a table with local indexes.
const MAX_COLLECTION_BYTES: i64 = 10 << 30;

/// An item before and after a write.
pub struct Change<'a> {
    pub table: &'a Arc<TableInfo>,
    pub key: &'a ItemKey,
    pub before: Option<&'a Attributes>,
    pub after: Option<&'a Attributes>,
}

/// What a staged write cost, and the size its item collection has now (tables with local indexes).
#[derive(Debug, Default)]
pub struct Staged {
    pub usage: Usage,
    pub collection_bytes: Option<i64>,
}

/// Reads an item in a transaction or from a snapshot.
pub async fn read_item(read: &impl Read, key: &ItemKey) -> Result<Option<Attributes>> {
    match read.get(&key.bytes).await? {
        Some(entry) => Ok(Some(decode_item(&entry.value)?)),
        None => Ok(None),
    }
}

impl Change<'_> {
    /// Stages the change. One that changes nothing writes nothing (and will leave no stream record).
    pub async fn stage(&self, tx: &Transaction) -> Result<Staged> {
        let sizes = (self.before.map(item_size), self.after.map(item_size));
        let mut usage = Usage::of_table(write_units(sizes.0, sizes.1));
        if self.before == self.after {
            return Ok(Staged { usage, collection_bytes: self.collection_bytes(tx, 0).await? });
        }
        match self.after {
            Some(item) => tx.put(self.key.bytes.clone(), encode_item(item.iter())),
            None => tx.delete(self.key.bytes.clone()),
        }
        self.count(tx, None, sizes.0, sizes.1);
        let mut local_growth = growth(sizes.0, sizes.1);
        for index in &self.table.indexes {
            let (before, after) = self.stage_entry(tx, index).await?;
            if index.kind == IndexKind::Local {
                local_growth += growth(before.as_ref().map(Entry::size), after.as_ref().map(Entry::size));
            }
            usage.add_index(index, entry_units(before.as_ref(), after.as_ref()));
        }
        if let Some(time_to_live) = &self.table.time_to_live {
            self.stage_expiry(tx, time_to_live);
        }
        Ok(Staged { usage, collection_bytes: self.collection_bytes(tx, local_growth).await? })
    }

    /// Puts, replaces or removes the entry in one index; returns it before and after.
    async fn stage_entry(&self, tx: &Transaction, index: &Index) -> Result<(Option<Entry>, Option<Entry>)> {
        let entry = |item: Option<&Attributes>| Entry::of(self.table, index, item?, self.key);
        let (mut before, after) = (entry(self.before), entry(self.after));
        if before == after {
            return Ok((before, after));
        }
        if index.state == IndexState::Backfilling
            && let Some(old) = &before
            && tx.get(&old.key).await?.is_none()
        {
            // Not filled in yet: there is nothing to take away, nor was it counted.
            before = None;
        }
        if let Some(old) = &before
            && after.as_ref().is_none_or(|new| new.key != old.key)
        {
            tx.delete(old.key.clone());
        }
        if let Some(new) = &after {
            tx.put(new.key.clone(), new.value.clone());
        }
        self.count(tx, Some(index.id), before.as_ref().map(Entry::size), after.as_ref().map(Entry::size));
        Ok((before, after))
    }

    fn count(&self, tx: &Transaction, index: Option<u32>, before: Option<usize>, after: Option<usize>) {
        let items = i64::from(after.is_some()) - i64::from(before.is_some());
        for (counter, delta) in [(Counter::Items, items), (Counter::Bytes, growth(before, after))] {
            if delta != 0 {
                tx.add(counter_key(self.table.id, index, counter, self.key.hash), delta);
            }
        }
    }

    fn stage_expiry(&self, tx: &Transaction, time_to_live: &TimeToLive) {
        let entry = |item: Option<&Attributes>| {
            let secs = expires_secs(time_to_live, item?)?;
            Some(expiry_key(self.table, time_to_live.index, secs, self.key))
        };
        let (before, after) = (entry(self.before), entry(self.after));
        if before != after {
            before.into_iter().for_each(|key| tx.delete(key));
            after.into_iter().for_each(|key| tx.put(key, bytes::Bytes::new()));
        }
    }

    /// The item collection's size after the change; refuses one over 10 GB.
    async fn collection_bytes(&self, tx: &Transaction, growth: i64) -> Result<Option<i64>> {
        if !self.table.has_local_indexes() {
            return Ok(None);
        }
        let key = collection_key(self.table, self.key);
        // Read outside the transaction: two writers of one collection need not conflict over its size.
        let stored = tx.snapshot().get(&key).await?;
        let size = stored.and_then(|entry| read_counter(&entry.value)).unwrap_or(0).saturating_add(growth);
        if growth > 0 && size > MAX_COLLECTION_BYTES {
            return Err(Error::CollectionTooLarge);
        }
        if growth != 0 {
            tx.add(key, growth);
        }
        Ok(Some(size))
    }
}

/// When an item expires, where its attribute says so.
pub fn expires_secs(time_to_live: &TimeToLive, item: &Attributes) -> Option<i64> {
    match item.get(&time_to_live.attribute) {
        Some(Value::N(number)) => number.to_i64(),
        _ => None,
    }
}

fn growth(before: Option<usize>, after: Option<usize>) -> i64 {
    after.unwrap_or(0) as i64 - before.unwrap_or(0) as i64
}

/// An item's entry in an index.
#[derive(PartialEq, Eq)]
pub struct Entry {
    pub key: bytes::Bytes,
    pub value: bytes::Bytes,
    size: usize,
}

impl Entry {
    /// `None` where the item has no entry.
    pub fn of(table: &TableInfo, index: &Index, item: &Attributes, item_key: &ItemKey) -> Option<Self> {
        let key = entry_key(table, index, item, item_key)?;
        let (value, size) = match &index.projection {
            IndexProjection::All => (encode_item(item.iter()), item_size(item)),
            _ => {
                let kept: Vec<(&String, &Value)> =
                    item.iter().filter(|(name, _)| is_projected(table, index, name)).collect();
                let size = kept.iter().map(|(n, v)| n.len() + crate::value::size::value_size(v)).sum();
                (encode_item(kept.into_iter()), size)
            }
        };
        Some(Self { key, value: value.into(), size })
    }

    /// Bytes of the projected item.
    pub fn size(&self) -> usize {
        self.size
    }
}

/// Whether an index's entries hold an attribute.
pub fn is_projected(table: &TableInfo, index: &Index, name: &str) -> bool {
    match &index.projection {
        IndexProjection::All => true,
        IndexProjection::KeysOnly => table.key.contains(name) || index.key.contains(name),
        IndexProjection::Include(names) => {
            table.key.contains(name) || index.key.contains(name) || names.iter().any(|n| n == name)
        }
    }
}

/// Units an index's change costs: a new or removed entry once, a moved one twice, an untouched one nothing.
fn entry_units(before: Option<&Entry>, after: Option<&Entry>) -> f64 {
    match (before, after) {
        (Some(old), Some(new)) if old == new => 0.0,
        (Some(old), Some(new)) if old.key != new.key => {
            write_units(Some(old.size), None) + write_units(None, Some(new.size))
        }
        (None, None) => 0.0,
        (old, new) => write_units(old.map(Entry::size), new.map(Entry::size)),
    }
}
