//! TagResource.

use api_dynamodb::{TagResourceInput, TagResourceOutput};
use port::RequestContext;
use store_kv::Transaction;

use crate::Service;
use crate::access::Facts;
use crate::catalog::TableRef;
use crate::error::{Error, Result};
use crate::tables::{TABLES, Tags};
use crate::tags;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: TagResourceInput,
) -> Result<TagResourceOutput> {
    let table = tags::table_of(cx, &input.resource_arn)?;
    if input.tags.is_empty() {
        return Err(Error::Validation("Atleast one Tag needs to be provided as Input.".to_owned()));
    }
    let added = tags::collected(input.tags)?;
    let outcome = service.store().transact(|tx| add(service, cx, tx, &table, &added)).await;
    outcome.map_err(|error| tags::missing(error, &input.resource_arn))?;
    Ok(TagResourceOutput {})
}

async fn add(
    service: &Service,
    cx: &RequestContext,
    tx: Transaction,
    reference: &TableRef,
    added: &Tags,
) -> Result<()> {
    let table = service.open(cx, &tx, reference, "dynamodb:TagResource", &Facts::default()).await?;
    let mut table = (*table).clone();
    table.tags.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
    tags::check_count(&table.tags)?;
    TABLES.put(&tx, (table.account.as_str(), table.region.as_str(), table.name.as_str()), &table)?;
    Ok(())
}
