//! StartLiveTail: a session that shows events as they arrive, at most once a second, for three hours (CloudWatch Logs API
//! reference). An event whose own time lies more than five minutes before its arrival is not shown.

use std::collections::HashMap;
use std::time::Duration;

use api_logs::types::{
    LiveTailSessionLogEvent, LiveTailSessionMetadata, LiveTailSessionStart, LiveTailSessionUpdate,
    SessionTimeoutException, StartLiveTailInput, StartLiveTailOutput, StartLiveTailResponseStream as Shown,
};
use base_time::Timestamp;
use futures_util::stream;
use port::RequestContext;
use store_kv::{Version, Watch};
use store_table::Scan;
use wire_codec::{ApiError, Events};

use crate::Logs;
use crate::error::{invalid_parameter, storage};
use crate::filter::Filter;
use crate::find::{Found, stream_name};
use crate::tables::EVENTS;

const LIMIT: Duration = Duration::from_secs(3 * 3_600);
/// Between two updates.
const PAUSE: Duration = Duration::from_secs(1);
/// Events of one update; the rest of the second is left out and the update marked as sampled.
const MOST: usize = 500;
const WINDOW: Duration = Duration::from_secs(300);
/// Rows looked at for one update.
const SCANNED: usize = 20_000;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: StartLiveTailInput,
) -> Result<StartLiveTailOutput, ApiError> {
    let [group] = input.log_group_identifiers.as_slice() else {
        return match input.log_group_identifiers.len() {
            0 => Err(invalid_parameter("At least one log group must be named.")),
            _ => Err(ApiError::not_implemented("logs: StartLiveTail of several log groups")),
        };
    };
    let found = logs.find(cx, "StartLiveTail", Some(group), None).await?;
    let filter = Filter::parse(input.log_event_filter_pattern.as_deref())?;
    let session_id = logs.0.ids.uuid();
    let start = LiveTailSessionStart {
        request_id: Some(cx.request_id().to_owned()),
        session_id: Some(session_id),
        log_group_identifiers: Some(input.log_group_identifiers.clone()),
        log_stream_names: input.log_stream_names.clone(),
        log_stream_name_prefixes: input.log_stream_name_prefixes.clone(),
        log_event_filter_pattern: input.log_event_filter_pattern.clone(),
    };
    let session = Session {
        watch: logs.0.store.watch(EVENTS.range((found.group.id,)).start),
        logs: logs.clone(),
        end: cx.time() + LIMIT,
        last_number: u64::try_from(cx.time().as_millis()).unwrap_or(0) << 20,
        seen: found.snapshot.version(),
        group: input.log_group_identifiers.into_iter().next().unwrap_or_default(),
        found,
        filter,
        names: input.log_stream_names,
        prefixes: input.log_stream_name_prefixes,
        known: HashMap::new(),
    };
    let first = stream::once(async { Ok(Shown::SessionStart(start)) });
    let updates = stream::unfold(Some(session), |session| async {
        let mut session = session?;
        match session.next().await {
            Ok(Some(update)) => Some((Ok(Shown::SessionUpdate(update)), Some(session))),
            Ok(None) => Some((Ok(Shown::SessionTimeoutException(SessionTimeoutException::default())), None)),
            Err(error) => Some((Err(error), None)),
        }
    });
    Ok(StartLiveTailOutput { response_stream: Events::new(futures_util::StreamExt::chain(first, updates)) })
}

/// One session. Dropped when its client goes.
struct Session {
    logs: Logs,
    watch: Watch,
    found: Found,
    group: String,
    filter: Filter,
    names: Option<Vec<String>>,
    prefixes: Option<Vec<String>>,
    /// Stream names by id.
    known: HashMap<u64, String>,
    end: Timestamp,
    /// Arrival number of the last event looked at.
    last_number: u64,
    seen: Version,
}

impl Session {
    /// The next update, empty where a second brought nothing; none at the session's end.
    async fn next(&mut self) -> Result<Option<LiveTailSessionUpdate>, ApiError> {
        let clock = self.logs.0.clock.clone();
        clock.sleep(PAUSE).await;
        if clock.now() >= self.end {
            return Ok(None);
        }
        // A second without events brings an empty update: the client learns that the session lives.
        let changed = clock.timeout(PAUSE, self.watch.changed(self.seen)).await;
        let events = match changed {
            None => Vec::new(),
            Some(changed) => {
                changed.map_err(|e| storage(&e))?;
                self.read().await?
            }
        };
        let is_sampled = events.len() > MOST;
        Ok(Some(LiveTailSessionUpdate {
            session_metadata: Some(LiveTailSessionMetadata { sampled: Some(is_sampled) }),
            session_results: Some(events.into_iter().take(MOST).collect()),
        }))
    }

    /// Events that arrived since the last look, in order of time.
    async fn read(&mut self) -> Result<Vec<LiveTailSessionLogEvent>, ApiError> {
        let snapshot = self.logs.0.store.snapshot().await.map_err(|e| storage(&e))?;
        self.seen = snapshot.version();
        let from = (self.found.group.id, self.logs.0.clock.now() - WINDOW, 0);
        let page = EVENTS
            .scan_from(&snapshot, (self.found.group.id,), from, Scan::forward().limit(SCANNED))
            .await
            .map_err(|e| storage(&e))?;
        let before = self.last_number;
        let mut events = Vec::new();
        for ((_, time, number), event) in page.rows {
            if number < before || !self.filter.matches(&event.message) {
                continue;
            }
            self.last_number = self.last_number.max(number + 1);
            let name = match self.known.get(&event.stream_id) {
                Some(name) => name.clone(),
                None => stream_name(&snapshot, self.found.group.id, event.stream_id).await?,
            };
            self.known.insert(event.stream_id, name.clone());
            if !self.wants(&name) {
                continue;
            }
            events.push(LiveTailSessionLogEvent {
                log_stream_name: Some(name),
                log_group_identifier: Some(self.group.clone()),
                message: Some(event.message),
                timestamp: Some(time.as_millis()),
                ingestion_time: Some(event.ingested.as_millis()),
            });
        }
        Ok(events)
    }

    fn wants(&self, name: &str) -> bool {
        let named = self.names.as_ref().is_none_or(|names| names.iter().any(|one| one == name));
        let prefixed =
            self.prefixes.as_ref().is_none_or(|all| all.iter().any(|one| name.starts_with(one.as_str())));
        named && prefixed
    }
}
