//! One event source mapping's poller: receives messages as the function's role, runs the function with each batch,
//! deletes what it processed (Lambda Developer Guide, "Using Lambda with Amazon SQS").

use std::sync::Arc;
use std::time::Duration;

use port::{QueueClient, ReceivedMessage, RequestContext};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use wire_codec::ApiError;

use super::batch;
use crate::Lambda;
use crate::error;
use crate::model::{EventSourceMapping, FunctionVersion};
use crate::names::FunctionRef;
use crate::ops::invoke::{Call, execute};

/// Long polling, woken by arrival.
const WAIT: Duration = Duration::from_secs(20);
/// Pause after the queue, the role or the function refused; doubles up to the second.
const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MOST: Duration = Duration::from_secs(30);
/// Concurrent batches at first, one more every `GROWTH` while all are busy: 300 a minute.
const CONCURRENCY_FIRST: usize = 5;
const CONCURRENCY_MOST: usize = 1_000;
const GROWTH: Duration = Duration::from_millis(200);

pub struct Poller {
    lambda: Lambda,
    uuid: String,
    row: EventSourceMapping,
    target: FunctionRef,
    stop: CancellationToken,
    places: Arc<Semaphore>,
    place_limit: usize,
    place_count: usize,
}

impl Poller {
    pub fn new(lambda: Lambda, uuid: String, row: EventSourceMapping, stop: CancellationToken) -> Self {
        let target = FunctionRef {
            account: row.account.clone(),
            region: row.region.clone(),
            name: row.function.clone(),
            qualifier: row.qualifier.clone(),
        };
        let place_limit = row.maximum_concurrency.map_or(CONCURRENCY_MOST, |n| n as usize);
        let place_count = place_limit.min(CONCURRENCY_FIRST);
        let places = Arc::new(Semaphore::new(place_count));
        Self { lambda, uuid, row, target, stop, places, place_limit, place_count }
    }

    /// Polls until stopped; batches in flight finish by themselves.
    pub async fn run(mut self) {
        let mut pause = PAUSE_FIRST;
        while !self.stop.is_cancelled() {
            match self.turn().await {
                Ok(()) => pause = PAUSE_FIRST,
                Err(error) => {
                    let result = format!("PROBLEM: {}", error.message);
                    self.lambda.0.pollers.record(&self.uuid, &result);
                    tracing::warn!(mapping = %self.uuid, queue = %self.row.event_source_arn, %error, "polling failed");
                    self.rest(pause).await;
                    pause = (pause * 2).min(PAUSE_MOST);
                }
            }
        }
    }

    async fn turn(&mut self) -> Result<(), ApiError> {
        let Some(place) = self.place().await else { return Ok(()) };
        let snapshot = self.lambda.snapshot().await?;
        let version = self.lambda.resolve(&snapshot, &self.target).await?.version;
        drop(snapshot);
        let cx = self.lambda.role_context(&self.target, &version).await?;
        let queues = self.lambda.links()?.queues.clone();
        let messages = tokio::select! {
            () = self.stop.cancelled() => return Ok(()),
            messages = self.gather(&cx, queues.as_ref()) => messages?,
        };
        if messages.is_empty() {
            return Ok(());
        }
        let batch = Batch {
            lambda: self.lambda.clone(),
            uuid: self.uuid.clone(),
            row: self.row.clone(),
            target: self.target.clone(),
            queues,
            cx,
        };
        self.lambda.0.tasks.spawn(async move {
            batch.process(messages).await;
            drop(place);
        });
        Ok(())
    }

    /// A place for one more batch; while all are busy their number grows.
    async fn place(&mut self) -> Option<OwnedSemaphorePermit> {
        loop {
            let free = self.places.clone().acquire_owned();
            let can_grow = self.place_count < self.place_limit;
            tokio::select! {
                () = self.stop.cancelled() => return None,
                place = free => return place.ok(),
                () = self.lambda.0.clock.sleep(GROWTH), if can_grow => {
                    self.place_count += 1;
                    self.places.add_permits(1);
                }
            }
        }
    }

