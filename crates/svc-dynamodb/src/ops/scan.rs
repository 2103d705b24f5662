//! Scan: reads a table or index page by page, in parallel segments where asked.

use api_dynamodb::{ScanInput, ScanOutput};
use port::RequestContext;
use store_kv::{Direction, KeyRange};

use crate::Service;
use crate::access::Facts;
use crate::catalog::TableRef;
use crate::convert;
use crate::error::{Error, Result};
use crate::page::{PageRequest, Source};
use crate::read_request::{
    Wanted, check_start_attribute, check_start_count, check_start_item, report, start_key,
};
use crate::request::{bindings, check_exclusive, filter, projection};
use crate::tables::segment_range;
use crate::value::Attributes;

pub(crate) async fn run(service: &Service, cx: &RequestContext, mut input: ScanInput) -> Result<ScanOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let expressions = expressions(&input)?;
    let start = start_key(input.exclusive_start_key.take())?;
    let segment = segment(input.segment, input.total_segments)?;
    let wanted = wanted(&mut input, expressions)?;
    wanted.check(input.index_name.is_some(), "Scanning")?;
    let snapshot = service.store().snapshot().await?;
    let index = input.index_name.as_deref();
    let facts = wanted.facts(Facts::default(), index.is_some());
    let source = service.open_source(cx, &snapshot, &table, index, "dynamodb:Scan", &facts).await?;
    wanted.check_consistency(&source)?;
    if let Some(start) = &start {
        check_start_count(&source, start, false)?;
        if source.index().is_some() {
            source.key().attributes().try_for_each(|attribute| check_start_attribute(attribute, start))?;
        }
    }
    wanted.check_select(&source)?;
    let range = range(&source, segment, start.as_ref())?;
    wanted.check_projection(&source)?;
    wanted.check_filter(&source)?;
    let needs_items = wanted.needs_items(&source)?;
    let request = PageRequest {
        range,
        direction: Direction::Forward,
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
    Ok(ScanOutput {
        count: i32::try_from(result.count).ok(),
        scanned_count: i32::try_from(result.scanned).ok(),
        items: (!request.is_count).then(|| result.items.into_iter().map(convert::to_api_map).collect()),
        last_evaluated_key: result.last_key.map(convert::to_api_map),
        consumed_capacity,
    })
}

/// The expression parameters and whether each is present.
type Expressions = [(&'static str, bool); 2];

fn expressions(input: &ScanInput) -> Result<Expressions> {
    let expressions = [
        ("ProjectionExpression", input.projection_expression.is_some()),
        ("FilterExpression", input.filter_expression.is_some()),
    ];
    check_exclusive(
        &expressions,
        &[
            ("AttributesToGet", input.attributes_to_get.is_some()),
            ("ScanFilter", input.scan_filter.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
        ],
    )?;
    Ok(expressions)
}

fn wanted(input: &mut ScanInput, expressions: Expressions) -> Result<Wanted> {
    let mut bindings = bindings(
        input.expression_attribute_names.take(),
        input.expression_attribute_values.take(),
        &expressions,
        &["FilterExpression"],
    )?;
    let filter = filter(
        input.filter_expression.take(),
        input.scan_filter.take(),
        input.conditional_operator,
        &mut bindings,
    )?;
    let projection =
        projection(input.projection_expression.take(), input.attributes_to_get.as_deref(), &mut bindings)?;
    bindings.check_used()?;
    let is_consistent = input.consistent_read.unwrap_or_default();
    Ok(Wanted { select: input.select, projection, filter, is_consistent })
}

/// (segment, of how many).
fn segment(segment: Option<i32>, total: Option<i32>) -> Result<(u32, u32)> {
    let invalid = |message: String| Err(Error::Validation(message));
    match (segment, total) {
        (None, None) => Ok((0, 1)),
        (Some(_), None) => invalid(
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
                .to_owned(),
        ),
        (None, Some(_)) => invalid(
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
                .to_owned(),
        ),
        (Some(segment), Some(total)) if segment >= total => invalid(format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is \
             not less than TotalSegments: {total}"
        )),
        // The model's constraints keep both from being negative.
        (Some(segment), Some(total)) => Ok((segment.unsigned_abs(), total.unsigned_abs())),
    }
}

fn range(source: &Source, (segment, total): (u32, u32), start: Option<&Attributes>) -> Result<KeyRange> {
    let range = segment_range(&source.prefix(), segment, total);
    let Some(start) = start else { return Ok(range) };
    check_start_item(source, start)?;
    match source.row_key(start) {
        Some(key) if range.contains(&key) => Ok(range.after(&key, Direction::Forward)),
        _ => Err(Error::Validation(format!(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct \
             Segment. TotalSegments: {total} Segment: {segment}"
        ))),
    }
}
