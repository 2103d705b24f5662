//! UntagResource. Tags that are not there are no error.

use api_dynamodb::{UntagResourceInput, UntagResourceOutput};
use port::RequestContext;
use store_kv::Transaction;

use crate::Service;
use crate::access::Facts;
use crate::catalog::TableRef;
use crate::error::{Error, Result};
use crate::tables::TABLES;
use crate::tags;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: UntagResourceInput,
) -> Result<UntagResourceOutput> {
    let table = tags::table_of(cx, &input.resource_arn)?;
    if input.tag_keys.is_empty() {
        return Err(Error::Validation("Atleast one Tag Key needs to be provided as Input.".to_owned()));
    }
    service.store().transact(|tx| remove(service, cx, tx, &table, &input.tag_keys)).await?;
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
