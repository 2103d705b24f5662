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
use crate::contention::ItemWork;
use crate::convert;
use crate::error::{Error, Result};
use crate::model::TableInfo;
use crate::value::Attributes;

const BYTES_PER_GB: f64 = (1u64 << 30) as f64;

/// A write that is durable.
pub(crate) struct Written {
    pub(crate) table: Arc<TableInfo>,
    hash: u32,
    pub(crate) outcome: Outcome,
}

/// One action on one item, with the permission it needs.
struct ItemWrite<'a> {
    service: &'a Service,
    cx: &'a RequestContext,
    table: &'a TableRef,
    permission: &'a str,
    action: &'a ItemAction,
}

impl ItemWork for ItemWrite<'_> {
    type Output = Written;

    async fn attempt(&self, tx: &Transaction) -> Result<Written> {
        let facts = self.action.facts();
        let table = self.service.open(self.cx, tx, self.table, self.permission, &facts).await?;
        let key = self.action.check(&table)?;
        let outcome = self.action.run(tx, &table, &key).await?;
        Ok(Written { table, hash: key.hash, outcome })
    }

    fn hashes(output: &Written) -> Vec<u32> {
        vec![output.hash]
    }
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
        self.carry_out(&ItemWrite { service: self, cx, table, permission, action }).await
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
