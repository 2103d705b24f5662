//! BatchGetItem: up to 100 items by their keys, from several tables, at most 16 MB.

use api_dynamodb::{AttributeValue, BatchGetItemInput, BatchGetItemOutput, KeysAndAttributes};
use indexmap::IndexMap;
use port::RequestContext;
use store_kv::Snapshot;

use crate::Service;
use crate::access::Facts;
use crate::capacity::{Consistency, Usage, read_units};
use crate::catalog::TableRef;
use crate::convert;
use crate::error::{Error, Result};
use crate::expr::Projection;
use crate::keys::{Keyed, check_nested};
use crate::request::{bindings, check_exclusive, projection};
use crate::value::Attributes;
use crate::value::size::item_size;
use crate::write::read_item;

const MAX_KEYS: usize = 100;
/// Most bytes of items in one answer; keys beyond come back unprocessed.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// What is read from one table.
struct Part {
    /// The name as the request gave it: the answer uses it too.
    name: String,
    table: TableRef,
    keys: Vec<Attributes>,
    projection: Option<Projection>,
    consistency: Consistency,
    /// Kept for the answer's UnprocessedKeys; without keys.
    request: KeysAndAttributes,
}

type Item = IndexMap<String, AttributeValue>;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: BatchGetItemInput,
) -> Result<BatchGetItemOutput> {
    if input.request_items.is_empty() {
        return Err(Error::Validation("The requestItems parameter is required for BatchGetItem".to_owned()));
    }
    let parts = input
        .request_items
        .into_iter()
        .map(|(name, request)| part(cx, name, request))
        .collect::<Result<Vec<_>>>()?;
    if parts.iter().map(|part| part.keys.len()).sum::<usize>() > MAX_KEYS {
        return Err(Error::Validation("Too many items requested for the BatchGetItem call".to_owned()));
    }
    let snapshot = service.store().snapshot().await?;
    let mut output = BatchGetItemOutput::default();
    let mut responses: IndexMap<String, Vec<Item>> = IndexMap::new();
    let mut unprocessed: IndexMap<String, KeysAndAttributes> = IndexMap::new();
    let mut consumed = Vec::new();
    let mut bytes = 0;
    for part in parts {
        let (items, rest, usage) = read(service, cx, &snapshot, &part, &mut bytes).await?;
        consumed.extend(usage.report(input.return_consumed_capacity, &part.name, None));
        if !rest.is_empty() {
            let keys = rest.into_iter().map(convert::to_api_map).collect();
            unprocessed.insert(part.name.clone(), KeysAndAttributes { keys, ..part.request });
        }
        responses.insert(part.name, items);
    }
    output.responses = Some(responses);
    output.unprocessed_keys = Some(unprocessed);
    output.consumed_capacity = (!consumed.is_empty()).then_some(consumed);
    Ok(output)
}

fn part(cx: &RequestContext, name: String, mut request: KeysAndAttributes) -> Result<Part> {
    let table = TableRef::parse(cx, &name)?;
    let expressions = [("ProjectionExpression", request.projection_expression.is_some())];
    check_exclusive(&expressions, &[("AttributesToGet", request.attributes_to_get.is_some())])?;
    let mut bindings = bindings(request.expression_attribute_names.clone(), None, &expressions, &[])?;
    let projection = projection(
        request.projection_expression.clone(),
        request.attributes_to_get.as_deref(),
        &mut bindings,
    )?;
    bindings.check_used()?;
    let keys = std::mem::take(&mut request.keys)
        .into_iter()
        .map(|key| Ok(convert::attributes(key)?))
        .collect::<Result<Vec<_>>>()?;
    if (1..keys.len()).any(|at| keys[..at].contains(&keys[at])) {
        return Err(Error::Validation("Provided list of item keys contains duplicates".to_owned()));
    }
    let consistency =
        if request.consistent_read == Some(true) { Consistency::Strong } else { Consistency::Eventual };
    Ok(Part { name, table, keys, projection, consistency, request })
}

/// The items found, the keys left over and what reading consumed.
async fn read(
    service: &Service,
    cx: &RequestContext,
    snapshot: &Snapshot,
    part: &Part,
    bytes: &mut usize,
) -> Result<(Vec<Item>, Vec<Attributes>, Usage)> {
    let facts = Facts::of_items(&part.keys).keeping(part.projection.as_ref());
    let table = service.open(cx, snapshot, &part.table, "dynamodb:BatchGetItem", &facts).await?;
    if let Some(projection) = &part.projection {
        check_nested(&table, projection.nested_attributes())?;
    }
    let (mut items, mut rest, mut usage) = (Vec::new(), Vec::new(), Usage::default());
    let located =
        part.keys.iter().map(|key| Ok((key, Keyed::of(&table).key(key)?))).collect::<Result<Vec<_>>>()?;
    for (key, item_key) in located {
        if *bytes >= MAX_ANSWER_BYTES {
            rest.push(key.clone());
            continue;
        }
        let Some(item) = read_item(snapshot, &item_key).await? else {
            usage.table += read_units(0, part.consistency);
            continue;
        };
        let size = item_size(&item);
        usage.table += read_units(size, part.consistency);
        *bytes += size;
        let item = match &part.projection {
            Some(projection) => projection.apply(&item),
            None => item,
        };
        items.push(convert::to_api_map(item));
    }
    Ok((items, rest, usage))
}
