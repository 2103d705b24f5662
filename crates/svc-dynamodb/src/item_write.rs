//! Carries out one item action in a store transaction of its own, tried again on conflicts.

use std::sync::Arc;

use api_dynamodb::{
    ConsumedCapacity, ItemCollectionMetrics, ReturnConsumedCapacity, ReturnItemCollectionMetrics,
};
use port::RequestContext;
use store_kv::Transaction;

use crate::Service;
use crate::action::{ItemAction, Outcome};
use crate::catalog::TableRef;
use crate::convert;
use crate::error::{Error, Result};
use crate::model::TableInfo;
use crate::value::Attributes;

const BYTES_PER_GB: f64 = (1u64 << 30) as f64;

/// A write that is durable.
pub(crate) struct Written {
    pub(crate) table: Arc<TableInfo>,
    pub(crate) outcome: Outcome,
}

impl Service {
    /// Authorizes `permission` on the table and carries out the action.
    pub(crate) async fn write_item(
        &self,
        cx: &RequestContext,
        table: &TableRef,
        permission: &str,
        action: &ItemAction,
    ) -> Result<Written> {
        self.store().transact(|tx| self.write_in(cx, tx, table, permission, action)).await
    }

    async fn write_in(
        &self,
        cx: &RequestContext,
        tx: Transaction,
        table: &TableRef,
        permission: &str,
        action: &ItemAction,
    ) -> Result<Written> {
        let table = self.open(cx, &tx, table, permission, [action.key_attributes()]).await?;
        let key = action.check(&table)?;
        let outcome = action.run(&tx, &table, &key).await?;
        Ok(Written { table, outcome })
    }
}

impl Written {
    pub(crate) fn report(&self, wanted: Option<ReturnConsumedCapacity>) -> Option<ConsumedCapacity> {
        self.outcome.staged.usage.report(wanted, &self.table.name, None)
    }
}

/// ItemCollectionMetrics of a write, if asked for and the table has local indexes.
pub(crate) fn collection_metrics(
    wanted: Option<ReturnItemCollectionMetrics>,
    written: &Written,
    key: &Attributes,
) -> Option<ItemCollectionMetrics> {
    if wanted != Some(ReturnItemCollectionMetrics::Size) {
        return None;
    }
    metrics_of(&written.table, &written.outcome, key)
}

/// ItemCollectionMetrics of one item's collection; none for tables without local indexes.
pub(crate) fn metrics_of(
    table: &TableInfo,
    outcome: &Outcome,
    key: &Attributes,
) -> Option<ItemCollectionMetrics> {
    let size_gb = outcome.staged.collection_bytes? as f64 / BYTES_PER_GB;
    let hash = table.key.hash.first()?;
    let value = convert::to_api(key.get(&hash.name)?.clone());
    Some(ItemCollectionMetrics {
        item_collection_key: Some([(hash.name.clone(), value)].into_iter().collect()),
        // An estimate's bounds, one GB apart, as the service gives them.
        size_estimate_range_gb: Some(vec![size_gb.floor(), size_gb.floor() + 1.0]),
    })
}

/// A conflict that lasted: the caller may try again.
pub(crate) fn is_conflict(error: &Error) -> bool {
    matches!(error, Error::Conflict)
}
