//! Tables as DescribeTable and its kin show them.

use api_dynamodb as api;
use store_kv::{Direction, PageLimit, Read, read_counter};

use crate::error::Result;
use crate::model::{
    Billing, Index, IndexKind, IndexProjection, IndexState, KeyAttribute, KeySchema, KeyType,
    OnDemandMaximum, TableInfo, Throughput,
};
use crate::tables::{Counter, counter_range};

/// The table with its present counts.
pub(crate) async fn describe(
    read: &impl Read,
    table: &TableInfo,
    status: api::TableStatus,
) -> Result<api::TableDescription> {
    let mut description = base(table, status);
    description.item_count = Some(count(read, table, None, Counter::Items).await?);
    description.table_size_bytes = Some(count(read, table, None, Counter::Bytes).await?);
    let (mut global, mut local) = (Vec::new(), Vec::new());
    for index in &table.indexes {
        let items = count(read, table, Some(index.id), Counter::Items).await?;
        let bytes = count(read, table, Some(index.id), Counter::Bytes).await?;
        match index.kind {
            IndexKind::Global => global.push(global_index(table, index, items, bytes)),
            IndexKind::Local => local.push(local_index(table, index, items, bytes)),
        }
    }
    description.global_secondary_indexes = (!global.is_empty()).then_some(global);
    description.local_secondary_indexes = (!local.is_empty()).then_some(local);
    Ok(description)
}

async fn count(read: &impl Read, table: &TableInfo, index: Option<u32>, counter: Counter) -> Result<i64> {
    let range = counter_range(table.id, index, counter);
    let page = read.range(range, Direction::Forward, PageLimit::default()).await?;
    let sum: i64 = page.rows.iter().filter_map(|row| read_counter(&row.entry.value)).sum();
    Ok(sum.max(0))
}

fn base(table: &TableInfo, status: api::TableStatus) -> api::TableDescription {
    let (throughput, billing, on_demand) = match &table.billing {
        Billing::Provisioned(throughput) => (*throughput, None, None),
        Billing::OnDemand { since, maximum } => {
            let summary = api::BillingModeSummary {
                billing_mode: Some(api::BillingMode::PayPerRequest),
                last_update_to_pay_per_request_date_time: Some(*since),
            };
            (Throughput { read: 0, write: 0 }, Some(summary), maximum.map(maximum_shown))
        }
    };
    let throughput = api::ProvisionedThroughputDescription {
        last_increase_date_time: table.throughput_increased,
        last_decrease_date_time: table.throughput_decreased,
        ..throughput_shown(throughput)
    };
    api::TableDescription {
        attribute_definitions: Some(table.key_attributes().into_iter().map(definition).collect()),
        table_name: Some(table.name.clone()),
        key_schema: Some(key_schema(&table.key)),
        table_status: Some(status),
        creation_date_time: Some(table.created),
        provisioned_throughput: Some(throughput),
        table_arn: Some(table.arn()),
        table_id: Some(table.uuid.clone()),
        billing_mode_summary: billing,
        on_demand_throughput: on_demand,
        table_class_summary: table.is_infrequent_access.then_some(api::TableClassSummary {
            table_class: Some(api::TableClass::StandardInfrequentAccess),
            last_update_date_time: None,
        }),
        deletion_protection_enabled: Some(table.is_deletion_protected),
        ..api::TableDescription::default()
    }
}

fn definition(attribute: &KeyAttribute) -> api::AttributeDefinition {
    api::AttributeDefinition {
        attribute_name: attribute.name.clone(),
        attribute_type: match attribute.key_type {
            KeyType::S => api::ScalarAttributeType::S,
            KeyType::N => api::ScalarAttributeType::N,
            KeyType::B => api::ScalarAttributeType::B,
        },
    }
}

fn key_schema(key: &KeySchema) -> Vec<api::KeySchemaElement> {
    let element = |key_type: api::KeyType| {
        move |attribute: &KeyAttribute| api::KeySchemaElement {
            attribute_name: attribute.name.clone(),
            key_type,
        }
    };
    let hash = key.hash.iter().map(element(api::KeyType::Hash));
    hash.chain(key.range.iter().map(element(api::KeyType::Range))).collect()
}

fn projection(projection: &IndexProjection) -> api::Projection {
    let (projection_type, non_key_attributes) = match projection {
        IndexProjection::All => (api::ProjectionType::All, None),
        IndexProjection::KeysOnly => (api::ProjectionType::KeysOnly, None),
        IndexProjection::Include(names) => (api::ProjectionType::Include, Some(names.clone())),
    };
    api::Projection { projection_type: Some(projection_type), non_key_attributes }
}

fn throughput_shown(throughput: Throughput) -> api::ProvisionedThroughputDescription {
    api::ProvisionedThroughputDescription {
        number_of_decreases_today: Some(0),
        read_capacity_units: Some(throughput.read),
        write_capacity_units: Some(throughput.write),
        ..api::ProvisionedThroughputDescription::default()
    }
}

fn maximum_shown(maximum: OnDemandMaximum) -> api::OnDemandThroughput {
    api::OnDemandThroughput { max_read_request_units: maximum.read, max_write_request_units: maximum.write }
}

fn global_index(
    table: &TableInfo,
    index: &Index,
    items: i64,
    bytes: i64,
) -> api::GlobalSecondaryIndexDescription {
    let is_backfilling = index.state == IndexState::Backfilling;
    let throughput = index.throughput.unwrap_or(Throughput { read: 0, write: 0 });
    api::GlobalSecondaryIndexDescription {
        index_name: Some(index.name.clone()),
        key_schema: Some(key_schema(&index.key)),
        projection: Some(projection(&index.projection)),
        index_status: Some(if is_backfilling {
            api::IndexStatus::Creating
        } else {
            api::IndexStatus::Active
        }),
        backfilling: is_backfilling.then_some(true),
        provisioned_throughput: Some(throughput_shown(throughput)),
        index_size_bytes: Some(bytes),
        item_count: Some(items),
        index_arn: Some(table.index_arn(&index.name)),
        on_demand_throughput: index.on_demand.map(maximum_shown),
        ..api::GlobalSecondaryIndexDescription::default()
    }
}

fn local_index(
    table: &TableInfo,
    index: &Index,
    items: i64,
    bytes: i64,
) -> api::LocalSecondaryIndexDescription {
    api::LocalSecondaryIndexDescription {
        index_name: Some(index.name.clone()),
        key_schema: Some(key_schema(&index.key)),
        projection: Some(projection(&index.projection)),
        index_size_bytes: Some(bytes),
        item_count: Some(items),
        index_arn: Some(table.index_arn(&index.name)),
    }
}

/// The status a stored table shows: updating while an index is being filled.
pub(crate) fn status(table: &TableInfo) -> api::TableStatus {
    if table.indexes.iter().any(|index| index.state == IndexState::Backfilling) {
        api::TableStatus::Updating
    } else {
        api::TableStatus::Active
    }
}
