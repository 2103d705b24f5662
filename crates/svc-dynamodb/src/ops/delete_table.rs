//! DeleteTable. The table is gone when the call returns; a job deletes its data.

use std::sync::Arc;

use api_dynamodb::{DeleteTableInput, DeleteTableOutput, TableStatus};
use port::RequestContext;
use store_kv::Transaction;

use crate::Service;
use crate::catalog::TableRef;
use crate::description::describe;
use crate::error::{Error, Result};
use crate::model::TableInfo;
use crate::tables::{JOBS, Job, TABLES};

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: DeleteTableInput,
) -> Result<DeleteTableOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let snapshot = service.store().snapshot().await?;
    let deleted = service.store().transact(|tx| remove(service, cx, tx, &table)).await?;
    let description = describe(&snapshot, &deleted, TableStatus::Deleting).await?;
    Ok(DeleteTableOutput { table_description: Some(description) })
}

async fn remove(
    service: &Service,
    cx: &RequestContext,
    tx: Transaction,
    reference: &TableRef,
) -> Result<Arc<TableInfo>> {
    let table = service.open_named(cx, &tx, reference, "dynamodb:DeleteTable").await?;
    if table.is_deletion_protected {
        return Err(Error::Validation(format!(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. \
             Table: {}",
            table.name
        )));
    }
    TABLES.delete(&tx, (table.account.as_str(), table.region.as_str(), table.name.as_str()));
    // Jobs on its indexes end with it: the data they work on is deleted by this one.
    for id in 1..=table.next_index_id {
        JOBS.delete(&tx, (table.id, id));
    }
    let index_ids = (1..=table.next_index_id).collect();
    JOBS.put(&tx, (table.id, 0), &Job::DeleteTable { index_ids })?;
    Ok(table)
}
