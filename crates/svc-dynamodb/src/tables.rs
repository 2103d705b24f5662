//! What is stored, and where.
//!
//! | keys begin with | then | value |
//! |---|---|---|
//! | `01 01` | account, region, table name | the table (JSON) |
//! | `01 02` | table id, hash, hash value, range value | an item |
//! | `01 03` | table id, index id, hash, index key values, suffix | an index entry: the projected item |
//! | `01 04` | table id, index id or 0, kind, shard | a counter: items or bytes |
//! | `01 05` | account, region, client token | a transaction's token (JSON) |
//! | `01 06` | expiry, account, region, client token | nothing: when tokens end |
//! | `01 07` | table id, index id, expiry in seconds | item key without its first two bytes; value: nothing |
//! | `01 08` | table id, index id or 0 | work to do: delete data, fill an index (JSON) |
//! | `01 09` | table id, hash, hash value | a counter: bytes of an item collection (tables with local indexes) |
//!
//! `hash` is 32 bits over the encoded hash values: items and entries lie spread over the whole range from the first one
//! on, and a parallel scan's segment is a range of it. Ids are big endian. Values are encoded by `value::key`.
//! An index entry's suffix makes it unique: `00` and the encoded table key, or `01` and its SHA-256 where it is long.

use std::collections::BTreeMap;

use base_time::Timestamp;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store_kv::KeyRange;
use store_table::{First, JsonRecord, Table, TableId};

use crate::model::{Index, KeySchema, TableInfo};
use crate::value::{Attributes, Value, key};

const SERVICE: u8 = 1;

/// (account, region, name) -> table.
pub const TABLES: Table<(String, String, String), TableInfo> = Table::new(TableId::rows(SERVICE, 1));
const ITEMS: TableId = TableId::rows(SERVICE, 2);
const INDEX_ENTRIES: TableId = TableId::rows(SERVICE, 3);
const COUNTERS: TableId = TableId::rows(SERVICE, 4);
/// (account, region, client token) -> what it was used for.
pub const TOKENS: Table<(String, String, String), TokenUse> = Table::new(TableId::rows(SERVICE, 5));
/// (expiry, account, region, client token).
pub const TOKEN_EXPIRIES: Table<(Timestamp, String, String, String), ()> =
    Table::new(TableId::rows(SERVICE, 6));
const EXPIRIES: TableId = TableId::rows(SERVICE, 7);
/// (table id, index id) -> work.
pub const JOBS: Table<(u64, u32), Job> = Table::new(TableId::rows(SERVICE, 8));
const COLLECTIONS: TableId = TableId::rows(SERVICE, 9);

/// Longest encoded table key that stands as it is in an index entry's key.
const MAX_PLAIN_SUFFIX: usize = 1024;
/// Rows a counter is spread over.
const COUNTER_SHARDS: u8 = 16;

macro_rules! first_version {
    ($type:ty) => {
        impl JsonRecord for $type {
            const VERSION: u8 = 1;
            type Previous = First;
            fn migrate(previous: First) -> Self {
                match previous {}
            }
        }
    };
}

first_version!(TableInfo);
first_version!(TokenUse);
first_version!(Job);

/// The transaction a client token stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUse {
    /// SHA-256 of the request, in hexadecimal.
    pub fingerprint: String,
    pub expires: Timestamp,
}

/// Background work; its row is there until it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Job {
    /// Delete the data of a table that is gone.
    DeleteTable { index_ids: Vec<u32> },
    /// Delete the entries of an index that is gone.
    DeleteIndex,
    /// Put the items that were there before an index into it. `after`: the last item key done (hexadecimal).
    Fill { account: String, region: String, name: String, after: Option<String> },
    /// Put the items that were there before time to live was switched on among the expiries.
    FillExpiries { account: String, region: String, name: String, after: Option<String> },
    /// Delete the expiry entries of a switched off time to live.
    DeleteExpiries,
}

