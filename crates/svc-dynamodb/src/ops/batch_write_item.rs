//! BatchWriteItem: up to 25 puts and deletes, each on its own; what met lasting conflicts comes back unprocessed.

use api_dynamodb::{
    BatchWriteItemInput, BatchWriteItemOutput, ItemCollectionMetrics, ReturnItemCollectionMetrics,
    WriteRequest,
};
use futures_util::future::join_all;
use indexmap::IndexMap;
use port::RequestContext;

use crate::Service;
use crate::access::Facts;
use crate::action::{Action, ItemAction};
use crate::capacity::Usage;
use crate::catalog::TableRef;
use crate::convert;
use crate::error::{Error, Result};
use crate::item_write::{Written, is_conflict, metrics_of};
use crate::keys::{Keyed, MISMATCH};
use crate::request::WriteCondition;
use crate::tables::ItemKey;

const MAX_REQUESTS: usize = 25;

/// One write, and its request for the case that it comes back.
struct Write {
    action: ItemAction,
    request: WriteRequest,
}

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: BatchWriteItemInput,
) -> Result<BatchWriteItemOutput> {
    if input.request_items.is_empty() {
        return Err(Error::Validation(
            "The requestItems parameter is required for BatchWriteItem".to_owned(),
        ));
    }
    let count: usize = input.request_items.values().map(Vec::len).sum();
    if count > MAX_REQUESTS {
        return Err(Error::Validation("Too many items requested for the BatchWriteItem call".to_owned()));
    }
    let mut parts = Vec::new();
    for (name, requests) in input.request_items {
        let table = TableRef::parse(cx, &name)?;
        let writes = requests.into_iter().map(write).collect::<Result<Vec<_>>>()?;
        parts.push((name, table, writes));
    }
    // All is authorized and checked before the first write.
    for (_, table, writes) in &parts {
        check(service, cx, table, writes).await?;
    }
    let wants_metrics = input.return_item_collection_metrics == Some(ReturnItemCollectionMetrics::Size);
    let mut answer = Answer::default();
    for (name, table, writes) in parts {
        let outcomes = join_all(
            writes.iter().map(|w| service.write_item(cx, &table, "dynamodb:BatchWriteItem", &w.action)),
        )
        .await;
        let mut usage = Usage::default();
        for (write, outcome) in writes.into_iter().zip(outcomes) {
            match outcome {
                Ok(written) => answer.add(&name, &write, written, &mut usage, wants_metrics),
                Err(error) if is_conflict(&error) => {
                    answer.unprocessed.entry(name.clone()).or_default().push(write.request);
                }
                Err(error) => return Err(error),
            }
        }
        answer.consumed.extend(usage.report(input.return_consumed_capacity, &name, None));
    }
    Ok(BatchWriteItemOutput {
        unprocessed_items: Some(answer.unprocessed),
        item_collection_metrics: (!answer.metrics.is_empty()).then_some(answer.metrics),
        consumed_capacity: (!answer.consumed.is_empty()).then_some(answer.consumed),
    })
}

#[derive(Default)]
struct Answer {
    unprocessed: IndexMap<String, Vec<WriteRequest>>,
    metrics: IndexMap<String, Vec<ItemCollectionMetrics>>,
    consumed: Vec<api_dynamodb::ConsumedCapacity>,
}

impl Answer {
    fn add(
        &mut self,
        name: &str,
        write: &Write,
        mut written: Written,
        usage: &mut Usage,
        wants_metrics: bool,
    ) {
        usage.add(std::mem::take(&mut written.outcome.staged.usage));
        if wants_metrics
            && let Some(metrics) = metrics_of(&written.table, &written.outcome, write.action.key_attributes())
        {
            self.metrics.entry(name.to_owned()).or_default().push(metrics);
        }
    }
}

fn write(request: WriteRequest) -> Result<Write> {
    let action = match (request.put_request.clone(), request.delete_request.clone()) {
        (Some(put), None) => Action::put(convert::attributes(put.item)?)?,
        (None, Some(delete)) => Action::Delete { key: convert::attributes(delete.key)? },
        _ => {
            return Err(Error::Validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
                 datatypes"
                    .to_owned(),
            ));
        }
    };
    Ok(Write {
        action: ItemAction { action, condition: WriteCondition::default(), return_values: None },
        request,
    })
}

async fn check(service: &Service, cx: &RequestContext, table: &TableRef, writes: &[Write]) -> Result<()> {
    let snapshot = service.store().snapshot().await?;
    let facts = Facts::of_items(writes.iter().map(|write| write.action.key_attributes()));
    let table = service.open(cx, &snapshot, table, "dynamodb:BatchWriteItem", &facts).await?;
    let keyed = Keyed::of(&table);
    if writes.iter().any(|write| !keyed.has_key(write.action.key_attributes())) {
        return Err(Error::Validation(MISMATCH.to_owned()));
    }
    let keys: Vec<ItemKey> = writes.iter().map(|write| write.action.check(&table)).collect::<Result<_>>()?;
    if (1..keys.len()).any(|at| keys[..at].contains(&keys[at])) {
        return Err(Error::Validation("Provided list of item keys contains duplicates".to_owned()));
    }
    Ok(())
}
