//! Queues for the rest of the platform.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use port::{BoxFuture, OutgoingMessage, QueueClient, QueueFacts, ReceivedMessage, RequestContext};
use serde_json::{Map, Value, json};
use wire_codec::ApiError;

use api_sqs::types::MessageAttributeValue;

use crate::entry::Entry;
use crate::error;
use crate::find::{Found, key_of_arn};
use crate::model::{Attribute, AttributeValue};
use crate::queue::{ReceiveRequest, Received};
use crate::wanted::system_attributes;
use crate::{Sqs, digest};

impl Sqs {
    async fn find_arn(&self, cx: &RequestContext, action: &str, arn: &str) -> Result<Found, ApiError> {
        let key = key_of_arn(arn).ok_or_else(error::no_queue)?;
        self.find_key(cx, action, key).await
    }
}

impl QueueClient for Sqs {
    fn describe<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
    ) -> BoxFuture<'a, Result<QueueFacts, ApiError>> {
        Box::pin(async move {
            let found = self.find_arn(cx, "GetQueueAttributes", queue_arn).await?;
            let visibility_s = u64::from(found.queue.settings.visibility_timeout_s);
            Ok(QueueFacts { visibility_timeout: Duration::from_secs(visibility_s), is_fifo: false })
        })
    }

    fn send<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
        messages: Vec<OutgoingMessage>,
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async move {
            let found = self.find_arn(cx, "SendMessage", queue_arn).await?;
            let outgoing: Result<Vec<_>, _> =
                messages.into_iter().map(|message| entry(message).outgoing(self, cx, &found)).collect();
            self.live(&found.queue).await?.send(&outgoing?).await
        })
    }

    fn receive<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
        max: usize,
        wait: Duration,
    ) -> BoxFuture<'a, Result<Vec<ReceivedMessage>, ApiError>> {
        Box::pin(async move {
            let found = self.find_arn(cx, "ReceiveMessage", queue_arn).await?;
            let visibility = Duration::from_secs(u64::from(found.queue.settings.visibility_timeout_s));
            let request = ReceiveRequest { max, visibility, wait, redrive: self.redrive(&found).await? };
            let received = self.live(&found.queue).await?.receive(&request).await?;
            Ok(received.into_iter().map(shown).collect())
        })
    }

    fn delete<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
        receipt_handles: Vec<String>,
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async move {
            let found = self.find_arn(cx, "DeleteMessage", queue_arn).await?;
            for handle in receipt_handles {
                self.delete_received(&found.queue, &handle).await?;
            }
            Ok(())
        })
    }

    fn change_visibility<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
        receipt_handles: Vec<String>,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async move {
            let found = self.find_arn(cx, "ChangeMessageVisibility", queue_arn).await?;
            let timeout_s = i32::try_from(timeout.as_secs()).unwrap_or(i32::MAX);
            for handle in receipt_handles {
                Self::change_visibility(self, &found.queue, &handle, timeout_s).await?;
            }
            Ok(())
        })
    }
}

fn entry(message: OutgoingMessage) -> Entry {
    let attribute = |value: String| MessageAttributeValue {
        data_type: "String".to_owned(),
        string_value: Some(value),
        ..MessageAttributeValue::default()
    };
    Entry {
        body: message.body,
        delay_s: None,
        attributes: Some(
            message.attributes.into_iter().map(|(name, value)| (name, attribute(value))).collect(),
        ),
        system_attributes: None,
        deduplication_id: message.deduplication_id,
        group_id: message.group_id,
    }
}

fn shown(received: Received) -> ReceivedMessage {
    let attributes = system_attributes(&received);
    let message = received.message;
    let message_attributes: Map<String, Value> =
        message.attributes.iter().map(|(name, value)| (name.clone(), event_attribute(value))).collect();
    ReceivedMessage {
        message_id: message.id,
        receipt_handle: received.receipt.to_handle(),
        md5_of_body: digest::of_body(&message.body),
        md5_of_message_attributes: digest::of_attributes(&message.attributes),
        body: message.body,
        attributes,
        message_attributes,
    }
}

/// As events carry it (Lambda Developer Guide, "Using Lambda with Amazon SQS").
fn event_attribute(attribute: &Attribute) -> Value {
    let mut shown =
        json!({ "stringListValues": [], "binaryListValues": [], "dataType": attribute.data_type });
    match &attribute.value {
        AttributeValue::Text(text) => shown["stringValue"] = json!(text),
        AttributeValue::Binary(bytes) => shown["binaryValue"] = json!(STANDARD.encode(bytes)),
    }
    shown
}
