//! What Lambda stores, with the key layouts. Names sort by their bytes, version numbers by value.

use base_time::Timestamp;
use store_table::{Table, TableId};

use crate::model::{
    Alias, EventInvokeConfig, EventSourceMapping, Function, FunctionVersion, Layer, Policy, QueuedEvent,
};

const SERVICE: u8 = 4;

/// (account, region, name)
pub type FunctionKey = (String, String, String);

/// (account, region, name) -> the function with its `$LATEST`
pub const FUNCTIONS: Table<FunctionKey, Function> = Table::new(TableId::rows(SERVICE, 1));

/// (account, region, name, version number) -> a published version
pub const VERSIONS: Table<(String, String, String, u64), FunctionVersion> =
    Table::new(TableId::rows(SERVICE, 2));

/// (account, region, name, alias)
pub const ALIASES: Table<(String, String, String, String), Alias> = Table::new(TableId::rows(SERVICE, 3));

/// (account, region, name, qualifier or "") -> resource policy
pub const POLICIES: Table<(String, String, String, String), Policy> = Table::new(TableId::rows(SERVICE, 4));

/// (account, region, UUID)
pub const MAPPINGS: Table<(String, String, String), EventSourceMapping> =
    Table::new(TableId::rows(SERVICE, 5));

/// (account, region, layer name, version number)
pub const LAYERS: Table<(String, String, String, u64), Layer> = Table::new(TableId::rows(SERVICE, 6));

/// (account, region, name, qualifier or "")
pub const EVENT_INVOKE_CONFIGS: Table<(String, String, String, String), EventInvokeConfig> =
    Table::new(TableId::rows(SERVICE, 7));

/// (account, region, layer name) -> the number the next version gets; numbers are never used again
pub const LAYER_COUNTERS: Table<(String, String, String), LayerCounter> =
    Table::new(TableId::rows(SERVICE, 8));

/// (due, random number) -> an asynchronous invoke that waits
pub const EVENTS: Table<(Timestamp, u64), QueuedEvent> = Table::new(TableId::log(SERVICE, 9));

/// The next number of a layer's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LayerCounter {
    pub next_version: u64,
}

impl store_table::JsonRecord for LayerCounter {
    const VERSION: u8 = 1;
    type Previous = store_table::First;
    fn migrate(previous: store_table::First) -> Self {
        match previous {}
    }
}
