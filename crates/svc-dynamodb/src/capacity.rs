//! Capacity units (Developer Guide, "DynamoDB read and write operations"): what a call consumed, and how it is reported.

use api_dynamodb::{Capacity, ConsumedCapacity, ReturnConsumedCapacity};
use indexmap::IndexMap;

use crate::model::{Index, IndexKind};

/// Bytes of one read unit.
const READ_UNIT_BYTES: usize = 4096;
/// Bytes of one write unit.
const WRITE_UNIT_BYTES: usize = 1024;

/// How a read sees the table: what a unit costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    Eventual,
    Strong,
    Transactional,
}

/// Units to read so many bytes in one call.
pub fn read_units(bytes: usize, consistency: Consistency) -> f64 {
    let whole = bytes.div_ceil(READ_UNIT_BYTES).max(1) as f64;
    match consistency {
        Consistency::Eventual => whole / 2.0,
        Consistency::Strong => whole,
        Consistency::Transactional => whole * 2.0,
    }
}

/// Units to write an item, by the greater of its sizes before and after.
pub fn write_units(before: Option<usize>, after: Option<usize>) -> f64 {
    let bytes = before.unwrap_or(0).max(after.unwrap_or(0));
    bytes.div_ceil(WRITE_UNIT_BYTES).max(1) as f64
}

/// Which way units went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Read,
    Write,
}

/// What one call consumed of one table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    pub table: f64,
    /// By index, in the order of first use: whether it is global, and its units.
    pub indexes: IndexMap<String, (bool, f64)>,
}

impl Usage {
    pub fn of_table(units: f64) -> Self {
        Self { table: units, indexes: IndexMap::new() }
    }

    pub fn add_index(&mut self, index: &Index, units: f64) {
        if units > 0.0 {
            let is_global = index.kind == IndexKind::Global;
            self.indexes.entry(index.name.clone()).or_insert((is_global, 0.0)).1 += units;
        }
    }

    pub fn add(&mut self, other: Self) {
        self.table += other.table;
        for (name, (is_global, units)) in other.indexes {
            self.indexes.entry(name).or_insert((is_global, 0.0)).1 += units;
        }
    }

    /// Transactions cost twice.
    pub fn doubled(mut self) -> Self {
        self.table *= 2.0;
        self.indexes.values_mut().for_each(|(_, units)| *units *= 2.0);
        self
    }

    fn total(&self) -> f64 {
        self.table + self.indexes.values().map(|(_, units)| units).sum::<f64>()
    }

    /// As the answer shows it, if it was asked for. Transactions also name the flow.
    pub fn report(
        &self,
        wanted: Option<ReturnConsumedCapacity>,
        table_name: &str,
        flow: Option<Flow>,
    ) -> Option<ConsumedCapacity> {
        let shown = |units: f64| Capacity {
            read_capacity_units: (flow == Some(Flow::Read)).then_some(units),
            write_capacity_units: (flow == Some(Flow::Write)).then_some(units),
            capacity_units: Some(units),
        };
        let total = shown(self.total());
        let mut consumed = ConsumedCapacity {
            table_name: Some(table_name.to_owned()),
            capacity_units: total.capacity_units,
            read_capacity_units: total.read_capacity_units,
            write_capacity_units: total.write_capacity_units,
            ..ConsumedCapacity::default()
        };
        match wanted {
            None | Some(ReturnConsumedCapacity::None) => return None,
            Some(ReturnConsumedCapacity::Total) => {}
            Some(ReturnConsumedCapacity::Indexes) => {
                consumed.table = Some(shown(self.table));
                consumed.global_secondary_indexes = self.shown_indexes(true, &shown);
                consumed.local_secondary_indexes = self.shown_indexes(false, &shown);
            }
        }
        Some(consumed)
    }

    fn shown_indexes(
        &self,
        is_global: bool,
        shown: &impl Fn(f64) -> Capacity,
    ) -> Option<IndexMap<String, Capacity>> {
        let indexes: IndexMap<String, Capacity> = self
            .indexes
            .iter()
            .filter(|(_, (kind, _))| *kind == is_global)
            .map(|(name, (_, units))| (name.clone(), shown(*units)))
            .collect();
        (!indexes.is_empty()).then_some(indexes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_round_up() {
        assert_eq!(read_units(0, Consistency::Eventual), 0.5);
        assert_eq!(read_units(4096, Consistency::Strong), 1.0);
        assert_eq!(read_units(4097, Consistency::Strong), 2.0);
        assert_eq!(read_units(4097, Consistency::Transactional), 4.0);
        assert_eq!(write_units(None, Some(1024)), 1.0);
        assert_eq!(write_units(Some(1025), Some(10)), 2.0);
        assert_eq!(write_units(None, None), 1.0);
    }
}
