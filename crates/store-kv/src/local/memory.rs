//! A backend in memory: for tests, and the reference the durable one is compared with. Nothing survives it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::{ApplyError, Backend, LocalView, Writes};
use crate::error::StoreError;
use crate::key::{Direction, Entry, KeyRange, Page, PageLimit, Row, Version};

type Rows = BTreeMap<Bytes, Entry>;

/// Views share the rows; a write copies them if a view still does. Simple and slow with many rows, which tests don't
/// have.
#[derive(Default)]
pub(crate) struct Memory {
    rows: Arc<Rows>,
}

struct MemoryView {
    rows: Arc<Rows>,
    version: Version,
}

impl Backend for Memory {
    fn view(&self, version: Version) -> Arc<dyn LocalView> {
        Arc::new(MemoryView { rows: self.rows.clone(), version })
    }

    fn apply(&mut self, writes: &Writes, _last: Version) -> Result<(), ApplyError> {
        let rows = Arc::make_mut(&mut self.rows);
        for (key, write) in writes {
            match &write.value {
                Some(value) => {
                    let entry = Entry { value: value.clone(), version: write.version };
                    rows.insert(key.clone(), entry);
                }
                None => {
                    rows.remove(key);
                }
            }
        }
        Ok(())
    }
}

impl LocalView for MemoryView {
    fn version(&self) -> Version {
        self.version
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>, StoreError> {
        Ok(self.rows.get(key).cloned())
    }

    fn range(&self, range: &KeyRange, direction: Direction, limit: PageLimit) -> Result<Page, StoreError> {
        let from_start = self.rows.range(range.start.clone()..);
        let rows: Vec<_> = match &range.end {
            Some(end) => from_start.take_while(|(key, _)| *key < end).collect(),
            None => from_start.collect(),
        };
        let rows: Box<dyn Iterator<Item = _>> = match direction {
            Direction::Forward => Box::new(rows.into_iter()),
            Direction::Backward => Box::new(rows.into_iter().rev()),
        };
        let mut page = Page::default();
        let mut bytes = 0;
        for (key, entry) in rows {
            if !page.rows.is_empty() && limit.reached(page.rows.len(), bytes) {
                page.more = true;
                break;
            }
            bytes += key.len() + entry.value.len();
            page.rows.push(Row { key: key.clone(), entry: entry.clone() });
        }
        Ok(page)
    }
}
