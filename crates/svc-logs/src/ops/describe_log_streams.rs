//! DescribeLogStreams: by name, or by the time of the last event.

use api_logs::types::{DescribeLogStreamsInput, DescribeLogStreamsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use api_logs::types::{LogStream, OrderBy};
use base_time::Timestamp;
use store_table::{Scan, StartsWith};

use crate::Logs;
use crate::error::{self, storage};
use crate::events::{cursor_of, token_of};
use crate::find::{Found, arn_of};
use crate::model::Stream;
use crate::tables::STREAMS;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: DescribeLogStreamsInput,
) -> Result<DescribeLogStreamsOutput, ApiError> {
    let group = input.log_group_name.as_deref().or(input.log_group_identifier.as_deref());
    let found = logs.find(cx, "DescribeLogStreams", group, None).await?;
    let by_time = input.order_by == Some(OrderBy::LastEventTime);
    let prefix = input.log_stream_name_prefix.unwrap_or_default();
    if by_time && !prefix.is_empty() {
        return Err(error::invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let limit = usize::try_from(input.limit.unwrap_or(50).clamp(1, 50)).unwrap_or(50);
    let is_descending = input.descending == Some(true);
    if by_time {
        return by_last_event(&found, is_descending, limit, input.next_token.as_deref()).await;
    }
    let scan = if is_descending { Scan::backward() } else { Scan::forward() };
    let cursor = input.next_token.as_deref().map(cursor_of).transpose()?;
    let page = STREAMS
        .scan(&found.snapshot, (found.group.id, StartsWith(&prefix)), scan.after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let streams = page.rows.iter().map(|((_, name), stream)| shown(&found, name, stream)).collect();
    Ok(DescribeLogStreamsOutput { log_streams: Some(streams), next_token: page.next.as_ref().map(token_of) })
}

/// All streams are read and sorted; the token is a position in that order.
async fn by_last_event(
    found: &Found,
    is_descending: bool,
    limit: usize,
    token: Option<&str>,
) -> Result<DescribeLogStreamsOutput, ApiError> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = STREAMS
            .scan(&found.snapshot, (found.group.id,), Scan::forward().after(cursor))
            .await
            .map_err(|e| storage(&e))?;
        all.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    all.sort_by_key(|(_, stream)| stream.last_event.unwrap_or(stream.created));
    if is_descending {
        all.reverse();
    }
    let bad = |_| error::invalid_parameter("The specified nextToken is invalid.");
    let start = token.map_or(Ok(0), str::parse::<usize>).map_err(bad)?;
    let page = all.iter().skip(start).take(limit);
    let streams = page.map(|((_, name), stream)| shown(found, name, stream)).collect();
    let next = start + limit;
    let next_token = (next < all.len()).then(|| next.to_string());
    Ok(DescribeLogStreamsOutput { log_streams: Some(streams), next_token })
}

fn shown(found: &Found, name: &str, stream: &Stream) -> LogStream {
    LogStream {
        log_stream_name: Some(name.to_owned()),
        creation_time: Some(stream.created.as_millis()),
        first_event_timestamp: stream.first_event.map(Timestamp::as_millis),
        last_event_timestamp: stream.last_event.map(Timestamp::as_millis),
        last_ingestion_time: stream.last_ingestion.map(Timestamp::as_millis),
        upload_sequence_token: None,
        arn: Some(format!("{}:log-stream:{name}", arn_of(&found.key))),
        stored_bytes: Some(0),
    }
}
