//! FilterLogEvents: events of a group by time, those that match a pattern. `interleaved` changes nothing, as on AWS since
//! 2019: streams are always interleaved.

use api_logs::types::{FilterLogEventsInput, FilterLogEventsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use std::collections::HashMap;

use api_logs::types::FilteredLogEvent;
use base_time::Timestamp;
use store_table::Scan;

use crate::Logs;
use crate::error::{self, storage};
use crate::events::{MAX_BYTES, Place, limit};
use crate::filter::Filter;
use crate::find::stream_name;
use crate::tables::EVENTS;

/// Rows looked at for one page.
const SCANNED: usize = 10_000;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: FilterLogEventsInput,
) -> Result<FilterLogEventsOutput, ApiError> {
    let group = input.log_group_name.as_deref().or(input.log_group_identifier.as_deref());
    let found = logs.find(cx, "FilterLogEvents", group, None).await?;
    if input.unmask == Some(true) {
        found.authorize_unmask(cx).await?;
    }
    check(&input)?;
    let limit = limit(input.limit)?;
    let filter = Filter::parse(input.filter_pattern.as_deref())?;
    let start = Timestamp::from_millis(input.start_time.unwrap_or(0));
    let end = input.end_time.map_or(i64::MAX, |end| end.saturating_add(1));
    let from = match &input.next_token {
        Some(token) => Place::of_token(token)?,
        None => Place { time: start, number: 0 },
    };
    let page = EVENTS
        .scan_between(
            &found.snapshot,
            (found.group.id, from.time, from.number),
            (found.group.id, Timestamp::from_millis(end), 0),
            Scan::forward().limit(SCANNED).limit_bytes(MAX_BYTES),
        )
        .await
        .map_err(|e| storage(&e))?;
    let mut names = HashMap::new();
    let mut events = Vec::new();
    let mut last = None;
    let is_whole = page.next.is_none();
    let total = page.rows.len();
    for (index, ((_, time, number), event)) in page.rows.into_iter().enumerate() {
        let place = Place { time, number };
        last = Some((place, index));
        if !filter.matches(&event.message) {
            continue;
        }
        let name = match names.get(&event.stream_id) {
            Some(name) => String::clone(name),
            None => {
                let name = stream_name(&found.snapshot, found.group.id, event.stream_id).await?;
                names.insert(event.stream_id, name.clone());
                name
            }
        };
        let named = input.log_stream_names.as_ref().is_none_or(|wanted| wanted.contains(&name));
        let prefixed =
            input.log_stream_name_prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix.as_str()));
        if !named || !prefixed {
            continue;
        }
        events.push(FilteredLogEvent {
            log_stream_name: Some(name),
            timestamp: Some(time.as_millis()),
            message: Some(event.message),
            ingestion_time: Some(event.ingested.as_millis()),
            event_id: Some(place.event_id()),
        });
        if events.len() == limit {
            break;
        }
    }
    let is_over = is_whole && last.is_none_or(|(_, index)| index + 1 == total);
    let next_token = last.filter(|_| !is_over).map(|(place, _)| place.next().to_token());
    Ok(FilterLogEventsOutput { events: Some(events), searched_log_streams: Some(Vec::new()), next_token })
}

fn check(input: &FilterLogEventsInput) -> Result<(), ApiError> {
    if input.log_stream_names.is_some() && input.log_stream_name_prefix.is_some() {
        return Err(error::invalid_parameter(
            "logStreamNames and logStreamNamePrefix cannot be used together.",
        ));
    }
    if input.start_from_head == Some(false) {
        return Err(ApiError::not_implemented("logs: startFromHead=false of FilterLogEvents"));
    }
    Ok(())
}
