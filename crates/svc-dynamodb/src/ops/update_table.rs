//! UpdateTable: billing, throughput, table class, deletion protection, and global indexes created and deleted
//! while the table is in use.

use api_dynamodb as api;
use port::RequestContext;
use store_kv::Transaction;

use crate::Service;
use crate::catalog::TableRef;
use crate::description::describe;
use crate::error::{Error, Result};
use crate::model::{Billing, IndexKind, IndexState, TableInfo, Throughput};
use crate::table_spec::{
    Definitions, check_indexes, on_demand, refuse_keys, refuse_present, refuse_streams, throughput,
};
use crate::tables::{JOBS, Job, TABLES};

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: api::UpdateTableInput,
) -> Result<api::UpdateTableOutput> {
    refuse_unbuilt(&input)?;
    check_request(&input)?;
    let table = TableRef::parse(cx, &input.table_name)?;
    let updated = service.store().transact(|tx| change(service, cx, tx, &table, &input)).await?;
    let snapshot = service.store().snapshot().await?;
    let description = describe(&snapshot, &updated, api::TableStatus::Updating).await?;
    Ok(api::UpdateTableOutput { table_description: Some(description) })
}

fn refuse_unbuilt(input: &api::UpdateTableInput) -> Result<()> {
    refuse_streams(input.stream_specification.as_ref())?;
    refuse_keys(input.sse_specification.as_ref())?;
    refuse_present("ReplicaUpdates", input.replica_updates.is_some())?;
    refuse_present("MultiRegionConsistency", input.multi_region_consistency.is_some())?;
    refuse_present("GlobalTableWitnessUpdates", input.global_table_witness_updates.is_some())?;
    refuse_present("WarmThroughput", input.warm_throughput.is_some())?;
    refuse_present(
        "GlobalTableSettingsReplicationMode",
        input.global_table_settings_replication_mode.is_some(),
    )?;
    refuse_present("DisassociationProtectionEnabled", input.disassociation_protection_enabled.is_some())?;
    refuse_present("VectorIndexUpdates", input.vector_index_updates.is_some())
}

/// What is wrong with the request whatever the table.
fn check_request(input: &api::UpdateTableInput) -> Result<()> {
    let has_work = input.provisioned_throughput.is_some()
        || input.billing_mode.is_some()
        || input.stream_specification.is_some()
        || input.global_secondary_index_updates.as_ref().is_some_and(|updates| !updates.is_empty())
        || input.sse_specification.is_some()
        || input.table_class.is_some()
        || input.deletion_protection_enabled.is_some()
        || input.on_demand_throughput.is_some();
    if !has_work {
        return Err(Error::Validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or \
             SSESpecification or ReplicaUpdates is required"
                .to_owned(),
        ));
    }
    if let Some(wanted) = &input.provisioned_throughput {
        throughput(wanted.clone())?;
    }
    let mut seen: Vec<&str> = Vec::new();
    for update in input.global_secondary_index_updates.iter().flatten() {
        let name = match (&update.create, &update.update, &update.delete) {
            (Some(create), None, None) => &create.index_name,
            (None, Some(update), None) => &update.index_name,
            (None, None, Some(delete)) => &delete.index_name,
            _ => {
                return Err(Error::invalid_parameter(
                    "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                     GlobalSecondaryIndexUpdate.Delete must not be null",
                ));
            }
        };
        if seen.contains(&name.as_str()) {
            return Err(Error::invalid_parameter(format!(
                "Only one global secondary index update per index is allowed simultaneously. Index: {name}"
            )));
        }
        seen.push(name);
    }
    Ok(())
}

async fn change(
    service: &Service,
    cx: &RequestContext,
    tx: Transaction,
    reference: &TableRef,
    input: &api::UpdateTableInput,
) -> Result<TableInfo> {
    let found = service.open_named(cx, &tx, reference, "dynamodb:UpdateTable").await?;
    let mut table = (*found).clone();
    change_billing(cx, &mut table, input)?;
    if let Some(class) = input.table_class {
        table.is_infrequent_access = class == api::TableClass::StandardInfrequentAccess;
    }
    if let Some(is_protected) = input.deletion_protection_enabled {
        table.is_deletion_protected = is_protected;
    }
    change_indexes(&tx, &mut table, input)?;
    TABLES.put(&tx, (table.account.as_str(), table.region.as_str(), table.name.as_str()), &table)?;
    Ok(table)
}

fn change_billing(cx: &RequestContext, table: &mut TableInfo, input: &api::UpdateTableInput) -> Result<()> {
    let provisioned = input.provisioned_throughput.clone().map(throughput).transpose()?;
    match (input.billing_mode, provisioned) {
        (Some(api::BillingMode::PayPerRequest), Some(_)) => return Err(not_with_on_demand()),
        (Some(api::BillingMode::Provisioned), None) if table.billing.is_on_demand() => {
            return Err(Error::invalid_parameter(
                "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
            ));
        }
        (None, Some(_)) if table.billing.is_on_demand() => return Err(not_with_on_demand()),
        (Some(api::BillingMode::PayPerRequest), None) if !table.billing.is_on_demand() => {
            table.billing = Billing::OnDemand { since: cx.time(), maximum: None };
            table.indexes.iter_mut().for_each(|index| index.throughput = None);
        }
        (_, Some(wanted)) => change_throughput(cx, table, wanted)?,
        _ => {}
    }
    if let Some(maximum) = &input.on_demand_throughput {
        let Billing::OnDemand { maximum: known, .. } = &mut table.billing else {
            return Err(Error::invalid_parameter(
                "OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST",
            ));
        };
        *known = Some(on_demand(maximum.clone()));
    }
    Ok(())
}

