//! PutLogEvents: events of one stream, in order of time.

use api_logs::types::{PutLogEventsInput, PutLogEventsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use std::time::Duration;

use api_logs::types::{EntityRejectionErrorType, InputLogEvent, RejectedEntityInfo, RejectedLogEventsInfo};
use base_time::Timestamp;
use port::LogEvent;

use crate::Logs;
use crate::append::MAX_EVENT_BYTES;
use crate::error;

const TOO_OLD: Duration = Duration::from_secs(14 * 86_400);
const TOO_NEW: Duration = Duration::from_secs(2 * 3_600);

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: PutLogEventsInput,
) -> Result<PutLogEventsOutput, ApiError> {
    let stream = input.log_stream_name;
    let found = logs.find(cx, "PutLogEvents", Some(&input.log_group_name), Some(&stream)).await?;
    found.stream(&stream).await?;
    check(&input.log_events)?;
    let now = cx.time();
    let oldest = now - TOO_OLD.min(retention(found.group.retention_days));
    let newest = now + TOO_NEW;
    let time = |event: &InputLogEvent| Timestamp::from_millis(event.timestamp);
    let old = input.log_events.iter().take_while(|event| time(event) < oldest).count();
    let new = input.log_events.iter().position(|event| time(event) > newest);
    let kept = &input.log_events[old..new.unwrap_or(input.log_events.len()).max(old)];
    let events: Vec<LogEvent> =
        kept.iter().map(|event| LogEvent { time: time(event), message: event.message.clone() }).collect();
    logs.append_events(&found.key, &stream, &events, false).await?;
    let index = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let rejected = (old > 0 || new.is_some()).then(|| RejectedLogEventsInfo {
        too_old_log_event_end_index: (old > 0).then(|| index(old)),
        too_new_log_event_start_index: new.map(index),
        expired_log_event_end_index: None,
    });
    Ok(PutLogEventsOutput {
        next_sequence_token: Some(format!("{:056}", now.as_millis())),
        rejected_log_events_info: rejected,
        // The events are kept, their entity is not: the sender is told so. A sequence token is not looked at, as on AWS.
        rejected_entity_info: input
            .entity
            .map(|_| RejectedEntityInfo { error_type: EntityRejectionErrorType::UnsupportedLogGroupType }),
    })
}

fn retention(days: Option<u32>) -> Duration {
    days.map_or(TOO_OLD, |days| Duration::from_secs(u64::from(days) * 86_400))
}

fn check(events: &[InputLogEvent]) -> Result<(), ApiError> {
    if events.iter().any(|event| event.message.is_empty() || event.message.len() > MAX_EVENT_BYTES) {
        return Err(error::invalid_parameter("Log event message must be between 1 byte and 1 MB."));
    }
    let size: usize = events.iter().map(|event| event.message.len() + 26).sum();
    if size > 1_048_576 {
        return Err(error::invalid_parameter(format!(
            "Upload too large: {size} bytes exceeds limit of 1048576"
        )));
    }
    if events.windows(2).any(|pair| pair[0].timestamp > pair[1].timestamp) {
        return Err(error::invalid_parameter(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    let span = events.last().map_or(0, |last| last.timestamp - events[0].timestamp);
    if span > 86_400_000 {
        return Err(error::invalid_parameter(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    Ok(())
}
