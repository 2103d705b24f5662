//! CreateTable. The table is there, and active, when the call returns.

use api_dynamodb::{CreateTableInput, CreateTableOutput, IndexStatus, TableClass, TableStatus};
use port::{Access, RequestContext};

use crate::Service;
use crate::catalog::TableRef;
use crate::description::describe;
use crate::error::{Error, Result};
use crate::model::{IndexState, TableInfo};
use crate::table_spec::{Definitions, billing, check_indexes, refuse_keys, refuse_present, refuse_streams};
use crate::tables::TABLES;
use crate::tags;

/// Most tables of an account in a region.
const MAX_TABLES: usize = 2500;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: CreateTableInput,
) -> Result<CreateTableOutput> {
    check_name(&input.table_name)?;
    let reference = TableRef::parse(cx, &input.table_name)?;
    let arn = reference.arn();
    let mut access = Access::new("dynamodb:CreateTable", &arn);
    for tag in input.tags.iter().flatten() {
        access = access.with_key("aws:TagKeys", tag.key.clone());
    }
    cx.authorize(access).await?;
    let table = specified(service, cx, &reference, input)?;
    service.store().transact(|tx| insert(tx, &table)).await?;
    let snapshot = service.store().snapshot().await?;
    // As the service answers: the next DescribeTable shows it active.
    let mut description = describe(&snapshot, &table, TableStatus::Creating).await?;
    for index in description.global_secondary_indexes.iter_mut().flatten() {
        index.index_status = Some(IndexStatus::Creating);
    }
    Ok(CreateTableOutput { table_description: Some(description) })
}

/// Names of new tables have at least 3 characters.
fn check_name(name: &str) -> Result<()> {
    if name.starts_with("arn:") {
        return Err(Error::invalid_parameter("TableName must be a name, not an ARN"));
    }
    if name.len() < 3 {
        return Err(Error::Validation(format!(
            "1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: Member must have \
             length greater than or equal to 3"
        )));
    }
    Ok(())
}

fn specified(
    service: &Service,
    cx: &RequestContext,
    reference: &TableRef,
    input: CreateTableInput,
) -> Result<TableInfo> {
    refuse_unbuilt(&input)?;
    let mode_is_on_demand = input.billing_mode == Some(api_dynamodb::BillingMode::PayPerRequest);
    let billing =
        billing(input.billing_mode, input.provisioned_throughput, input.on_demand_throughput, cx.time())?;
    let definitions = Definitions::new(input.attribute_definitions.unwrap_or_default())?;
    let key = definitions.table_key(&input.key_schema.unwrap_or_default())?;
    let (local, global) = (input.local_secondary_indexes, input.global_secondary_indexes);
    if local.as_ref().is_some_and(Vec::is_empty) {
        return Err(Error::invalid_parameter("List of LocalSecondaryIndexes is empty"));
    }
    if global.as_ref().is_some_and(Vec::is_empty) {
        return Err(Error::invalid_parameter("List of GlobalSecondaryIndexes is empty"));
    }
    let mut indexes = Vec::new();
    let mut next_index_id = 0;
    for index in local.into_iter().flatten() {
        next_index_id += 1;
        indexes.push(definitions.local(&key, index, next_index_id)?);
    }
    for index in global.into_iter().flatten() {
        next_index_id += 1;
        indexes.push(definitions.global(index, next_index_id, mode_is_on_demand, IndexState::Active)?);
    }
    check_indexes(&indexes)?;
    definitions.check_used(&key, &indexes)?;
    Ok(TableInfo {
        id: service.0.ids.u64(),
        uuid: service.0.ids.uuid(),
        account: reference.account.clone(),
        region: reference.region.clone(),
        name: reference.name.clone(),
        created: cx.time(),
        key,
        indexes,
        next_index_id,
        billing,
        throughput_increased: None,
        throughput_decreased: None,
        is_infrequent_access: input.table_class == Some(TableClass::StandardInfrequentAccess),
        is_deletion_protected: input.deletion_protection_enabled.unwrap_or_default(),
        time_to_live: None,
        tags: tags::collected(input.tags.unwrap_or_default())?,
    })
}

fn refuse_unbuilt(input: &CreateTableInput) -> Result<()> {
    refuse_streams(input.stream_specification.as_ref())?;
    refuse_keys(input.sse_specification.as_ref())?;
    refuse_present("WarmThroughput", input.warm_throughput.is_some())?;
    refuse_present("ResourcePolicy", input.resource_policy.is_some())?;
    refuse_present("GlobalTableSourceArn", input.global_table_source_arn.is_some())?;
    refuse_present(
        "GlobalTableSettingsReplicationMode",
        input.global_table_settings_replication_mode.is_some(),
    )?;
    refuse_present("VectorIndexes", input.vector_indexes.is_some())
}

async fn insert(tx: store_kv::Transaction, table: &TableInfo) -> Result<()> {
    let key = (table.account.as_str(), table.region.as_str(), table.name.as_str());
    if !TABLES.insert_if_absent(&tx, key, table).await? {
        return Err(Error::InUse(format!("Table already exists: {}", table.name)));
    }
    let scan = store_table::Scan::forward().limit(MAX_TABLES + 1);
    // A quota may be stale: counted outside the transaction, so that creations do not conflict.
    let page = TABLES.scan(tx.snapshot(), (table.account.as_str(), table.region.as_str()), scan).await?;
    if page.rows.len() >= MAX_TABLES {
        return Err(Error::LimitExceeded(format!(
            "Subscriber limit exceeded: The number of concurrent tables cannot exceed {MAX_TABLES}"
        )));
    }
    Ok(())
}
