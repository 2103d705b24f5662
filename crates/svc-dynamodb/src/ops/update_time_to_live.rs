//! UpdateTimeToLive: switches expiry of items by an attribute on or off.

use api_dynamodb::{TimeToLiveSpecification, UpdateTimeToLiveInput, UpdateTimeToLiveOutput};
use port::RequestContext;
use store_kv::Transaction;

use crate::Service;
use crate::catalog::TableRef;
use crate::error::{Error, Result};
use crate::model::{IndexState, TimeToLive};
use crate::tables::{JOBS, Job, TABLES};

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: UpdateTimeToLiveInput,
) -> Result<UpdateTimeToLiveOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let wanted = input.time_to_live_specification;
    service.store().transact(|tx| change(service, cx, tx, &table, &wanted)).await?;
    Ok(UpdateTimeToLiveOutput { time_to_live_specification: Some(wanted) })
}

async fn change(
    service: &Service,
    cx: &RequestContext,
    tx: Transaction,
    reference: &TableRef,
    wanted: &TimeToLiveSpecification,
) -> Result<()> {
    let table = service.open_named(cx, &tx, reference, "dynamodb:UpdateTimeToLive").await?;
    let mut table = (*table).clone();
    match (table.time_to_live.take(), wanted.enabled) {
        (Some(_), true) => return Err(Error::Validation("TimeToLive is already enabled".to_owned())),
        (None, false) => return Err(Error::Validation("TimeToLive is already disabled".to_owned())),
        (None, true) => {
            let index = table.take_index_id();
            table.time_to_live = Some(TimeToLive {
                attribute: wanted.attribute_name.clone(),
                index,
                state: IndexState::Backfilling,
            });
            let job = Job::FillExpiries {
                account: table.account.clone(),
                region: table.region.clone(),
                name: table.name.clone(),
                after: None,
            };
            JOBS.put(&tx, (table.id, index), &job)?;
        }
        (Some(known), false) => {
            if known.attribute != wanted.attribute_name {
                return Err(Error::Validation(format!(
                    "TimeToLive is active on a different AttributeName: current AttributeName is {}",
                    known.attribute
                )));
            }
            JOBS.put(&tx, (table.id, known.index), &Job::DeleteExpiries)?;
        }
    }
    TABLES.put(&tx, (table.account.as_str(), table.region.as_str(), table.name.as_str()), &table)?;
    Ok(())
}
