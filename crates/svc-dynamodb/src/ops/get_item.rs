//! GetItem: reads one item by its key.

use api_dynamodb::{GetItemInput, GetItemOutput};
use port::RequestContext;

use crate::Service;
use crate::access::Facts;
use crate::capacity::{Consistency, Usage, read_units};
use crate::catalog::TableRef;
use crate::convert;
use crate::error::Result;
use crate::keys::{Keyed, check_nested};
use crate::request::{bindings, check_exclusive, projection};
use crate::value::size::item_size;
use crate::write::read_item;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: GetItemInput,
) -> Result<GetItemOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let expressions = [("ProjectionExpression", input.projection_expression.is_some())];
    check_exclusive(&expressions, &[("AttributesToGet", input.attributes_to_get.is_some())])?;
    let key = convert::attributes(input.key)?;
    let mut bindings = bindings(input.expression_attribute_names, None, &expressions, &[])?;
    let projection =
        projection(input.projection_expression, input.attributes_to_get.as_deref(), &mut bindings)?;
    bindings.check_used()?;
    let snapshot = service.store().snapshot().await?;
    let facts = Facts::of_items([&key]).keeping(projection.as_ref());
    let table = service.open(cx, &snapshot, &table, "dynamodb:GetItem", &facts).await?;
    let item_key = Keyed::of(&table).key(&key)?;
    if let Some(projection) = &projection {
        check_nested(&table, projection.nested_attributes())?;
    }
    let item = read_item(&snapshot, &item_key).await?;
    let consistency = match input.consistent_read {
        Some(true) => Consistency::Strong,
        _ => Consistency::Eventual,
    };
    let usage = Usage::of_table(read_units(item.as_ref().map_or(0, item_size), consistency));
    let item = match &projection {
        Some(projection) => item.map(|item| projection.apply(&item)),
        None => item,
    };
    Ok(GetItemOutput {
        item: item.map(convert::to_api_map),
        consumed_capacity: usage.report(input.return_consumed_capacity, &table.name, None),
    })
}