/// Where an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemKey {
    /// The whole store key.
    pub bytes: Bytes,
    /// Of the hash value: what counters are spread by.
    pub hash: u32,
    /// Length of the encoded hash value.
    hash_len: usize,
}

/// Store key bytes before an item's encoded key: the store table, the table's id, the hash.
const ITEM_HEAD: usize = 2 + 8 + 4;

impl ItemKey {
    /// `None` where the item lacks a key attribute of the right type.
    pub fn of(table: &TableInfo, item: &Attributes) -> Option<Self> {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(&ITEMS.to_bytes());
        out.extend_from_slice(&table.id.to_be_bytes());
        let (hash, hash_len) = push_key(&table.key, item, &mut out)?;
        Some(Self { bytes: out.into(), hash, hash_len })
    }

    /// The encoded key, without the head.
    fn encoded(&self) -> &[u8] {
        &self.bytes[ITEM_HEAD..]
    }

    /// Everything behind the store table's number: what an expiry entry keeps.
    fn tail(&self) -> &[u8] {
        &self.bytes[2..]
    }
}

/// Appends the hash and the values of a key; returns the hash and the length of the encoded hash values.
fn push_key(schema: &KeySchema, item: &Attributes, out: &mut Vec<u8>) -> Option<(u32, usize)> {
    let head = out.len();
    out.extend_from_slice(&[0; 4]);
    for attribute in &schema.hash {
        push_value(attribute.key_type, item.get(&attribute.name)?, out)?;
    }
    let hash = partition_hash(&out[head + 4..]);
    let hash_len = out.len() - head - 4;
    out[head..head + 4].copy_from_slice(&hash.to_be_bytes());
    for attribute in &schema.range {
        push_value(attribute.key_type, item.get(&attribute.name)?, out)?;
    }
    Some((hash, hash_len))
}

fn push_value(key_type: crate::model::KeyType, value: &Value, out: &mut Vec<u8>) -> Option<()> {
    (value.value_type() == key_type.value_type() && key::encode(value, out)).then_some(())
}

/// FNV-1a with a finishing mix (Murmur3's), so that similar keys lie far apart. Part of the stored format.
fn partition_hash(bytes: &[u8]) -> u32 {
    let mut hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    (hash >> 32) as u32
}

fn head(id: TableId, table: u64, index: Option<u32>) -> Vec<u8> {
    let mut out = Vec::with_capacity(96);
    out.extend_from_slice(&id.to_bytes());
    out.extend_from_slice(&table.to_be_bytes());
    if let Some(index) = index {
        out.extend_from_slice(&index.to_be_bytes());
    }
    out
}

/// What all keys of a table's items, or of an index's entries, begin with.
pub fn data_prefix(table: &TableInfo, index: Option<&Index>) -> Vec<u8> {
    match index {
        None => head(ITEMS, table.id, None),
        Some(index) => head(INDEX_ENTRIES, table.id, Some(index.id)),
    }
}

/// Appends the hash and the encoded hash values to a prefix.
pub fn push_partition(prefix: &mut Vec<u8>, encoded_hash_values: &[u8]) {
    prefix.extend_from_slice(&partition_hash(encoded_hash_values).to_be_bytes());
    prefix.extend_from_slice(encoded_hash_values);
}

/// The key of an item's entry in an index; `None` where the item has no entry (a sparse index).
pub fn entry_key(table: &TableInfo, index: &Index, item: &Attributes, item_key: &ItemKey) -> Option<Bytes> {
    let mut out = head(INDEX_ENTRIES, table.id, Some(index.id));
    push_key(&index.key, item, &mut out)?;
    let encoded = item_key.encoded();
    if encoded.len() <= MAX_PLAIN_SUFFIX {
        out.push(0);
        out.extend_from_slice(encoded);
    } else {
        out.push(1);
        out.extend_from_slice(&Sha256::digest(encoded));
    }
    Some(out.into())
}

