//! Asynchronous invokes: accepted once the event is in the store, run at least once, retried as AWS documents (Lambda
//! Developer Guide, "How Lambda handles errors and retries with asynchronous invocation").
//!
//! ```text
//!   accepted -> due -> run -> done
//!                ^      | function failed: again after 1 and 2 minutes, then the dead-letter queue
//!                |------| throttled or the platform failed: again after 1 s .. 5 min, up to the event's greatest age
//! ```

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use base_time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use port::{OutgoingMessage, Principal, RequestContext, RequestSource};
use store_kv::Transaction;
use store_table::Scan;
use tokio::sync::Semaphore;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{Failure, storage};
use crate::model::{EventInvokeConfig, FunctionVersion, QueuedEvent};
use crate::names::FunctionRef;
use crate::ops::invoke::{Call, execute};
use crate::tables::{EVENT_INVOKE_CONFIGS, EVENTS};

/// Events being run at once; the others wait in the store.
const RUNNING: usize = 500;
/// Rows read at once.
const PAGE: usize = 200;
/// Events older than this before the head of the queue can't be: a commit takes at most 5 s.
const MARGIN: Duration = Duration::from_secs(30);
/// The store is looked at so often even if nobody rang.
const SAFETY: Duration = Duration::from_secs(30);

const DEFAULT_RETRIES: u32 = 2;
const DEFAULT_AGE_S: u32 = 6 * 60 * 60;

type EventKey = (Timestamp, u64);

impl Lambda {
    /// Accepts an event; durable when this returns.
    pub(crate) async fn enqueue(&self, event: QueuedEvent, _arrived: Timestamp) -> Result<(), ApiError> {
        // Due now, not at the request's arrival: the reader's head must not have passed it.
        let key = (self.0.clock.now(), self.0.ids.u64());
        let event = &event;
        let work = |tx: Transaction| async move {
            EVENTS.put(&tx, key, event)?;
            Ok::<_, Failure>(())
        };
        self.0.store.transact(work).await?;
        self.0.events.notify_one();
        Ok(())
    }
}

struct Queue {
    running: Mutex<HashSet<EventKey>>,
    places: Arc<Semaphore>,
}

/// Reads due events and runs them, for ever.
pub async fn run(lambda: Lambda) {
    let queue = Arc::new(Queue { running: Mutex::default(), places: Arc::new(Semaphore::new(RUNNING)) });
    let mut head = Timestamp::EPOCH;
    loop {
        let rung = lambda.0.events.notified();
        let now = lambda.0.clock.now();
        match start_due(&lambda, &queue, head, now).await {
            Ok(Some(first)) => head = first.min(now - MARGIN),
            Ok(None) => head = now - MARGIN,
            Err(error) => tracing::error!(%error, "waiting events could not be read"),
        }
        let wake = next_due(&lambda, &queue, head).await.unwrap_or(now + SAFETY).min(now + SAFETY);
        tokio::select! {
            () = rung => {}
            () = lambda.0.clock.sleep_until(wake) => {}
        }
    }
}

/// Starts every due event that is not running yet; returns the due time of the first one that is still there.
async fn start_due(
    lambda: &Lambda,
    queue: &Arc<Queue>,
    head: Timestamp,
    now: Timestamp,
) -> Result<Option<Timestamp>, ApiError> {
    let mut first = None;
    let mut cursor = None;
    loop {
        let snapshot = lambda.snapshot().await?;
        let until = (now + Duration::from_millis(1), 0);
        let page = EVENTS
            .scan_between(&snapshot, (head, 0), until, Scan::forward().after(cursor).limit(PAGE))
            .await
            .map_err(|e| storage(&e))?;
        for (key, event) in page.rows {
            first.get_or_insert(key.0);
            if !queue.running.lock().insert(key) {
                continue;
            }
            let Ok(place) = queue.places.clone().acquire_owned().await else { return Ok(first) };
            let (lambda_, queue) = (lambda.clone(), queue.clone());
            lambda.0.tasks.spawn(async move {
                run_one(&lambda_, key, event).await;
                queue.running.lock().remove(&key);
                drop(place);
                lambda_.0.events.notify_one();
            });
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(first);
        }
    }
}

/// When the next event that isn't running becomes due.
async fn next_due(lambda: &Lambda, queue: &Queue, head: Timestamp) -> Option<Timestamp> {
    let snapshot = lambda.snapshot().await.ok()?;
    let page = EVENTS.scan_from(&snapshot, (), (head, 0), Scan::forward().limit(PAGE)).await.ok()?;
    let running = queue.running.lock();
    page.rows.iter().map(|(key, _)| *key).find(|key| !running.contains(key)).map(|key| key.0)
}

