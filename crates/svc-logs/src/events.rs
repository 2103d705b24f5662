//! Reading events in pages: of a group by time, of a stream in either direction.

use base_time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store_table::Cursor;
use wire_codec::ApiError;

use crate::error::invalid_parameter;

/// Events of one page (API reference: at most 10,000 or 1 MB).
pub const MAX_EVENTS: i32 = 10_000;
pub const MAX_BYTES: usize = 1 << 20;

/// A place between events: time and arrival number of the last one seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub time: Timestamp,
    pub number: u64,
}

/// The direction a GetLogEvents token goes on in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    Newer,
    Older,
}

impl Place {
    pub fn next(self) -> Self {
        match self.number.checked_add(1) {
            Some(number) => Self { number, ..self },
            None => Self { time: Timestamp::from_millis(self.time.as_millis() + 1), number: 0 },
        }
    }

    pub fn to_token(self) -> String {
        let mut bytes = self.time.as_millis().to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.number.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn of_token(token: &str) -> Result<Self, ApiError> {
        let bad = || invalid_parameter("The specified nextToken is invalid.");
        let bytes: [u8; 16] =
            URL_SAFE_NO_PAD.decode(token).ok().and_then(|b| b.try_into().ok()).ok_or_else(bad)?;
        let (time, number) = bytes.split_first_chunk::<8>().ok_or_else(bad)?;
        Ok(Self {
            time: Timestamp::from_millis(i64::from_be_bytes(*time)),
            number: u64::from_be_bytes(number.try_into().map_err(|_| bad())?),
        })
    }

    /// A 56-digit number as AWS's event ids are, unique in the group.
    pub fn event_id(self) -> String {
        format!("{:020}{:036}", self.time.as_millis().max(0), self.number)
    }
}

/// A listing's token.
pub fn token_of(cursor: &Cursor) -> String {
    URL_SAFE_NO_PAD.encode(cursor.as_bytes())
}

pub fn cursor_of(token: &str) -> Result<Cursor, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(token);
    bytes.map(Cursor::from_bytes).map_err(|_| invalid_parameter("The specified nextToken is invalid."))
}

/// `f/…` and `b/…`, as GetLogEvents' tokens begin.
pub fn stream_token(toward: Toward, place: Place) -> String {
    let letter = if toward == Toward::Newer { 'f' } else { 'b' };
    format!("{letter}/{}", place.to_token())
}

pub fn parse_stream_token(token: &str) -> Result<(Toward, Place), ApiError> {
    match token.split_once('/') {
        Some(("f", rest)) => Ok((Toward::Newer, Place::of_token(rest)?)),
        Some(("b", rest)) => Ok((Toward::Older, Place::of_token(rest)?)),
        _ => Err(invalid_parameter("The specified nextToken is invalid.")),
    }
}

pub fn limit(asked: Option<i32>) -> Result<usize, ApiError> {
    match asked.unwrap_or(MAX_EVENTS) {
        n if (1..=MAX_EVENTS).contains(&n) => Ok(n.unsigned_abs() as usize),
        n => Err(invalid_parameter(format!(
            "1 validation error detected: Value '{n}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to {MAX_EVENTS}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_read_back() {
        let place = Place { time: Timestamp::from_millis(-5), number: 7 };
        assert_eq!(Place::of_token(&place.to_token()).unwrap(), place);
        assert_eq!(parse_stream_token(&stream_token(Toward::Older, place)).unwrap(), (Toward::Older, place));
        assert!(parse_stream_token("x/y").is_err());
        assert_eq!(place.event_id().len(), 56);
    }
}
