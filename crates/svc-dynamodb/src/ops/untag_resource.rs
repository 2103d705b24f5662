//! UntagResource. Tags that are not there are no error.

use api_dynamodb::{UntagResourceInput, UntagResourceOutput};
use port::RequestContext;
use store_kv::Transaction;

use crate::Service;
use crate::access::Facts;
use crate::catalog::TableRef;
use crate::error::Result;
use crate::tables::TABLES;
use crate::tags;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: UntagResourceInput,
) -> Result<UntagResourceOutput> {
    let table = tags::table_of(cx, &input.resource_arn)?;
    let outcome = service.store().transact(|tx| remove(service, cx, tx, &table, &input.tag_keys)).await;
    outcome.map_err(|error| tags::missing(error, &input.resource_arn))?;
    Ok(UntagResourceOutput {})
}

async fn remove(
    service: &Service,
    cx: &RequestContext,
    tx: Transaction,
    reference: &TableRef,
    keys: &[String],
) -> Result<()> {
    let table = service.open(cx, &tx, reference, "dynamodb:UntagResource", &Facts::default()).await?;
    let mut table = (*table).clone();
    table.tags.retain(|key, _| !keys.contains(key));
    TABLES.put(&tx, (table.account.as_str(), table.region.as_str(), table.name.as_str()), &table)?;
    Ok(())
}
