//! Groups, streams and events as they are stored.

use base_time::Timestamp;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use store_table::{DecodeError, First, JsonRecord, Record};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Names its rows; a group made again under the same name has another.
    pub id: u64,
    pub created: Timestamp,
    pub retention_days: Option<u32>,
    #[serde(default)]
    pub tags: IndexMap<String, String>,
    #[serde(default)]
    pub is_protected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    pub id: u64,
    pub created: Timestamp,
    pub first_event: Option<Timestamp>,
    pub last_event: Option<Timestamp>,
    pub last_ingestion: Option<Timestamp>,
}

/// One event; its time and arrival number are in the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub stream_id: u64,
    pub ingested: Timestamp,
    pub message: String,
}

macro_rules! json_record {
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

json_record!(Group, Stream);

impl Record for Event {
    const VERSION: u8 = 1;
    type Previous = First;

    fn migrate(previous: First) -> Self {
        match previous {}
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), String> {
        out.extend_from_slice(&self.stream_id.to_be_bytes());
        out.extend_from_slice(&self.ingested.as_millis().to_be_bytes());
        out.extend_from_slice(self.message.as_bytes());
        Ok(())
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let short = || DecodeError::value("it ends early");
        let (stream_id, rest) = bytes.split_first_chunk().ok_or_else(short)?;
        let (ingested, message) = rest.split_first_chunk().ok_or_else(short)?;
        Ok(Self {
            stream_id: u64::from_be_bytes(*stream_id),
            ingested: Timestamp::from_millis(i64::from_be_bytes(*ingested)),
            message: String::from_utf8(message.to_vec()).map_err(DecodeError::value)?,
        })
    }
}
