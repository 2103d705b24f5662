//! A received message with the attributes that were asked for.

use api_sqs::types::{Message as Shown, MessageAttributeValue, ReceiveMessageInput};
use indexmap::IndexMap;
use wire_codec::EnumValue;

use crate::digest;
use crate::model::{Attribute, AttributeValue};
use crate::queue::Received;

/// Which attributes a receiver wants.
pub struct Wanted {
    system: Vec<String>,
    user: Vec<String>,
}

impl Wanted {
    pub fn of(input: &ReceiveMessageInput) -> Self {
        let old = input.attribute_names.iter().flatten().map(|name| name.as_str().to_owned());
        let new = input.message_system_attribute_names.iter().flatten().map(|name| name.as_str().to_owned());
        Self {
            system: old.chain(new).collect(),
            user: input.message_attribute_names.clone().unwrap_or_default(),
        }
    }

    pub fn message(&self, received: Received) -> Shown {
        let system = system_attributes(&received);
        let all = self.system.iter().any(|name| name == "All");
        let system: IndexMap<_, _> =
            system.into_iter().filter(|(name, _)| all || self.system.iter().any(|n| n == name)).collect();
        let user: IndexMap<_, _> =
            received.message.attributes.into_iter().filter(|(name, _)| self.wants(name)).collect();
        let shown: IndexMap<_, _> = user.iter().map(|(name, value)| (name.clone(), shown(value))).collect();
        Shown {
            message_id: Some(received.message.id),
            receipt_handle: Some(received.receipt.to_handle()),
            md5_of_body: Some(digest::of_body(&received.message.body)),
            body: Some(received.message.body),
            attributes: (!system.is_empty()).then_some(system),
            md5_of_message_attributes: digest::of_attributes(&user),
            message_attributes: (!shown.is_empty()).then_some(shown),
        }
    }

    /// `All`, `.*`, a name, or a prefix with `.*`.
    fn wants(&self, name: &str) -> bool {
        self.user.iter().any(|wanted| match wanted.strip_suffix(".*") {
            Some(prefix) => name.starts_with(prefix),
            None => wanted == "All" || wanted == name,
        })
    }
}

/// System attributes by name, in AWS's words.
pub fn system_attributes(received: &Received) -> IndexMap<String, String> {
    let message = &received.message;
    let mut all: IndexMap<String, String> = [
        ("ApproximateReceiveCount", (message.earlier_receives + received.receive_count).to_string()),
        ("SentTimestamp", message.sent.as_millis().to_string()),
        ("SenderId", message.sender_id.clone()),
        ("ApproximateFirstReceiveTimestamp", received.first_received.as_millis().to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let optional = [
        ("AWSTraceHeader", &message.trace_header),
        ("MessageGroupId", &message.group_id),
        ("DeadLetterQueueSourceArn", &message.dead_letter_source),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            all.insert(name.to_owned(), value.clone());
        }
    }
    all
}

fn shown(attribute: &Attribute) -> MessageAttributeValue {
    let (string_value, binary_value) = match &attribute.value {
        AttributeValue::Text(text) => (Some(text.clone()), None),
        AttributeValue::Binary(bytes) => (None, Some(bytes.clone())),
    };
    MessageAttributeValue {
        string_value,
        binary_value,
        data_type: attribute.data_type.clone(),
        ..MessageAttributeValue::default()
    }
}
