//! Finds the table a request is about and decides whether the caller may do what it asks.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use port::{Access, RequestContext};
use store_kv::Read;

use crate::Service;
use crate::catalog::TableRef;
use crate::error::{Error, Result};
use crate::model::TableInfo;
use crate::value::{Attributes, Value};

impl Service {
    /// The table, once the caller is allowed the action on it. Whether it exists shows only to who is allowed.
    /// `leading` gives the items whose partition keys the request names (`dynamodb:LeadingKeys`).
    pub(crate) async fn open<'i>(
        &self,
        cx: &RequestContext,
        read: &impl Read,
        table: &TableRef,
        action: &str,
        leading: impl IntoIterator<Item = &'i Attributes>,
    ) -> Result<Arc<TableInfo>> {
        let info = self.0.catalog.find(read, table).await?;
        let arn = table.arn();
        let mut access = Access::new(action, &arn).owned_by(&table.account);
        if let Some(info) = &info {
            for item in leading {
                if let Some(key) = leading_key(info, item) {
                    access = access.with_key("dynamodb:LeadingKeys", key);
                }
            }
        }
        cx.authorize(access).await?;
        info.ok_or_else(Error::table_not_found)
    }

    /// As `open`, for operations on tables, whose error names the table.
    pub(crate) async fn open_named(
        &self,
        cx: &RequestContext,
        read: &impl Read,
        table: &TableRef,
        action: &str,
    ) -> Result<Arc<TableInfo>> {
        self.open(cx, read, table, action, []).await.map_err(|error| match error {
            Error::NotFound(_) => Error::named_table_not_found(&table.name),
            other => other,
        })
    }
}

/// The partition key's value as policies compare it.
pub(crate) fn leading_key(table: &TableInfo, item: &Attributes) -> Option<String> {
    let attribute = table.key.hash.first()?;
    key_text(item.get(&attribute.name)?)
}

/// A key value as policies compare it.
pub(crate) fn key_text(value: &Value) -> Option<String> {
    match value {
        Value::S(s) => Some(s.clone()),
        Value::N(n) => Some(n.to_string()),
        Value::B(b) => Some(STANDARD.encode(b)),
        _ => None,
    }
}
