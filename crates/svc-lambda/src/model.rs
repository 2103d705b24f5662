//! Functions, versions, aliases, mappings and layers as they are stored.

use base_time::Timestamp;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store_table::{First, JsonRecord};

/// A function: its changeable version and what all its versions share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    pub latest: FunctionVersion,
    /// The number the next published version gets.
    pub next_version: u64,
    /// The newest published version, as long as it exists.
    pub last_published: Option<u64>,
    #[serde(default)]
    pub tags: IndexMap<String, String>,
    /// Reserved concurrency: guarantee and cap.
    #[serde(default)]
    pub reserved_concurrency: Option<u32>,
}

/// One version: `$LATEST` or a published, immutable one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionVersion {
    /// `$LATEST` or a number.
    pub version: String,
    pub description: String,
    pub runtime: String,
    pub role: String,
    pub handler: String,
    pub timeout_s: u32,
    pub memory_mb: u32,
    pub ephemeral_storage_mb: u32,
    pub environment: IndexMap<String, String>,
    /// Layer version ARNs, in order.
    pub layers: Vec<LayerUse>,
    pub architecture: String,
    /// `PassThrough` or `Active`.
    pub tracing_mode: String,
    pub dead_letter_target: Option<String>,
    pub log_group: Option<String>,
    pub code: Code,
    pub last_modified: Timestamp,
    pub revision_id: String,
}

/// An archive in the code store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Code {
    /// Lower-case hexadecimal; names the archive.
    pub sha256_hex: String,
    pub size_bytes: u64,
    pub unpacked_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerUse {
    pub arn: String,
    pub code: Code,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    pub version: String,
    pub description: String,
    /// Further version and its share of the invokes, 0 to 1.
    pub routing: Vec<(String, f64)>,
    pub revision_id: String,
}

/// The resource policy of a function or one of its qualifiers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// By statement id.
    pub statements: IndexMap<String, Value>,
    pub revision_id: String,
}

impl Policy {
    pub fn document(&self) -> String {
        let statements: Vec<&Value> = self.statements.values().collect();
        serde_json::json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements }).to_string()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    pub code: Code,
    pub description: String,
    pub license: Option<String>,
    pub compatible_runtimes: Vec<String>,
    pub compatible_architectures: Vec<String>,
    pub created: Timestamp,
}

/// How asynchronous invokes of a function or qualifier are retried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventInvokeConfig {
    pub maximum_retry_attempts: Option<u32>,
    pub maximum_event_age_s: Option<u32>,
    pub last_modified: Timestamp,
}

/// What an event source mapping is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MappingState {
    Enabled,
    Disabled,
}

impl MappingState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventSourceMapping {
    pub account: String,
    pub region: String,
    pub event_source_arn: String,
    pub function: String,
    pub qualifier: Option<String>,
    pub state: MappingState,
    pub batch_size: u32,
    pub batching_window_s: u32,
    pub reports_batch_item_failures: bool,
    pub maximum_concurrency: Option<u32>,
    pub last_modified: Timestamp,
    pub tags: IndexMap<String, String>,
}

/// An accepted asynchronous invoke.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueuedEvent {
    pub account: String,
    pub region: String,
    pub function: String,
    pub qualifier: Option<String>,
    pub request_id: String,
    pub trace_header: Option<String>,
    /// Base 64.
    pub payload: String,
    pub accepted: Timestamp,
    /// Runs that failed in the function.
    pub failures: u32,
    /// Tries that did not reach the function (throttled, no capacity).
    pub throttles: u32,
    #[serde(default)]
    pub details: Map<String, Value>,
}

macro_rules! first_version {
    ($($record:ty),+) => {
        $(impl JsonRecord for $record {
            const VERSION: u8 = 1;
            type Previous = First;
            fn migrate(previous: First) -> Self {
                match previous {}
            }
        })+
    };
}

first_version!(
    Function,
    FunctionVersion,
    Alias,
    Policy,
    Layer,
    EventInvokeConfig,
    EventSourceMapping,
    QueuedEvent
);
