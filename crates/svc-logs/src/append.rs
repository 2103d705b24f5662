//! Writing events: into a stream of a group, both made where the writer is the platform itself.

use std::sync::atomic::Ordering;

use base_time::Timestamp;
use port::{BoxFuture, LogEvent, LogSink};
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Logs;
use crate::error::{self, Failure};
use crate::model::{Event, Group, Stream};
use crate::tables::{EVENTS, GROUPS, GroupKey, STREAM_EVENTS, STREAM_NAMES, STREAMS, StreamName};

/// One event's size (CloudWatch Logs quotas), in bytes.
pub const MAX_EVENT_BYTES: usize = 1_048_576;
/// Rows of one commit stay well below the store's limit of 10 MB.
const COMMIT_BYTES: usize = 4 << 20;
const COMMIT_EVENTS: usize = 10_000;

impl Logs {
    /// Appends events; each commit is durable before the next. With `make`, a missing group or stream is made.
    pub(crate) async fn append_events(
        &self,
        key: &GroupKey,
        stream: &str,
        events: &[LogEvent],
        make: bool,
    ) -> Result<(), ApiError> {
        let mut rest = events;
        while !rest.is_empty() {
            let (part, later) = rest.split_at(part_length(rest));
            self.append_part(key, stream, part, make).await?;
            rest = later;
        }
        Ok(())
    }

    async fn append_part(
        &self,
        key: &GroupKey,
        stream: &str,
        events: &[LogEvent],
        make: bool,
    ) -> Result<(), ApiError> {
        let now = self.0.clock.now();
        let first_number = self.reserve(now, events.len() as u64);
        let work = |tx: Transaction| async move {
            let group = self.group_for(&tx, key, now, make).await?;
            let stream_key = (group.id, stream.to_owned());
            let mut row = match STREAMS.get(&tx, stream_key.clone()).await? {
                Some(row) => row,
                None if make => self.new_stream(&tx, group.id, stream, now)?,
                None => return Err(Failure::Api(error::no_stream())),
            };
            for (number, event) in (first_number..).zip(events) {
                let message = event.message.clone();
                let value = Event { stream_id: row.id, ingested: now, message };
                EVENTS.put(&tx, (group.id, event.time, number), &value)?;
                STREAM_EVENTS.put(&tx, (row.id, event.time, number), &())?;
                row.first_event = Some(row.first_event.map_or(event.time, |first| first.min(event.time)));
                row.last_event = row.last_event.max(Some(event.time));
            }
            row.last_ingestion = Some(now);
            STREAMS.put(&tx, stream_key, &row)?;
            Ok::<_, Failure>(())
        };
        Ok(self.0.store.transact(work).await?)
    }

    async fn group_for(
        &self,
        tx: &Transaction,
        key: &GroupKey,
        now: Timestamp,
        make: bool,
    ) -> Result<Group, Failure> {
        if let Some(group) = GROUPS.get(tx, key.clone()).await? {
            return Ok(group);
        }
        if !make {
            return Err(Failure::Api(error::no_group()));
        }
        let group = Group {
            id: self.0.ids.u64(),
            created: now,
            retention_days: None,
            tags: Default::default(),
            is_protected: false,
        };
        GROUPS.put(tx, key.clone(), &group)?;
        Ok(group)
    }

    /// A stream that isn't there yet.
    pub(crate) fn new_stream(
        &self,
        tx: &Transaction,
        group_id: u64,
        name: &str,
        now: Timestamp,
    ) -> Result<Stream, Failure> {
        let stream = Stream {
            id: self.0.ids.u64(),
            created: now,
            first_event: None,
            last_event: None,
            last_ingestion: None,
        };
        STREAMS.put(tx, (group_id, name.to_owned()), &stream)?;
        STREAM_NAMES.put(tx, (group_id, stream.id), &StreamName(name.to_owned()))?;
        Ok(stream)
    }

    /// Arrival numbers for so many events: above all given out before, also by earlier processes.
    fn reserve(&self, now: Timestamp, count: u64) -> u64 {
        let fresh = u64::try_from(now.as_millis()).unwrap_or(0) << 20;
        let next = |last: u64| Some(fresh.max(last) + count);
        let last = self.0.last_sequence.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        fresh.max(last.unwrap_or(fresh))
    }
}

/// How many of the events fit into one commit; at least one.
fn part_length(events: &[LogEvent]) -> usize {
    let mut bytes = 0;
    let fits = events.iter().take(COMMIT_EVENTS).take_while(|event| {
        bytes += event.message.len() + 100;
        bytes <= COMMIT_BYTES
    });
    fits.count().max(1)
}

impl LogSink for Logs {
    fn append<'a>(
        &'a self,
        account: &'a str,
        region: &'a str,
        group: &'a str,
        stream: &'a str,
        events: Vec<LogEvent>,
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async move {
            let key = (account.to_owned(), region.to_owned(), group.to_owned());
            self.append_events(&key, stream, &events, true).await
        })
    }
}
