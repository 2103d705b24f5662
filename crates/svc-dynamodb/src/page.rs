//! Reads a page of a table or index: the engine under Query and Scan.
//!
//! Rows stream from the store in order. The page ends at Limit items, or before the item that would make it more than
//! 1 MB, both counted before the filter; then `last_key` says where the next page starts.

use std::sync::Arc;

use bytes::Bytes;
use store_kv::{Direction, KeyRange, PageLimit, Read, Row, Snapshot};

use crate::error::{Error, Result};
use crate::expr::{Condition, Projection};
use crate::model::{Index, IndexProjection, TableInfo};
use crate::tables::{ItemKey, data_prefix, entry_key};
use crate::value::Attributes;
use crate::value::codec::decode_item;
use crate::value::size::item_size;
use crate::write::read_item;

/// Most bytes of items a page evaluates.
const MAX_PAGE_BYTES: usize = 1 << 20;
/// Rows asked of the store at a time.
const MAX_STORE_ROWS: usize = 1000;

/// A table or one of its indexes, as something to read from.
#[derive(Clone)]
pub struct Source {
    pub table: Arc<TableInfo>,
    /// Place of the index among the table's.
    index: Option<usize>,
}

impl Source {
    /// Finds the index by name. One that is being filled cannot be read yet.
    pub fn find(table: Arc<TableInfo>, index: Option<&str>) -> Result<Self> {
        let Some(name) = index else { return Ok(Self { table, index: None }) };
        let Some(at) = table.indexes.iter().position(|index| index.name == name) else {
            return Err(Error::Validation(format!("The table does not have the specified index: {name}")));
        };
        if table.indexes[at].state == crate::model::IndexState::Backfilling {
            return Err(Error::Validation(format!(
                "Cannot read from backfilling global secondary index: {name}"
            )));
        }
        Ok(Self { table, index: Some(at) })
    }

    pub fn index(&self) -> Option<&Index> {
        self.index.map(|at| &self.table.indexes[at])
    }

    /// The keys the rows are ordered by.
    pub fn key(&self) -> &crate::model::KeySchema {
        self.index().map_or(&self.table.key, |index| &index.key)
    }

    /// The attributes of a page's last key: the table's and the index's.
    pub fn last_key_attributes(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.table.key.attributes().map(|a| a.name.as_str()).collect();
        if let Some(index) = self.index() {
            for attribute in index.key.attributes() {
                if !names.contains(&attribute.name.as_str()) {
                    names.push(&attribute.name);
                }
            }
        }
        names
    }

    pub fn prefix(&self) -> Vec<u8> {
        data_prefix(&self.table, self.index())
    }

    /// The store key of the row with these key attributes.
    pub fn row_key(&self, key: &Attributes) -> Option<Bytes> {
        let item_key = ItemKey::of(&self.table, key)?;
        match self.index() {
            None => Some(item_key.bytes),
            Some(index) => entry_key(&self.table, index, key, &item_key),
        }
    }
}

/// What to read.
pub struct PageRequest {
    pub source: Source,
    pub range: KeyRange,
    pub direction: Direction,
    /// Most items to evaluate.
    pub limit: Option<usize>,
    pub filter: Option<Condition>,
    pub projection: Option<Projection>,
    /// Only count.
    pub is_count: bool,
    /// Rows are entries of a local index, but attributes beyond them are wanted: read the items.
    pub needs_items: bool,
}

/// What was read.
#[derive(Debug, Default)]
pub struct PageResult {
    pub items: Vec<Attributes>,
    pub count: usize,
    pub scanned: usize,
    pub last_key: Option<Attributes>,
    /// Bytes of rows evaluated.
    pub row_bytes: usize,
    /// Bytes of items read besides.
    pub fetched_bytes: Vec<usize>,
}

enum Step {
    Continue,
    Full,
}

impl PageRequest {
    pub async fn read(&self, snapshot: &Snapshot) -> Result<PageResult> {
        let mut result = PageResult::default();
        // The last row evaluated: its key is decoded only if the page ends there.
        let mut last: Option<Bytes> = None;
        let mut rest = Some(self.range.clone()).filter(|range| !range.is_empty());
        while let Some(range) = rest {
            let page = snapshot.range(range.clone(), self.direction, self.store_limit(&result)).await?;
            rest = range.rest(&page, self.direction);
            for row in page.rows {
                let value = row.entry.value.clone();
                match self.take(snapshot, &row, &mut result).await? {
                    Step::Continue => last = Some(value),
                    Step::Full => {
                        if self.limit == Some(result.scanned) {
                            last = Some(value);
                        }
                        result.last_key = last.map(|value| self.key_of(&value)).transpose()?;
                        return Ok(result);
                    }
                }
            }
            // A long scan lets others run.
            tokio::task::yield_now().await;
        }
        Ok(result)
    }

    fn store_limit(&self, result: &PageResult) -> PageLimit {
        let rows = self.limit.map_or(MAX_STORE_ROWS, |limit| (limit - result.scanned).min(MAX_STORE_ROWS));
        PageLimit { rows, bytes: MAX_PAGE_BYTES }
    }

    async fn take(&self, snapshot: &Snapshot, row: &Row, result: &mut PageResult) -> Result<Step> {
        let item = decode_item(&row.entry.value)?;
        let size = item_size(&item);
        if result.scanned > 0 && result.row_bytes + size > MAX_PAGE_BYTES {
            return Ok(Step::Full);
        }
        result.row_bytes += size;
        result.scanned += 1;
        let fetched = if self.needs_items { self.fetch(snapshot, &item, result).await? } else { None };
        let item = fetched.unwrap_or(item);
        if self.filter.as_ref().is_none_or(|filter| filter.matches(&item)) {
            result.count += 1;
            if !self.is_count {
                result.items.push(match &self.projection {
                    Some(projection) => projection.apply(&item),
                    None => item,
                });
            }
        }
        if self.limit == Some(result.scanned) { Ok(Step::Full) } else { Ok(Step::Continue) }
    }

    async fn fetch(
        &self,
        snapshot: &Snapshot,
        entry: &Attributes,
        result: &mut PageResult,
    ) -> Result<Option<Attributes>> {
        let Some(key) = ItemKey::of(&self.source.table, entry) else { return Ok(None) };
        let item = read_item(snapshot, &key).await?;
        result.fetched_bytes.push(item.as_ref().map_or(0, item_size));
        Ok(item)
    }

    fn key_of(&self, row: &[u8]) -> Result<Attributes> {
        let item = decode_item(row)?;
        let names = self.source.last_key_attributes().into_iter();
        Ok(names.filter_map(|name| Some((name.to_owned(), item.get(name)?.clone()))).collect())
    }
}

/// Whether a projection asks for attributes that an index's entries do not hold.
pub fn goes_beyond(source: &Source, names: impl IntoIterator<Item = String>) -> Vec<String> {
    match source.index() {
        Some(index) if index.projection != IndexProjection::All => {
            names.into_iter().filter(|name| !crate::write::is_projected(&source.table, index, name)).collect()
        }
        _ => Vec::new(),
    }
}
