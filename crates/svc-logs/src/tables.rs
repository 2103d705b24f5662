//! What CloudWatch Logs stores, with the key layouts.

use base_time::Timestamp;
use store_table::{Table, TableId};

use crate::model::{Event, Group, Stream};

const SERVICE: u8 = 6;

/// (account, region, group name)
pub type GroupKey = (String, String, String);

pub const GROUPS: Table<GroupKey, Group> = Table::new(TableId::rows(SERVICE, 1));

/// (group id, stream name)
pub const STREAMS: Table<(u64, String), Stream> = Table::new(TableId::rows(SERVICE, 2));

/// (group id, time, arrival number)
pub const EVENTS: Table<(u64, Timestamp, u64), Event> = Table::new(TableId::log(SERVICE, 3));

/// (stream id, time, arrival number): the events of one stream
pub const STREAM_EVENTS: Table<(u64, Timestamp, u64), ()> = Table::new(TableId::log(SERVICE, 4));

/// (group id, stream id) -> stream name
pub const STREAM_NAMES: Table<(u64, u64), StreamName> = Table::new(TableId::rows(SERVICE, 5));

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StreamName(pub String);

impl store_table::JsonRecord for StreamName {
    const VERSION: u8 = 1;
    type Previous = store_table::First;
    fn migrate(previous: store_table::First) -> Self {
        match previous {}
    }
}
