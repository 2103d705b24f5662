//! Domain types: a table, its keys and indexes, as stored and as reasoned about.

use std::collections::BTreeMap;

use base_time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::value::ValueType;

/// Types a key attribute may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyType {
    S,
    N,
    B,
}

impl KeyType {
    pub fn value_type(self) -> ValueType {
        match self {
            Self::S => ValueType::S,
            Self::N => ValueType::N,
            Self::B => ValueType::B,
        }
    }

    pub fn name(self) -> &'static str {
        self.value_type().name()
    }
}

/// An attribute of a key, with its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAttribute {
    pub name: String,
    pub key_type: KeyType,
}

/// The attributes items are found by. A table has one hash attribute and at most one range attribute; a global index may
/// have up to four of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySchema {
    pub hash: Vec<KeyAttribute>,
    pub range: Vec<KeyAttribute>,
}

impl KeySchema {
    /// Hash attributes, then range attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        self.hash.iter().chain(&self.range)
    }

    /// How many attributes the key has.
    pub fn attribute_count(&self) -> usize {
        self.hash.len() + self.range.len()
    }

    pub fn contains(&self, name: &str) -> bool {
        self.attributes().any(|attribute| attribute.name == name)
    }
}

/// What of an item its index entries hold, besides the keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexProjection {
    All,
    KeysOnly,
    Include(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexKind {
    Local,
    Global,
}

/// A new global index is written from the start and read when all older items are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexState {
    Backfilling,
    Active,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Part of the entries' keys; never used again in this table.
    pub id: u32,
    pub name: String,
    pub kind: IndexKind,
    pub key: KeySchema,
    pub projection: IndexProjection,
    pub state: IndexState,
    pub throughput: Option<Throughput>,
    pub on_demand: Option<OnDemandMaximum>,
}

/// Provisioned capacity units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throughput {
    pub read: i64,
    pub write: i64,
}

/// On-demand maximums; -1 lifts one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDemandMaximum {
    pub read: Option<i64>,
    pub write: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Billing {
    Provisioned(Throughput),
    OnDemand { since: Timestamp, maximum: Option<OnDemandMaximum> },
}

impl Billing {
    pub fn is_on_demand(&self) -> bool {
        matches!(self, Self::OnDemand { .. })
    }
}

/// Time to live. `index` is the id under which expiry entries are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeToLive {
    pub attribute: String,
    pub index: u32,
    pub state: IndexState,
}

/// A table. Its row is part of every write's checks, so that no write misses a change of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// Part of all keys of its data: a new table of the same name has another.
    pub id: u64,
    pub uuid: String,
    pub account: String,
    pub region: String,
    pub name: String,
    pub created: Timestamp,
    pub key: KeySchema,
    pub indexes: Vec<Index>,
    pub next_index_id: u32,
    pub billing: Billing,
    pub throughput_increased: Option<Timestamp>,
    pub throughput_decreased: Option<Timestamp>,
    pub is_infrequent_access: bool,
    pub is_deletion_protected: bool,
    pub time_to_live: Option<TimeToLive>,
    pub tags: BTreeMap<String, String>,
}

impl TableInfo {
    pub fn arn(&self) -> String {
        format!("arn:aws:dynamodb:{}:{}:table/{}", self.region, self.account, self.name)
    }

    pub fn index_arn(&self, index: &str) -> String {
        format!("{}/index/{index}", self.arn())
    }

    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == name)
    }

    pub fn has_local_indexes(&self) -> bool {
        self.indexes.iter().any(|index| index.kind == IndexKind::Local)
    }

    /// An id no index of this table has had.
    pub fn take_index_id(&mut self) -> u32 {
        self.next_index_id += 1;
        self.next_index_id
    }

    /// All attributes that keys of the table or its indexes are made of, each once.
    pub fn key_attributes(&self) -> Vec<&KeyAttribute> {
        let mut attributes: Vec<&KeyAttribute> = Vec::new();
        let all = self.key.attributes().chain(self.indexes.iter().flat_map(|index| index.key.attributes()));
        for attribute in all {
            if !attributes.iter().any(|known| known.name == attribute.name) {
                attributes.push(attribute);
            }
        }
        attributes
    }
}
