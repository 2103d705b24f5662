//! Checks of keys, with DynamoDB's texts: of whole items, of `Key` parameters, and of index keys in items.

use crate::error::{Error, Result};
use crate::model::{KeyAttribute, KeySchema, TableInfo};
use crate::tables::ItemKey;
use crate::value::{Attributes, Value};

const MAX_HASH_BYTES: usize = 2048;
const MAX_RANGE_BYTES: usize = 1024;
/// What the service says of a key that is not the table's.
pub const MISMATCH: &str = "The provided key element does not match the schema";

/// A table whose keys are to be checked.
pub struct Keyed<'a> {
    table: &'a TableInfo,
}

impl<'a> Keyed<'a> {
    pub fn of(table: &'a TableInfo) -> Self {
        Self { table }
    }

    /// Checks an item that is to be put; returns its key.
    pub fn item(&self, item: &Attributes) -> Result<ItemKey> {
        for attribute in self.table.key.attributes() {
            let Some(value) = item.get(&attribute.name) else {
                return Err(Error::invalid_parameter(format!(
                    "Missing the key {} in the item",
                    attribute.name
                )));
            };
            if value.value_type() != attribute.key_type.value_type() {
                return Err(Error::invalid_parameter(format!(
                    "Type mismatch for key {} expected: {} actual: {}",
                    attribute.name,
                    attribute.key_type.name(),
                    value.value_type().name()
                )));
            }
            if let Some(kind) = empty_kind(value) {
                return Err(Error::Validation(format!(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain \
                     an empty {kind} value. Key: {}",
                    attribute.name
                )));
            }
        }
        check_sizes(&self.table.key, item)?;
        self.index_keys(item)?;
        ItemKey::of(self.table, item).ok_or_else(|| Error::Validation(MISMATCH.to_owned()))
    }

    /// Whether an item has all key attributes, of the right types.
    pub fn has_key(&self, item: &Attributes) -> bool {
        self.table.key.attributes().all(|attribute| {
            item.get(&attribute.name).is_some_and(|v| v.value_type() == attribute.key_type.value_type())
        })
    }

    /// Checks a `Key` parameter: the key attributes, all of them and nothing else.
    pub fn key(&self, key: &Attributes) -> Result<ItemKey> {
        if key.len() != self.table.key.attribute_count() {
            return Err(Error::Validation(MISMATCH.to_owned()));
        }
        check_key(&self.table.key, key)?;
        ItemKey::of(self.table, key).ok_or_else(|| Error::Validation(MISMATCH.to_owned()))
    }

    /// Index keys may be missing, but not be of another type, empty or too long.
    pub fn index_keys(&self, item: &Attributes) -> Result<()> {
        for index in &self.table.indexes {
            for attribute in index.key.attributes() {
                let Some(value) = item.get(&attribute.name) else { continue };
                if value.value_type() != attribute.key_type.value_type() {
                    return Err(Error::invalid_parameter(format!(
                        "Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}",
                        attribute.name,
                        attribute.key_type.name(),
                        value.value_type().name(),
                        index.name
                    )));
                }
                if let Some(kind) = empty_kind(value) {
                    return Err(Error::Validation(format!(
                        "One or more parameter values are not valid. A value specified for a secondary index key is not \
                         supported. The AttributeValue for a key attribute cannot contain an empty {kind} value. \
                         IndexName: {}, IndexKey: {}",
                        index.name, attribute.name
                    )));
                }
            }
            check_sizes(&index.key, item)?;
        }
        Ok(())
    }
}

/// Checks that key attributes are there, of the right types, not empty and not too long.
pub fn check_key(schema: &KeySchema, key: &Attributes) -> Result<()> {
    for attribute in schema.attributes() {
        let value = key.get(&attribute.name).filter(|v| v.value_type() == attribute.key_type.value_type());
        let Some(value) = value else { return Err(Error::Validation(MISMATCH.to_owned())) };
        if let Some(kind) = empty_kind(value) {
            return Err(Error::invalid_parameter(format!(
                "The AttributeValue for a key attribute cannot contain an empty {kind} value. Key: {}",
                attribute.name
            )));
        }
    }
    check_sizes(schema, key)
}

fn empty_kind(value: &Value) -> Option<&'static str> {
    match value {
        Value::S(s) if s.is_empty() => Some("string"),
        Value::B(b) if b.is_empty() => Some("binary"),
        _ => None,
    }
}

fn check_sizes(schema: &KeySchema, item: &Attributes) -> Result<()> {
    let bytes = |attributes: &[KeyAttribute]| -> usize {
        attributes.iter().filter_map(|a| item.get(&a.name)).map(key_bytes).sum()
    };
    if bytes(&schema.hash) > MAX_HASH_BYTES {
        return Err(Error::invalid_parameter(
            "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ));
    }
    if bytes(&schema.range) > MAX_RANGE_BYTES {
        return Err(Error::invalid_parameter(
            "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
        ));
    }
    Ok(())
}

fn key_bytes(value: &Value) -> usize {
    match value {
        Value::S(s) => s.len(),
        Value::B(b) => b.len(),
        _ => 0,
    }
}

/// Key attributes are scalars: paths into them are refused.
pub fn check_nested<'a>(table: &TableInfo, roots: impl IntoIterator<Item = &'a str>) -> Result<()> {
    for root in roots {
        let what = if table.key.contains(root) {
            "Key"
        } else if table.indexes.iter().any(|index| index.key.contains(root)) {
            "IndexKey"
        } else {
            continue;
        };
        return Err(Error::Validation(format!(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {what}: {root}"
        )));
    }
    Ok(())
}
