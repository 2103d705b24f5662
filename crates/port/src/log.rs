//! Writing log events from inside the platform (functions' output, access logs).

use base_time::Timestamp;
use wire_codec::ApiError;

use crate::BoxFuture;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    pub time: Timestamp,
    /// At most 1 MB of UTF-8 (CloudWatch Logs quotas).
    pub message: String,
}

/// Implemented by CloudWatch Logs. Makes the group and the stream where they don't exist.
pub trait LogSink: Send + Sync {
    fn append<'a>(
        &'a self,
        account: &'a str,
        region: &'a str,
        group: &'a str,
        stream: &'a str,
        events: Vec<LogEvent>,
    ) -> BoxFuture<'a, Result<(), ApiError>>;
}
