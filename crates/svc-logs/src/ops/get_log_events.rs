//! GetLogEvents: a page of one stream, with tokens onward in both directions.

use api_logs::types::{GetLogEventsInput, GetLogEventsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use api_logs::types::OutputLogEvent;
use base_time::Timestamp;
use store_table::Scan;

use crate::Logs;
use crate::error::storage;
use crate::events::{Place, Toward, limit, parse_stream_token, stream_token};
use crate::tables::{EVENTS, STREAM_EVENTS};

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: GetLogEventsInput,
) -> Result<GetLogEventsOutput, ApiError> {
    let group = input.log_group_name.as_deref().or(input.log_group_identifier.as_deref());
    let found = logs.find(cx, "GetLogEvents", group, Some(&input.log_stream_name)).await?;
    if input.unmask == Some(true) {
        found.authorize_unmask(cx).await?;
    }
    let stream = found.stream(&input.log_stream_name).await?;
    let limit = limit(input.limit)?;
    let first = Place { time: Timestamp::from_millis(input.start_time.unwrap_or(0)), number: 0 };
    let end = Place { time: Timestamp::from_millis(input.end_time.unwrap_or(i64::MAX)), number: 0 };
    let (toward, from, to) = match input.next_token.as_deref().map(parse_stream_token).transpose()? {
        Some((Toward::Newer, place)) => (Toward::Newer, place.max(first), end),
        Some((Toward::Older, place)) => (Toward::Older, first, place.min(end)),
        None if input.start_from_head == Some(true) => (Toward::Newer, first, end),
        None => (Toward::Older, first, end),
    };
    let scan = if toward == Toward::Newer { Scan::forward() } else { Scan::backward() };
    let page = STREAM_EVENTS
        .scan_between(
            &found.snapshot,
            (stream.id, from.time, from.number),
            (stream.id, to.time, to.number),
            scan.limit(limit),
        )
        .await
        .map_err(|e| storage(&e))?;
    let mut places: Vec<Place> =
        page.rows.iter().map(|((_, time, number), ())| Place { time: *time, number: *number }).collect();
    places.sort();
    let mut events = Vec::with_capacity(places.len());
    for place in &places {
        let event = EVENTS.get(&found.snapshot, (found.group.id, place.time, place.number)).await;
        let Some(event) = event.map_err(|e| storage(&e))? else { continue };
        events.push(OutputLogEvent {
            timestamp: Some(place.time.as_millis()),
            message: Some(event.message),
            ingestion_time: Some(event.ingested.as_millis()),
        });
    }
    let newer = places.last().map_or(if toward == Toward::Newer { from } else { to }, |last| last.next());
    let older = places.first().copied().unwrap_or(if toward == Toward::Newer { from } else { to });
    Ok(GetLogEventsOutput {
        events: Some(events),
        next_forward_token: Some(stream_token(Toward::Newer, newer)),
        next_backward_token: Some(stream_token(Toward::Older, older)),
    })
}
