//! Sending to and consuming from queues (SQS) inside the platform.

use std::time::Duration;

use indexmap::IndexMap;
use wire_codec::ApiError;

use crate::{BoxFuture, RequestContext};

/// A message to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingMessage {
    pub body: String,
    /// Attribute name to string value (data type `String`).
    pub attributes: IndexMap<String, String>,
    /// FIFO queues only.
    pub group_id: Option<String>,
    /// FIFO queues only.
    pub deduplication_id: Option<String>,
}

/// A received message, in the form in which an event source mapping hands it to a function.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedMessage {
    pub message_id: String,
    pub receipt_handle: String,
    pub body: String,
    pub md5_of_body: String,
    /// System attributes by name (`ApproximateReceiveCount`, `SentTimestamp`, ...).
    pub attributes: IndexMap<String, String>,
    /// The message's own attributes, in the event's JSON form: name -> {stringValue, binaryValue, dataType, ...}.
    pub message_attributes: serde_json::Map<String, serde_json::Value>,
    /// MD5 of the message attributes, where there are any.
    pub md5_of_message_attributes: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFacts {
    pub visibility_timeout: Duration,
    pub is_fifo: bool,
}

/// Implemented by SQS. Each call authorizes its action for the context's principal.
pub trait QueueClient: Send + Sync {
    fn describe<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
    ) -> BoxFuture<'a, Result<QueueFacts, ApiError>>;

    /// Durable when it returns; all or nothing.
    fn send<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
        messages: Vec<OutgoingMessage>,
    ) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Waits at most `wait` for the first message, woken by its arrival. At most `max` messages (any number up to 10,000).
    fn receive<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
        max: usize,
        wait: Duration,
    ) -> BoxFuture<'a, Result<Vec<ReceivedMessage>, ApiError>>;

    fn delete<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
        receipt_handles: Vec<String>,
    ) -> BoxFuture<'a, Result<(), ApiError>>;

    /// Makes messages visible again after `timeout` (zero: now).
    fn change_visibility<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
        receipt_handles: Vec<String>,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<(), ApiError>>;
}