/// What follows a run.
#[derive(Debug, PartialEq)]
enum Next {
    Done,
    Again { after: Duration, event: QueuedEvent },
    GiveUp { event: QueuedEvent, code: String, message: String },
}

async fn run_one(lambda: &Lambda, key: EventKey, event: QueuedEvent) {
    let target = FunctionRef {
        account: event.account.clone(),
        region: event.region.clone(),
        name: event.function.clone(),
        qualifier: event.qualifier.clone(),
    };
    let (next, version) = attempt(lambda, &target, event).await;
    if let (Next::GiveUp { event, code, message }, Some(version)) = (&next, &version) {
        dead_letter(lambda, &target, version, event, code, message).await;
    }
    let next = &next;
    let (now, id) = (lambda.0.clock.now(), lambda.0.ids.u64());
    let work = |tx: Transaction| async move {
        EVENTS.delete(&tx, key);
        if let Next::Again { after, event } = next {
            EVENTS.put(&tx, (now + *after, id), event)?;
        }
        Ok::<_, Failure>(())
    };
    if let Err(error) = lambda.0.store.transact(work).await {
        tracing::error!(error = %ApiError::from(error), "an event's outcome could not be kept; it will run again");
    }
}

async fn attempt(
    lambda: &Lambda,
    target: &FunctionRef,
    event: QueuedEvent,
) -> (Next, Option<FunctionVersion>) {
    let resolved = match lambda.snapshot().await {
        Ok(snapshot) => lambda.resolve(&snapshot, target).await,
        Err(error) => Err(error),
    };
    let resolved = match resolved {
        Ok(resolved) => resolved,
        // The function is gone, and with it everyone who could want the event.
        Err(error) if error.status == 404 => return (Next::Done, None),
        Err(error) => return (after_refusal(event, lambda.0.clock.now(), DEFAULT_AGE_S, &error), None),
    };
    let config = config(lambda, target).await;
    let call = Call {
        request_id: event.request_id.clone(),
        payload: STANDARD.decode(&event.payload).unwrap_or_default().into(),
        client_context: None,
        trace_header: event.trace_header.clone(),
    };
    let outcome = execute(lambda, target, &resolved, call).await;
    let now = lambda.0.clock.now();
    let age_s = config.maximum_event_age_s.unwrap_or(DEFAULT_AGE_S);
    let next = match outcome {
        Ok(result) if result.function_error.is_none() => Next::Done,
        Ok(result) => {
            let message = String::from_utf8_lossy(&result.payload).into_owned();
            after_failure(event, now, &config, message)
        }
        Err(error) => after_refusal(event, now, age_s, &error),
    };
    (next, Some(resolved.version))
}

async fn config(lambda: &Lambda, target: &FunctionRef) -> EventInvokeConfig {
    let none = EventInvokeConfig {
        maximum_retry_attempts: None,
        maximum_event_age_s: None,
        last_modified: Timestamp::EPOCH,
    };
    let Ok(snapshot) = lambda.snapshot().await else { return none };
    let (account, region, name) = target.key();
    let key = (account, region, name, target.qualifier.clone().unwrap_or_default());
    EVENT_INVOKE_CONFIGS.get(&snapshot, key).await.ok().flatten().unwrap_or(none)
}

/// The function ran and failed: again after one minute, then after two.
fn after_failure(
    mut event: QueuedEvent,
    now: Timestamp,
    config: &EventInvokeConfig,
    message: String,
) -> Next {
    event.failures += 1;
    let retries = config.maximum_retry_attempts.unwrap_or(DEFAULT_RETRIES);
    let age_s = config.maximum_event_age_s.unwrap_or(DEFAULT_AGE_S);
    if event.failures > retries {
        return Next::GiveUp { event, code: "200".to_owned(), message };
    }
    let after = Duration::from_secs(60 * u64::from(event.failures));
    again(event, now, after, age_s)
}

/// The function was not reached: again with growing pauses.
fn after_refusal(mut event: QueuedEvent, now: Timestamp, age_s: u32, error: &ApiError) -> Next {
    let doublings = event.throttles.min(9);
    event.throttles += 1;
    let after = Duration::from_secs(1 << doublings).min(Duration::from_secs(300));
    match again(event, now, after, age_s) {
        Next::GiveUp { event, .. } => {
            Next::GiveUp { event, code: error.status.to_string(), message: error.message.clone() }
        }
        next => next,
    }
}