/// The part of a table or index that a segment of a parallel scan covers.
pub fn segment_range(prefix: &[u8], segment: u32, total: u32) -> KeyRange {
    let bound = |n: u32| (u64::from(n) << 32).div_ceil(u64::from(total.max(1)));
    let key = |bound: u64| {
        let mut key = prefix.to_vec();
        key.extend_from_slice(&u32::try_from(bound).unwrap_or(u32::MAX).to_be_bytes());
        Bytes::from(key)
    };
    let all = KeyRange::prefix(prefix.to_vec());
    let (start, end) = (bound(segment), bound(segment + 1));
    KeyRange { start: key(start), end: if end > u64::from(u32::MAX) { all.end } else { Some(key(end)) } }
}

/// What a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    Items,
    Bytes,
}

/// The row that a change of an item with this hash adds to.
pub fn counter_key(table: u64, index: Option<u32>, counter: Counter, hash: u32) -> Bytes {
    let mut out = head(COUNTERS, table, Some(index.unwrap_or(0)));
    out.push(counter as u8);
    out.push(hash as u8 % COUNTER_SHARDS);
    out.into()
}

/// All rows of a counter.
pub fn counter_range(table: u64, index: Option<u32>, counter: Counter) -> KeyRange {
    let mut out = head(COUNTERS, table, Some(index.unwrap_or(0)));
    out.push(counter as u8);
    KeyRange::prefix(out)
}

/// The counter of an item collection's bytes.
pub fn collection_key(table: &TableInfo, item_key: &ItemKey) -> Bytes {
    let mut out = head(COLLECTIONS, table.id, None);
    out.extend_from_slice(&item_key.bytes[ITEM_HEAD - 4..ITEM_HEAD + item_key.hash_len]);
    out.into()
}

/// An expiry entry.
pub fn expiry_key(table: &TableInfo, index: u32, expires_secs: i64, item_key: &ItemKey) -> Bytes {
    let mut out = head(EXPIRIES, table.id, Some(index));
    out.extend_from_slice(&sortable(expires_secs));
    out.extend_from_slice(item_key.tail());
    out.into()
}

fn sortable(secs: i64) -> [u8; 8] {
    (secs ^ i64::MIN).to_be_bytes()
}

/// Entries that expire from `from_secs` on and before `to_secs`.
pub fn expiry_range(table: &TableInfo, index: u32, from_secs: i64, to_secs: i64) -> KeyRange {
    let at = |secs: i64| {
        let mut key = head(EXPIRIES, table.id, Some(index));
        key.extend_from_slice(&sortable(secs));
        key
    };
    KeyRange::new(at(from_secs), at(to_secs))
}

/// The store key of the item an expiry entry is of.
pub fn item_of_expiry(entry: &[u8]) -> Option<Bytes> {
    let tail = entry.get(2 + 8 + 4 + 8..)?;
    let mut out = ITEMS.to_bytes().to_vec();
    out.extend_from_slice(tail);
    Some(out.into())
}

/// Everything that belongs to a table's data: what remains to delete when it is gone.
pub fn data_ranges(table: u64, index_ids: &[u32]) -> Vec<KeyRange> {
    let mut ranges: Vec<KeyRange> = [ITEMS, COLLECTIONS, COUNTERS]
        .into_iter()
        .map(|id| KeyRange::prefix(head(id, table, None)))
        .collect();
    for id in index_ids {
        ranges.extend(index_ranges(table, *id));
    }
    ranges
}

/// Everything of one index, expiries included.
pub fn index_ranges(table: u64, index: u32) -> [KeyRange; 3] {
    [INDEX_ENTRIES, EXPIRIES, COUNTERS].map(|id| KeyRange::prefix(head(id, table, Some(index))))
}

/// Tags as stored, sorted by key.
pub type Tags = BTreeMap<String, String>;
