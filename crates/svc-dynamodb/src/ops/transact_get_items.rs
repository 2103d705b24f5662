//! TransactGetItems: up to 100 items as they stood at one moment.

use api_dynamodb::{Get, ItemResponse, TransactGetItemsInput, TransactGetItemsOutput};
use indexmap::IndexMap;
use port::RequestContext;

use crate::Service;
use crate::access::Facts;
use crate::capacity::{Consistency, Flow, Usage, read_units};
use crate::catalog::TableRef;
use crate::convert;
use crate::error::{CancellationReason, Error, Result};
use crate::expr::Projection;
use crate::keys::{Keyed, check_nested};
use crate::request::{bindings, projection};
use crate::tables::ItemKey;
use crate::value::Attributes;
use crate::value::size::item_size;
use crate::write::read_item;

const MAX_BYTES: usize = 4 << 20;

struct Request {
    table: TableRef,
    key: Attributes,
    projection: Option<Projection>,
}

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: TransactGetItemsInput,
) -> Result<TransactGetItemsOutput> {
    let requests =
        input.transact_items.into_iter().map(|item| request(cx, item.get)).collect::<Result<Vec<_>>>()?;
    let snapshot = service.store().snapshot().await?;
    let mut located: Vec<(ItemKey, &Request)> = Vec::with_capacity(requests.len());
    let mut reasons = Vec::with_capacity(requests.len());
    for request in &requests {
        let facts =
            Facts::of_items([&request.key]).keeping(request.projection.as_ref()).within("TransactGetItems");
        let table = service.open(cx, &snapshot, &request.table, "dynamodb:GetItem", &facts).await?;
        if let Some(projection) = &request.projection {
            check_nested(&table, projection.nested_attributes())?;
        }
        match Keyed::of(&table).key(&request.key) {
            Ok(key) => {
                if located.iter().any(|(known, _)| *known == key) {
                    return Err(Error::Validation(
                        "Transaction request cannot include multiple operations on one item".to_owned(),
                    ));
                }
                located.push((key, request));
                reasons.push(CancellationReason::None);
            }
            Err(Error::Validation(message)) => reasons.push(CancellationReason::Validation(message)),
            Err(error) => return Err(error),
        }
    }
    if located.len() < requests.len() {
        return Err(Error::TransactionCanceled(reasons));
    }
    let mut responses = Vec::with_capacity(located.len());
    let mut usage: IndexMap<String, Usage> = IndexMap::new();
    let mut bytes = 0;
    for (key, request) in located {
        let item = read_item(&snapshot, &key).await?;
        let size = item.as_ref().map_or(0, item_size);
        bytes += size;
        if bytes > MAX_BYTES {
            return Err(Error::Validation("Item size of the transaction has exceeded 4 MB".to_owned()));
        }
        let units = read_units(size, Consistency::Transactional);
        usage.entry(request.table.name.clone()).or_default().table += units;
        let item = match &request.projection {
            Some(projection) => item.map(|item| projection.apply(&item)),
            None => item,
        };
        responses.push(ItemResponse { item: item.map(convert::to_api_map) });
    }
    let consumed: Vec<_> = usage
        .iter()
        .filter_map(|(name, usage)| usage.report(input.return_consumed_capacity, name, Some(Flow::Read)))
        .collect();
    Ok(TransactGetItemsOutput {
        consumed_capacity: (!consumed.is_empty()).then_some(consumed),
        responses: Some(responses),
    })
}

fn request(cx: &RequestContext, get: Get) -> Result<Request> {
    let expressions = [("ProjectionExpression", get.projection_expression.is_some())];
    let mut bindings = bindings(get.expression_attribute_names, None, &expressions, &[])?;
    let projection = projection(get.projection_expression, None, &mut bindings)?;
    bindings.check_used()?;
    Ok(Request {
        table: TableRef::parse(cx, &get.table_name)?,
        key: convert::attributes(get.key)?,
        projection,
    })
}
