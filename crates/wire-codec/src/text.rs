//! Scalars as text: in headers, URIs, forms and XML.

use base_time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::reading::{ReadError, ReadResult, Reading};
use crate::schema::{Member, Schema, TimestampFormat};
use crate::value::{Slot, View};

/// Sets a scalar slot from its text.
pub(crate) fn set(
    slot: Slot<'_>,
    schema: &'static Schema,
    text: &str,
    default_format: TimestampFormat,
    reading: &mut Reading,
) -> ReadResult {
    match slot {
        Slot::Str(s) => text.clone_into(s),
        Slot::Enum(e) => {
            if !e.set(text) {
                reading.outside_enum(schema, text);
            }
        }
        Slot::Bool(b) => *b = boolean(text)?,
        Slot::Integer(i) => *i = text.trim().parse().map_err(|_| not_a(text, "Integer"))?,
        Slot::Long(i) => *i = text.trim().parse().map_err(|_| not_a(text, "Long"))?,
        Slot::Float(f) => *f = float(text)? as f32,
        Slot::Double(f) => *f = float(text)?,
        Slot::Blob(b) => *b = blob(text)?,
        Slot::Timestamp(t) => *t = timestamp(text.trim(), schema.timestamp_format.unwrap_or(default_format))?,
        Slot::Document(d) => *d = serde_json::Value::String(text.to_owned()),
        Slot::List(_) | Slot::Map(_) | Slot::Structure(_) | Slot::Body(_) | Slot::Events(_) => {
            return Err(not_a(text, schema.name));
        }
        Slot::Unknown => {}
    }
    Ok(())
}

fn not_a(text: &str, what: &str) -> ReadError {
    let shown: String = text.chars().take(64).collect();
    ReadError::new(format!("'{shown}' is not a valid {what}"))
}

fn boolean(text: &str) -> Result<bool, ReadError> {
    match text.trim() {
        t if t.eq_ignore_ascii_case("true") => Ok(true),
        t if t.eq_ignore_ascii_case("false") => Ok(false),
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(not_a(text, "Boolean")),
    }
}

/// Smithy's spelling of the special values, besides numbers.
pub(crate) fn float(text: &str) -> Result<f64, ReadError> {
    match text.trim() {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        t if t.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) => {
            t.parse().map_err(|_| not_a(text, "Double"))
        }
        _ => Err(not_a(text, "Double")),
    }
}

pub(crate) fn blob(text: &str) -> Result<Bytes, ReadError> {
    STANDARD
        .decode(text.trim())
        .map(Bytes::from)
        .map_err(|_| ReadError::new("Invalid base64 in a binary value"))
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn timestamp(text: &str, format: TimestampFormat) -> Result<Timestamp, ReadError> {
    let parsed = match format {
        TimestampFormat::DateTime => Timestamp::parse_rfc3339(text).ok(),
        TimestampFormat::HttpDate => Timestamp::parse_http_date(text).ok(),
        TimestampFormat::EpochSeconds => float(text).ok().and_then(epoch),
    };
    parsed.ok_or_else(|| not_a(text, "Timestamp"))
}

/// Seconds since 1970 within the calendar's years 0 to 9999.
pub(crate) fn epoch(seconds: f64) -> Option<Timestamp> {
    (-62_167_219_200.0..253_402_300_800.0).contains(&seconds).then(|| Timestamp::from_secs_f64(seconds))
}

/// The text of a scalar; `None` for what has none.
pub(crate) fn of(
    view: View<'_>,
    member: &Member,
    default_format: TimestampFormat,
    s3: bool,
) -> Option<String> {
    Some(match view {
        View::Str(s) => s.to_owned(),
        View::Bool(b) => b.to_string(),
        View::Int(i) => i.to_string(),
        View::Float(f) => of_f32(f),
        View::Double(f) => of_f64(f),
        View::Blob(b) => base64(b),
        View::Timestamp(t) => of_timestamp(t, member.timestamp_format(default_format), s3),
        _ => return None,
    })
}

/// `s3`: date-times always have milliseconds.
pub(crate) fn of_timestamp(t: Timestamp, format: TimestampFormat, s3: bool) -> String {
    match format {
        TimestampFormat::DateTime if s3 => t.to_rfc3339_millis(),
        TimestampFormat::DateTime => t.to_rfc3339(),
        TimestampFormat::HttpDate => t.to_http_date(),
        TimestampFormat::EpochSeconds => of_epoch(t),
    }
}

/// Seconds, with a fraction only where there is one.
pub(crate) fn of_epoch(t: Timestamp) -> String {
    let ms = t.as_millis();
    if ms % 1000 == 0 { (ms / 1000).to_string() } else { of_f64(t.as_secs_f64()) }
}

pub(crate) fn of_f64(f: f64) -> String {
    special(f).map_or_else(|| ryu::Buffer::new().format_finite(f).to_owned(), str::to_owned)
}

pub(crate) fn of_f32(f: f32) -> String {
    special(f64::from(f)).map_or_else(|| ryu::Buffer::new().format_finite(f).to_owned(), str::to_owned)
}

/// Smithy's spelling of what JSON numbers cannot say.
pub(crate) fn special(f: f64) -> Option<&'static str> {
    if f.is_nan() {
        Some("NaN")
    } else if f.is_infinite() {
        Some(if f > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        None
    }
}