fn again(event: QueuedEvent, now: Timestamp, after: Duration, age_s: u32) -> Next {
    if (now + after).since(event.accepted) > Duration::from_secs(u64::from(age_s)) {
        return Next::GiveUp { event, code: "200".to_owned(), message: "The event is too old.".to_owned() };
    }
    Next::Again { after, event }
}

/// The raw event with the documented attributes, sent as the function's role.
async fn dead_letter(
    lambda: &Lambda,
    target: &FunctionRef,
    version: &FunctionVersion,
    event: &QueuedEvent,
    code: &str,
    message: &str,
) {
    let Some(queue) = &version.dead_letter_target else {
        tracing::warn!(function = %target.qualified_arn(), request = %event.request_id, "an event was given up; the function has no dead-letter queue");
        return;
    };
    let body = String::from_utf8_lossy(&STANDARD.decode(&event.payload).unwrap_or_default()).into_owned();
    let attributes = [
        ("RequestID", event.request_id.clone()),
        ("ErrorCode", code.to_owned()),
        ("ErrorMessage", message.chars().take(1_024).collect()),
    ];
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let message = OutgoingMessage { body, attributes, ..OutgoingMessage::default() };
    let sent = async {
        let cx = lambda.role_context(target, version).await?;
        lambda.links()?.queues.send(&cx, queue, vec![message]).await
    };
    if let Err(error) = sent.await {
        tracing::error!(function = %target.qualified_arn(), %queue, %error, "the dead-letter queue refused an event");
    }
}

impl Lambda {
    /// Acting as the execution role of a version.
    pub(crate) async fn role_context(
        &self,
        target: &FunctionRef,
        version: &FunctionVersion,
    ) -> Result<RequestContext, ApiError> {
        let links = self.links()?;
        let session =
            links.roles.assume_for_service(&version.role, &target.name, "lambda.amazonaws.com").await?;
        Ok(self.context(target, session.principal, links))
    }

    fn context(&self, target: &FunctionRef, principal: Principal, links: &crate::Links) -> RequestContext {
        RequestContext::new(
            principal,
            target.account.clone(),
            target.region.clone(),
            self.0.ids.uuid(),
            self.0.clock.now(),
            RequestSource::default(),
            links.authorizer.clone(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> QueuedEvent {
        QueuedEvent {
            account: "123456789012".into(),
            region: "us-east-1".into(),
            function: "f".into(),
            qualifier: None,
            request_id: "r".into(),
            trace_header: None,
            payload: String::new(),
            accepted: Timestamp::from_secs(1_000),
            failures: 0,
            throttles: 0,
            details: serde_json::Map::new(),
        }
    }

    fn limits(retries: Option<u32>, age_s: Option<u32>) -> EventInvokeConfig {
        EventInvokeConfig {
            maximum_retry_attempts: retries,
            maximum_event_age_s: age_s,
            last_modified: Timestamp::EPOCH,
        }
    }

    fn seconds(next: &Next) -> Option<u64> {
        match next {
            Next::Again { after, .. } => Some(after.as_secs()),
            Next::Done | Next::GiveUp { .. } => None,
        }
    }

    #[test]
    fn a_failing_function_is_tried_after_one_and_two_minutes_then_given_up() {
        let now = Timestamp::from_secs(1_001);
        let first = after_failure(event(), now, &limits(None, None), String::new());
        assert_eq!(seconds(&first), Some(60));
        let Next::Again { event, .. } = first else { panic!() };
        let second = after_failure(event, now, &limits(None, None), String::new());
        assert_eq!(seconds(&second), Some(120));
        let Next::Again { event, .. } = second else { panic!() };
        assert!(
            matches!(after_failure(event, now, &limits(None, None), "e".into()), Next::GiveUp { message, .. } if message == "e")
        );
        assert!(matches!(
            after_failure(super::tests::event(), now, &limits(Some(0), None), String::new()),
            Next::GiveUp { .. }
        ));
    }

    #[test]
    fn throttles_back_off_up_to_five_minutes_within_the_events_age() {
        let now = Timestamp::from_secs(1_001);
        let error = ApiError::new("TooManyRequestsException", 429, "Rate Exceeded.");
        let mut event = event();
        let mut pauses = Vec::new();
        for _ in 0..11 {
            let Next::Again { after, event: next } = after_refusal(event, now, 21_600, &error) else {
                panic!()
            };
            pauses.push(after.as_secs());
            event = next;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(event.failures, 0, "a throttle is no failure of the function");
        assert!(matches!(after_refusal(event, now, 60, &error), Next::GiveUp { code, .. } if code == "429"));
    }
}
