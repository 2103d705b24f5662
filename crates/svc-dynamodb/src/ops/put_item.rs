//! PutItem: creates or replaces an item.

use api_dynamodb::{PutItemInput, PutItemOutput, ReturnValue};
use port::RequestContext;

use crate::Service;
use crate::action::{Action, ItemAction};
use crate::catalog::TableRef;
use crate::convert;
use crate::error::{Error, Result};
use crate::item_write::collection_metrics;
use crate::request::{ConditionParameters, bindings, check_exclusive};

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: PutItemInput,
) -> Result<PutItemOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let expressions = [("ConditionExpression", input.condition_expression.is_some())];
    check_exclusive(
        &expressions,
        &[
            ("Expected", input.expected.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
        ],
    )?;
    if !matches!(input.return_values, None | Some(ReturnValue::None | ReturnValue::AllOld)) {
        return Err(Error::Validation("ReturnValues can only be ALL_OLD or NONE".to_owned()));
    }
    let put = Action::put(convert::attributes(input.item)?)?;
    let mut bindings = bindings(
        input.expression_attribute_names,
        input.expression_attribute_values,
        &expressions,
        &["ConditionExpression"],
    )?;
    let condition = ConditionParameters {
        expression: input.condition_expression,
        expected: input.expected,
        operator: input.conditional_operator,
        on_failure: input.return_values_on_condition_check_failure,
    }
    .parse(&mut bindings)?;
    bindings.check_used()?;
    let action = ItemAction { action: put, condition, return_values: input.return_values };
    let written = service.write_item(cx, &table, "dynamodb:PutItem", &action).await?;
    Ok(PutItemOutput {
        attributes: written.outcome.returned(&action).map(convert::to_api_map),
        item_collection_metrics: collection_metrics(
            input.return_item_collection_metrics,
            &written,
            action.key_attributes(),
        ),
        consumed_capacity: written.report(input.return_consumed_capacity),
    })
}
