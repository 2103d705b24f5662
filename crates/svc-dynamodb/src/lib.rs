//! DynamoDB: tables, items, expressions, queries, batches and transactions.
//!
//! A pure core ([`value`], [`expr`]) knows values, sizes, encodings and the expression language. Around it, an item
//! operation is one store transaction: read the table's row, authorize, read the item, check the condition, stage item,
//! index entries, expiry and counters together, commit. Query and Scan stream a snapshot. What takes long (deleting a
//! table's data, filling a new index, expiring items) is a durable job that a worker carries out.

mod access;
mod action;
mod capacity;
mod catalog;
mod checksum;
mod contention;
mod convert;
mod description;
mod error;
pub mod expr;
mod fingerprint;
mod item_write;
mod key_range;
mod keys;
mod model;
mod ops;
mod page;
mod read_request;
mod request;
mod resources;
mod table_spec;
mod tables;
mod tags;
#[cfg(test)]
mod tests;
pub mod value;
mod workers;
mod write;

use std::sync::Arc;

use api_dynamodb as api;
use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use http::Response;
use port::{ApiService, BoxFuture, RequestContext};
use store_kv::Store;
use wire_codec::{ApiError, Body, Call, ServiceDesc};

/// The service. A cheap handle.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    ids: Ids,
    catalog: catalog::Catalog,
    queues: contention::Queues,
}

impl Service {
    pub fn new(store: Store, clock: Clock, ids: Ids) -> Self {
        let (catalog, queues) = (catalog::Catalog::default(), contention::Queues::default());
        Self(Arc::new(Inner { store, clock, ids, catalog, queues }))
    }

    /// Starts the background workers: jobs (deleting and filling), expiry of items and of client tokens.
    pub fn start_workers(&self, tasks: &Tasks) {
        workers::start(self, tasks);
    }

    fn store(&self) -> &Store {
        &self.0.store
    }
}

impl ApiService for Service {
    fn desc(&self) -> &'static ServiceDesc {
        &api::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(async move { checksum::stamped(api::dispatch(self, cx, call).await) })
    }
}

macro_rules! operations {
    ($($name:ident($input:ident) -> $output:ident),+ $(,)?) => {
        impl api::DynamoDb for Service {
            type Context = RequestContext;

            $(async fn $name(
                &self,
                cx: &RequestContext,
                input: api::$input,
            ) -> Result<api::$output, ApiError> {
                ops::$name::run(self, cx, input).await.map_err(ApiError::from)
            })+
        }
    };
}

operations! {
    batch_execute_statement(BatchExecuteStatementInput) -> BatchExecuteStatementOutput,
    batch_get_item(BatchGetItemInput) -> BatchGetItemOutput,
    batch_write_item(BatchWriteItemInput) -> BatchWriteItemOutput,
    create_table(CreateTableInput) -> CreateTableOutput,
    delete_item(DeleteItemInput) -> DeleteItemOutput,
    delete_table(DeleteTableInput) -> DeleteTableOutput,
    describe_continuous_backups(DescribeContinuousBackupsInput) -> DescribeContinuousBackupsOutput,
    describe_endpoints(DescribeEndpointsInput) -> DescribeEndpointsOutput,
    describe_limits(DescribeLimitsInput) -> DescribeLimitsOutput,
    describe_table(DescribeTableInput) -> DescribeTableOutput,
    describe_time_to_live(DescribeTimeToLiveInput) -> DescribeTimeToLiveOutput,
    execute_statement(ExecuteStatementInput) -> ExecuteStatementOutput,
    execute_transaction(ExecuteTransactionInput) -> ExecuteTransactionOutput,
    get_item(GetItemInput) -> GetItemOutput,
    list_tables(ListTablesInput) -> ListTablesOutput,
    list_tags_of_resource(ListTagsOfResourceInput) -> ListTagsOfResourceOutput,
    put_item(PutItemInput) -> PutItemOutput,
    query(QueryInput) -> QueryOutput,
    scan(ScanInput) -> ScanOutput,
    tag_resource(TagResourceInput) -> TagResourceOutput,
    transact_get_items(TransactGetItemsInput) -> TransactGetItemsOutput,
    transact_write_items(TransactWriteItemsInput) -> TransactWriteItemsOutput,
    untag_resource(UntagResourceInput) -> UntagResourceOutput,
    update_continuous_backups(UpdateContinuousBackupsInput) -> UpdateContinuousBackupsOutput,
    update_item(UpdateItemInput) -> UpdateItemOutput,
    update_table(UpdateTableInput) -> UpdateTableOutput,
    update_time_to_live(UpdateTimeToLiveInput) -> UpdateTimeToLiveOutput,
}
