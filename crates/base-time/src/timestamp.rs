//! A point in time and its text forms (Smithy 2.0, `timestampFormat` trait).

use std::fmt;
use std::time::Duration;

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z; negative before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// The text is not a timestamp of the expected form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimestampError;

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a timestamp")
    }
}

impl std::error::Error for ParseTimestampError {}

impl Timestamp {
    pub const EPOCH: Self = Self(0);

    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Seconds with the millisecond fraction, as AWS's JSON protocols write it.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// From seconds with a fraction; the fraction below a millisecond is rounded. Out of range saturates.
    pub fn from_secs_f64(secs: f64) -> Self {
        Self((secs * 1000.0).round() as i64)
    }

    /// Time from `earlier` to `self`; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0).max(0) as u64)
    }

    /// `2026-11-25T03:11:50Z`, with `.123` only where milliseconds are not zero (Smithy `date-time`).
    pub fn to_rfc3339(self) -> String {
        let ms = self.0.rem_euclid(1000);
        let base = self.format("%Y-%m-%dT%H:%M:%S");
        if ms == 0 { format!("{base}Z") } else { format!("{base}.{ms:03}Z") }
    }

    /// `2026-11-25T03:11:50.000Z`: always with milliseconds, as S3 writes it.
    pub fn to_rfc3339_millis(self) -> String {
        format!("{}.{:03}Z", self.format("%Y-%m-%dT%H:%M:%S"), self.0.rem_euclid(1000))
    }

    /// `Wed, 25 Nov 2026 03:11:50 GMT` (RFC 9110 IMF-fixdate; Smithy `http-date`).
    pub fn to_http_date(self) -> String {
        self.format("%a, %d %b %Y %H:%M:%S GMT")
    }

    /// `20261125T031150Z`, as SigV4 writes it.
    pub fn to_basic(self) -> String {
        self.format("%Y%m%dT%H%M%SZ")
    }

    /// Formats in UTC by strftime directives; the empty text if out of the calendar's range.
    pub fn format(self, directives: &str) -> String {
        let Ok(ts) = jiff::Timestamp::from_millisecond(self.0) else { return String::new() };
        strtime::format(directives, &ts.to_zoned_datetime(TimeZone::UTC)).unwrap_or_default()
    }

    /// Parses RFC 3339, with any offset.
    pub fn parse_rfc3339(text: &str) -> Result<Self, ParseTimestampError> {
        let ts: jiff::Timestamp = text.parse().map_err(|_| ParseTimestampError)?;
        Ok(Self(ts.as_millisecond()))
    }

    /// Parses an IMF-fixdate, with or without fractional seconds.
    pub fn parse_http_date(text: &str) -> Result<Self, ParseTimestampError> {
        let tm = strtime::parse("%a, %d %b %Y %H:%M:%S%.f GMT", text).map_err(|_| ParseTimestampError)?;
        let ts = tm
            .to_datetime()
            .and_then(|dt| dt.to_zoned_datetime(TimeZone::UTC))
            .map_err(|_| ParseTimestampError)?
            .timestamp();
        Ok(Self(ts.as_millisecond()))
    }

    /// Parses `20261125T031150Z`.
    pub fn parse_basic(text: &str) -> Result<Self, ParseTimestampError> {
        let tm = strtime::parse("%Y%m%dT%H%M%SZ", text).map_err(|_| ParseTimestampError)?;
        let ts = tm
            .to_datetime()
            .and_then(|dt| dt.to_zoned_datetime(TimeZone::UTC))
            .map_err(|_| ParseTimestampError)?
            .timestamp();
        Ok(Self(ts.as_millisecond()))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, d: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, d: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms_round_trip() {
        let t = Timestamp::from_millis(1_795_576_310_000);
        assert_eq!(Timestamp::parse_rfc3339(&t.to_rfc3339()), Ok(t));
        assert_eq!(Timestamp::parse_http_date(&t.to_http_date()), Ok(t));
        assert_eq!(Timestamp::parse_basic(&t.to_basic()), Ok(t));
    }

    #[test]
    fn known_instants_are_written_as_aws_writes_them() {
        let t = Timestamp::from_millis(1_440_938_160_000);
        assert_eq!(t.to_rfc3339(), "2015-08-30T12:36:00Z");
        assert_eq!(t.to_rfc3339_millis(), "2015-08-30T12:36:00.000Z");
        assert_eq!(t.to_http_date(), "Sun, 30 Aug 2015 12:36:00 GMT");
        assert_eq!(t.to_basic(), "20150830T123600Z");
    }

    #[test]
    fn garbage_is_refused() {
        assert!(Timestamp::parse_rfc3339("yesterday").is_err());
        assert!(Timestamp::parse_basic("2015-08-30").is_err());
        assert!(Timestamp::parse_http_date("").is_err());
    }
}
