//! Finds tables by name. Every request reads its table's row (so that its transaction depends on it), but decodes it only
//! when it has changed.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::RwLock;
use port::{Arn, RequestContext};
use store_kv::{Read, Version};

use crate::error::{Error, Result};
use crate::model::TableInfo;
use crate::tables::TABLES;

/// Tables kept decoded; beyond, all are forgotten and read again.
const MAX_CACHED: usize = 4096;

#[derive(Default)]
pub struct Catalog {
    decoded: RwLock<HashMap<Bytes, (Version, Arc<TableInfo>)>>,
}

/// A table as a request names it.
#[derive(Clone, Debug)]
pub struct TableRef {
    pub account: String,
    pub region: String,
    pub name: String,
    row: Bytes,
}

impl TableRef {
    /// From a request's TableName: a name, or a table's ARN.
    pub fn parse(cx: &RequestContext, text: &str) -> Result<Self> {
        if !text.starts_with("arn:") {
            check_name(text)?;
            return Ok(Self::new(cx.account(), cx.region(), text));
        }
        let arn = Arn::parse(text).filter(|arn| arn.service == "dynamodb");
        let table = arn.and_then(|arn| Some((arn, arn.resource.strip_prefix("table/")?)));
        match table {
            Some((arn, name)) if !name.contains('/') => {
                check_name(name)?;
                Ok(Self::new(arn.account, arn.region, name))
            }
            _ => Err(Error::Validation(format!("Invalid table ARN: {text}"))),
        }
    }

    pub fn new(account: &str, region: &str, name: &str) -> Self {
        let row = TABLES.key((account, region, name));
        Self { account: account.to_owned(), region: region.to_owned(), name: name.to_owned(), row }
    }

    pub fn arn(&self) -> String {
        format!("arn:aws:dynamodb:{}:{}:table/{}", self.region, self.account, self.name)
    }
}

/// Names have 3 to 255 characters; where other operations than CreateTable name a table, 1 is enough.
fn check_name(name: &str) -> Result<()> {
    let problem = if name.is_empty() {
        "Member must have length greater than or equal to 1"
    } else if name.len() > 255 {
        "Member must have length less than or equal to 255"
    } else if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')) {
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    } else {
        return Ok(());
    };
    Err(Error::Validation(format!(
        "1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: {problem}"
    )))
}

impl Catalog {
    /// The table, as `read` sees it.
    pub async fn find(&self, read: &impl Read, table: &TableRef) -> Result<Option<Arc<TableInfo>>> {
        let Some(entry) = read.get(&table.row).await? else {
            self.decoded.write().remove(&table.row);
            return Ok(None);
        };
        // A row this very transaction wrote has no version to know it by.
        let is_stored = entry.version != Version::ZERO;
        if let Some((version, info)) = self.decoded.read().get(&table.row)
            && *version == entry.version
            && is_stored
        {
            return Ok(Some(info.clone()));
        }
        let key = (table.account.as_str(), table.region.as_str(), table.name.as_str());
        let Some(info) = TABLES.get(read, key).await? else { return Ok(None) };
        let info = Arc::new(info);
        if is_stored {
            let mut decoded = self.decoded.write();
            if decoded.len() >= MAX_CACHED {
                decoded.clear();
            }
            decoded.insert(table.row.clone(), (entry.version, info.clone()));
        }
        Ok(Some(info))
    }
}
