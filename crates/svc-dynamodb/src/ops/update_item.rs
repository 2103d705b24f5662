//! UpdateItem: changes attributes of an item, creating it where it is not there.

use api_dynamodb::{UpdateItemInput, UpdateItemOutput};
use port::RequestContext;

use crate::Service;
use crate::action::{Action, ItemAction};
use crate::catalog::TableRef;
use crate::convert;
use crate::error::Result;
use crate::expr::{Update, parse_update};
use crate::item_write::collection_metrics;
use crate::request::{ConditionParameters, attribute_updates, bindings, check_exclusive};

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: UpdateItemInput,
) -> Result<UpdateItemOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let expressions = [
        ("UpdateExpression", input.update_expression.is_some()),
        ("ConditionExpression", input.condition_expression.is_some()),
    ];
    check_exclusive(
        &expressions,
        &[
            ("AttributeUpdates", input.attribute_updates.is_some()),
            ("Expected", input.expected.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
        ],
    )?;
    let key = convert::attributes(input.key)?;
    let mut bindings = bindings(
        input.expression_attribute_names,
        input.expression_attribute_values,
        &expressions,
        &["UpdateExpression", "ConditionExpression"],
    )?;
    let is_legacy = input.attribute_updates.is_some();
    let update = match (input.update_expression, input.attribute_updates) {
        (Some(text), _) => parse_update(&text, &mut bindings)?,
        (None, Some(updates)) => attribute_updates(updates)?,
        (None, None) => Update::default(),
    };
    let condition = ConditionParameters {
        expression: input.condition_expression,
        expected: input.expected,
        operator: input.conditional_operator,
        on_failure: input.return_values_on_condition_check_failure,
    }
    .parse(&mut bindings)?;
    bindings.check_used()?;
    let action = ItemAction {
        action: Action::Update { key, update, is_legacy },
        condition,
        return_values: input.return_values,
    };
    let written = service.write_item(cx, &table, "dynamodb:UpdateItem", &action).await?;
    Ok(UpdateItemOutput {
        attributes: written.outcome.returned(&action).map(convert::to_api_map),
        item_collection_metrics: collection_metrics(
            input.return_item_collection_metrics,
            &written,
            action.key_attributes(),
        ),
        consumed_capacity: written.report(input.return_consumed_capacity),
    })
}