fn not_with_on_demand() -> Error {
    Error::invalid_parameter(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    )
}

fn change_throughput(cx: &RequestContext, table: &mut TableInfo, wanted: Throughput) -> Result<()> {
    if let Billing::Provisioned(known) = table.billing {
        if known == wanted {
            return Err(Error::Validation(format!(
                "The provisioned throughput for the table will not change. The requested value equals the current value. \
                 Current ReadCapacityUnits provisioned for the table: {}. Requested ReadCapacityUnits: {}. Current \
                 WriteCapacityUnits provisioned for the table: {}. Requested WriteCapacityUnits: {}. Refer to the Amazon \
                 DynamoDB Developer Guide for current limits and how to request higher limits.",
                known.read, wanted.read, known.write, wanted.write
            )));
        }
        if wanted.read > known.read || wanted.write > known.write {
            table.throughput_increased = Some(cx.time());
        }
        if wanted.read < known.read || wanted.write < known.write {
            table.throughput_decreased = Some(cx.time());
        }
    }
    table.billing = Billing::Provisioned(wanted);
    Ok(())
}

fn change_indexes(tx: &Transaction, table: &mut TableInfo, input: &api::UpdateTableInput) -> Result<()> {
    let updates = input.global_secondary_index_updates.as_deref().unwrap_or_default();
    if updates.is_empty() {
        return Ok(());
    }
    let is_structural =
        |update: &&api::GlobalSecondaryIndexUpdate| update.create.is_some() || update.delete.is_some();
    if updates.iter().filter(is_structural).count() > 1 {
        return Err(Error::LimitExceeded(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table".to_owned(),
        ));
    }
    let definitions = Definitions::new(input.attribute_definitions.clone().unwrap_or_default())?
        .with_known(table.key_attributes());
    for update in updates {
        if let Some(create) = &update.create {
            create_index(tx, table, &definitions, create)?;
        }
        if let Some(update) = &update.update {
            update_index(table, update)?;
        }
        if let Some(delete) = &update.delete {
            delete_index(tx, table, delete)?;
        }
    }
    check_indexes(&table.indexes)
}

/// Every write maintains the new index from this commit on; the job puts the older items in.
fn create_index(
    tx: &Transaction,
    table: &mut TableInfo,
    definitions: &Definitions,
    create: &api::CreateGlobalSecondaryIndexAction,
) -> Result<()> {
    if table.indexes.iter().any(|index| index.state == IndexState::Backfilling) {
        return Err(Error::LimitExceeded(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table".to_owned(),
        ));
    }
    if table.index(&create.index_name).is_some() {
        return Err(Error::invalid_parameter(format!("Duplicate index name: {}", create.index_name)));
    }
    let wanted = api::GlobalSecondaryIndex {
        index_name: create.index_name.clone(),
        key_schema: create.key_schema.clone(),
        projection: create.projection.clone(),
        provisioned_throughput: create.provisioned_throughput.clone(),
        on_demand_throughput: create.on_demand_throughput.clone(),
        warm_throughput: create.warm_throughput.clone(),
    };
    let id = table.take_index_id();
    let index = definitions.global(wanted, id, table.billing.is_on_demand(), IndexState::Backfilling)?;
    table.indexes.push(index);
    let job = Job::Fill {
        account: table.account.clone(),
        region: table.region.clone(),
        name: table.name.clone(),
        after: None,
    };
    JOBS.put(tx, (table.id, id), &job)?;
    Ok(())
}

fn update_index(table: &mut TableInfo, update: &api::UpdateGlobalSecondaryIndexAction) -> Result<()> {
    refuse_present("WarmThroughput", update.warm_throughput.is_some())?;
    let is_on_demand = table.billing.is_on_demand();
    let index = global_index(table, &update.index_name).map_err(|_| {
        Error::Validation(
            "This operation cannot be performed with given input values. Please contact DynamoDB service team for more \
             info: Action Blocked: IndexUpdate"
                .to_owned(),
        )
    })?;
    if let Some(wanted) = &update.provisioned_throughput {
        if is_on_demand {
            return Err(not_with_on_demand());
        }
        index.throughput = Some(throughput(wanted.clone())?);
    }
    if let Some(maximum) = &update.on_demand_throughput {
        index.on_demand = Some(on_demand(maximum.clone()));
    }
    Ok(())
}

fn global_index<'t>(table: &'t mut TableInfo, name: &str) -> Result<&'t mut crate::model::Index> {
    let index = table.indexes.iter_mut().find(|index| index.name == name && index.kind == IndexKind::Global);
    index.ok_or_else(|| Error::NotFound("Requested resource not found".to_owned()))
}

fn delete_index(
    tx: &Transaction,
    table: &mut TableInfo,
    delete: &api::DeleteGlobalSecondaryIndexAction,
) -> Result<()> {
    let id = global_index(table, &delete.index_name)?.id;
    table.indexes.retain(|index| index.id != id);
    JOBS.put(tx, (table.id, id), &Job::DeleteIndex)?;
    Ok(())
}
