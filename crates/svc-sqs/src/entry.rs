//! A message as a caller sends it, alone or in a batch.

use std::time::Duration;

use api_sqs::types::{MessageAttributeValue, MessageSystemAttributeValue};
use indexmap::IndexMap;
use port::{Principal, RequestContext};
use wire_codec::ApiError;

use crate::check::{self, MAX_DELAY_S};
use crate::error::invalid_parameter;
use crate::find::Found;
use crate::model::{Attribute, AttributeValue, Message};
use crate::queue::Outgoing;
use crate::{Sqs, digest};

const TRACE: &str = "AWSTraceHeader";

pub struct Entry {
    pub body: String,
    pub delay_s: Option<i32>,
    pub attributes: Option<IndexMap<String, MessageAttributeValue>>,
    pub system_attributes: Option<IndexMap<String, MessageSystemAttributeValue>>,
    pub deduplication_id: Option<String>,
    pub group_id: Option<String>,
}

impl Entry {
    /// Checked and with an id, ready to be kept.
    pub fn outgoing(self, sqs: &Sqs, cx: &RequestContext, found: &Found) -> Result<Outgoing, ApiError> {
        check::body(&self.body)?;
        if self.deduplication_id.is_some() {
            return Err(invalid_parameter(
                "The request include parameter MessageDeduplicationId which is not valid for this queue type",
            ));
        }
        let attributes = check::attributes(self.attributes)?;
        let limit = found.queue.settings.maximum_message_size_bytes as usize;
        if check::size(&self.body, &attributes) > limit {
            return Err(invalid_parameter(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes."
            )));
        }
        let delay_s = match self.delay_s {
            Some(asked) => check::seconds("DelaySeconds", asked, MAX_DELAY_S)?,
            None => found.queue.settings.delay_s,
        };
        let message = Message {
            id: sqs.0.ids.uuid(),
            body: self.body,
            attributes,
            sent: cx.time(),
            sender_id: sender_id(cx),
            trace_header: trace_header(self.system_attributes)?,
            group_id: self.group_id,
            dead_letter_source: None,
            earlier_receives: 0,
            first_received: None,
        };
        Ok(Outgoing { message, delay: Duration::from_secs(u64::from(delay_s)) })
    }
}

fn sender_id(cx: &RequestContext) -> String {
    match cx.principal() {
        Principal::Root { account } => account.clone(),
        Principal::User { id, .. } | Principal::AssumedRole { id, .. } => id.clone(),
        Principal::Service { name, .. } => name.clone(),
        Principal::Anonymous => "anonymous".to_owned(),
    }
}

fn trace_header(
    asked: Option<IndexMap<String, MessageSystemAttributeValue>>,
) -> Result<Option<String>, ApiError> {
    let mut found = None;
    for (name, value) in asked.unwrap_or_default() {
        if name != TRACE {
            return Err(invalid_parameter(format!("Message system attribute name '{name}' is invalid.")));
        }
        check::no_lists(value.string_list_values.is_some() || value.binary_list_values.is_some())?;
        if value.data_type != "String" || value.string_value.is_none() {
            return Err(invalid_parameter(format!(
                "The message system attribute '{TRACE}' must be a String."
            )));
        }
        found = value.string_value;
    }
    Ok(found)
}

/// What the sender is told.
pub struct Sent {
    pub message_id: String,
    pub md5_of_body: String,
    pub md5_of_attributes: Option<String>,
    pub md5_of_system_attributes: Option<String>,
}

impl Sent {
    pub fn of(outgoing: &Outgoing) -> Self {
        let message = &outgoing.message;
        let system = message.trace_header.iter().map(|header| {
            let value = AttributeValue::Text(header.clone());
            (TRACE.to_owned(), Attribute { data_type: "String".to_owned(), value })
        });
        Self {
            message_id: message.id.clone(),
            md5_of_body: digest::of_body(&message.body),
            md5_of_attributes: digest::of_attributes(&message.attributes),
            md5_of_system_attributes: digest::of_attributes(&system.collect()),
        }
    }
}
