//! Query: reads the items of one partition key value, in the order of their range key.

use api_dynamodb::{QueryInput, QueryOutput};
use port::RequestContext;
use store_kv::Direction;

use crate::Service;
use crate::access::Facts;
use crate::catalog::TableRef;
use crate::convert;
use crate::error::{Error, Result};
use crate::expr::key_condition::{KeyTerm, KeyTest, key_terms};
use crate::expr::{ExpressionKind, legacy, parse_condition};
use crate::key_range::KeyPlan;
use crate::page::PageRequest;
use crate::read_request::{
    Wanted, check_filter_keys, check_start_count, check_start_item, report, start_key,
};
use crate::request::{bindings, check_exclusive, filter, legacy_conditions, projection};
use crate::value::Attributes;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    mut input: QueryInput,
) -> Result<QueryOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let filter_parameter = if input.query_filter.is_some() { "QueryFilter" } else { "Filter Expression" };
    let expressions = expressions(&input)?;
    let start = start_key(input.exclusive_start_key.take())?;
    let (terms, wanted) = parse(&mut input, expressions)?;
    wanted.check(input.index_name.is_some(), "Querying")?;
    let snapshot = service.store().snapshot().await?;
    let index = input.index_name.as_deref();
    let fixed = fixed_keys(&terms);
    let facts = wanted.facts(Facts::of_items([&fixed]), index.is_some());
    let facts = facts.naming(terms.iter().map(|term| term.attribute.clone()));
    let source = service.open_source(cx, &snapshot, &table, index, "dynamodb:Query", &facts).await?;
    wanted.check_consistency(&source)?;
    if let Some(start) = &start {
        check_start_count(&source, start, true)?;
    }
    let plan = KeyPlan::of(source.key(), &terms, start.as_ref())?;
    let direction = match input.scan_index_forward {
        Some(false) => Direction::Backward,
        _ => Direction::Forward,
    };
    let mut range = plan.range(source.prefix());
    if let Some(start) = &start {
        check_start_item(&source, start)?;
        plan.check_start(start)?;
        let key = source.row_key(start);
        let key = key.ok_or_else(|| Error::Validation("The provided starting key is invalid".to_owned()))?;
        range = range.after(&key, direction);
    }
    wanted.check_projection(&source)?;
    if let Some(filter) = &wanted.filter {
        check_filter_keys(&source, filter, filter_parameter)?;
    }
    wanted.check_select(&source)?;
    wanted.check_filter(&source)?;
    let needs_items = wanted.needs_items(&source)?;
    let request = PageRequest {
        range,
        direction,
        limit: input.limit.and_then(|limit| usize::try_from(limit).ok()),
        is_count: wanted.is_count(),
        filter: wanted.filter,
        projection: wanted.projection,
        needs_items,
        source,
    };
    let result = request.read(&snapshot).await?;
    let consumed_capacity =
        report(&request.source, &result, wanted.is_consistent, input.return_consumed_capacity);
    Ok(QueryOutput {
        count: i32::try_from(result.count).ok(),
        scanned_count: i32::try_from(result.scanned).ok(),
        items: (!request.is_count).then(|| result.items.into_iter().map(convert::to_api_map).collect()),
        last_evaluated_key: result.last_key.map(convert::to_api_map),
        consumed_capacity,
    })
}

/// The key attributes whose value the conditions fix.
fn fixed_keys(terms: &[KeyTerm]) -> Attributes {
    terms
        .iter()
        .filter_map(|term| match &term.test {
            KeyTest::Equal(value) => Some((term.attribute.clone(), value.clone())),
            _ => None,
        })
        .collect()
}

/// The expression parameters and whether each is present.
type Expressions = [(&'static str, bool); 3];

fn expressions(input: &QueryInput) -> Result<Expressions> {
    let expressions = [
        ("ProjectionExpression", input.projection_expression.is_some()),
        ("FilterExpression", input.filter_expression.is_some()),
        ("KeyConditionExpression", input.key_condition_expression.is_some()),
    ];
    // KeyConditions may stand beside expressions other than its own successor.
    let has_both_keys = input.key_conditions.is_some() && input.key_condition_expression.is_some();
    check_exclusive(
        &expressions,
        &[
            ("AttributesToGet", input.attributes_to_get.is_some()),
            ("QueryFilter", input.query_filter.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
            ("KeyConditions", has_both_keys),
        ],
    )?;
    // A legacy filter is looked at first.
    let has_no_keys = input.key_conditions.is_none() && input.key_condition_expression.is_none();
    if has_no_keys && input.query_filter.is_none() {
        return Err(no_keys());
    }
    Ok(expressions)
}

fn no_keys() -> Error {
    Error::Validation(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
            .to_owned(),
    )
}

fn parse(input: &mut QueryInput, expressions: Expressions) -> Result<(Vec<KeyTerm>, Wanted)> {
    let mut bindings = bindings(
        input.expression_attribute_names.take(),
        input.expression_attribute_values.take(),
        &expressions,
        &["FilterExpression", "KeyConditionExpression"],
    )?;
    let condition = match input.key_condition_expression.take() {
        Some(text) => Some(parse_condition(ExpressionKind::KeyCondition, &text, &mut bindings)?),
        None => None,
    };
    let filter = filter(
        input.filter_expression.take(),
        input.query_filter.take(),
        input.conditional_operator,
        &mut bindings,
    )?;
    let projection =
        projection(input.projection_expression.take(), input.attributes_to_get.as_deref(), &mut bindings)?;
    bindings.check_used()?;
    let terms = match (condition, input.key_conditions.take()) {
        (Some(condition), _) => key_terms(&condition)?,
        (None, Some(conditions)) => legacy::key_conditions(legacy_conditions(conditions)?)?,
        (None, None) => return Err(no_keys()),
    };
    if terms.is_empty() {
        return Err(Error::Validation("Conditions can be of length 1 or 2 only".to_owned()));
    }
    let is_consistent = input.consistent_read.unwrap_or_default();
    Ok((terms, Wanted { select: input.select, projection, filter, is_consistent }))
}
