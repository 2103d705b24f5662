//! Queues and messages.

use bytes::Bytes;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use base_time::Timestamp;

/// A queue as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// Names its messages' rows; a queue made again under the same name has another.
    pub id: u64,
    pub settings: Settings,
    #[serde(default)]
    pub tags: IndexMap<String, String>,
    /// Policy statements as AddPermission and the `Policy` attribute set them.
    pub policy: Option<Value>,
    pub created: Timestamp,
    pub modified: Timestamp,
    pub purged: Option<Timestamp>,
}

/// What the attributes set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub delay_s: u32,
    pub maximum_message_size_bytes: u32,
    pub retention_s: u32,
    pub receive_wait_s: u32,
    pub visibility_timeout_s: u32,
    pub redrive: Option<RedrivePolicy>,
    pub redrive_allow: Option<Value>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            delay_s: 0,
            maximum_message_size_bytes: 1_048_576,
            retention_s: 345_600,
            receive_wait_s: 0,
            visibility_timeout_s: 30,
            redrive: None,
            redrive_allow: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedrivePolicy {
    pub dead_letter_target_arn: String,
    pub max_receive_count: u32,
}

/// A user's attribute of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// `String`, `Number`, `Binary`, each possibly with a custom suffix.
    pub data_type: String,
    pub value: AttributeValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    Text(String),
    Binary(Bytes),
}

/// A message as it is stored; never changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// A UUID; kept when the message moves to a dead-letter queue.
    pub id: String,
    pub body: String,
    pub attributes: IndexMap<String, Attribute>,
    pub sent: Timestamp,
    pub sender_id: String,
    pub trace_header: Option<String>,
    pub group_id: Option<String>,
    /// The queue it came from by redrive.
    pub dead_letter_source: Option<String>,
    /// Receives in the queues it came from: the count goes on.
    pub earlier_receives: u32,
    /// When it was first received, where it came from by redrive.
    pub first_received: Option<Timestamp>,
}

/// Where a message stands; moved with each receive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeaseRow {
    /// 0: never received.
    pub receive_count: u32,
    pub first_received: Timestamp,
}