    /// A batch: what is there, or what comes within the batching window.
    async fn gather(
        &self,
        cx: &RequestContext,
        queues: &dyn QueueClient,
    ) -> Result<Vec<ReceivedMessage>, ApiError> {
        let max = self.row.batch_size as usize;
        let mut messages = queues.receive(cx, &self.row.event_source_arn, max, WAIT).await?;
        let clock = &self.lambda.0.clock;
        let end = clock.now() + Duration::from_secs(u64::from(self.row.batching_window_s));
        while !messages.is_empty() && messages.len() < max && clock.now() < end {
            let wait = end.since(clock.now()).min(WAIT);
            let more = queues.receive(cx, &self.row.event_source_arn, max - messages.len(), wait).await?;
            messages.extend(more);
        }
        Ok(messages)
    }

    async fn rest(&self, pause: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.lambda.0.clock.sleep(pause) => {}
        }
    }
}

/// What is needed to process one batch.
struct Batch {
    lambda: Lambda,
    uuid: String,
    row: EventSourceMapping,
    target: FunctionRef,
    queues: Arc<dyn QueueClient>,
    cx: RequestContext,
}

impl Batch {
    async fn process(&self, messages: Vec<ReceivedMessage>) {
        for part in batch::split(messages) {
            let result = match self.process_part(part).await {
                Ok(text) => text,
                Err(error) => format!("PROBLEM: {}", error.message),
            };
            self.lambda.0.pollers.record(&self.uuid, &result);
        }
    }

    /// Messages that stay become visible again after the queue's visibility timeout.
    async fn process_part(&self, messages: Vec<ReceivedMessage>) -> Result<String, ApiError> {
        let snapshot = self.lambda.snapshot().await?;
        let resolved = self.lambda.resolve(&snapshot, &self.target).await?;
        drop(snapshot);
        let call = Call {
            request_id: self.lambda.0.ids.uuid(),
            payload: batch::event(&self.row, &messages).into(),
            client_context: None,
            trace_header: None,
        };
        let result = execute(&self.lambda, &self.target, &resolved, call).await?;
        if result.function_error.is_some() {
            return Ok("PROBLEM: Function call failed".to_owned());
        }
        let done = batch::processed(&messages, &result.payload, self.row.reports_batch_item_failures);
        let all = done.len() == messages.len();
        if !done.is_empty() {
            self.queues.delete(&self.cx, &self.row.event_source_arn, done).await?;
        }
        Ok(if all { "OK" } else { "PROBLEM: Function reported batch item failures" }.to_owned())
    }
}

impl Lambda {
    /// The queue exists, the role may read it, and its visibility timeout is at least the function's timeout.
    pub(crate) async fn check_queue(
        &self,
        _cx: &RequestContext,
        queue_arn: &str,
        target: &FunctionRef,
        version: &FunctionVersion,
    ) -> Result<(), ApiError> {
        let role = self.role_context(target, version).await?;
        let facts = self.links()?.queues.describe(&role, queue_arn).await.map_err(|cause| {
            match cause.code.contains("NonExistentQueue") || cause.code.contains("QueueDoesNotExist") {
                true => error::invalid_parameter(format!(
                    "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: {}",
                    cause.message
                )),
                false => error::invalid_parameter(
                    "The function execution role does not have permissions to call ReceiveMessage on SQS",
                ),
            }
        })?;
        let timeout = Duration::from_secs(u64::from(version.timeout_s));
        if facts.visibility_timeout < timeout {
            return Err(error::invalid_parameter(format!(
                "Queue visibility timeout: {} seconds is less than Function timeout: {} seconds",
                facts.visibility_timeout.as_secs(),
                version.timeout_s
            )));
        }
        Ok(())
    }
}
