//! The frame: two lengths and their CRC, headers, payload, and the CRC of all of it (big-endian, CRC-32 of IEEE 802.3).

use std::fmt;

use base_time::Timestamp;
use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Lengths and their CRC.
const PRELUDE_BYTES: usize = 12;
/// Prelude and the CRC at the end.
const OVERHEAD_BYTES: usize = 16;
/// Limits of the format's specification.
const MAX_HEADERS_BYTES: usize = 128 << 10;
const MAX_MESSAGE_BYTES: usize = 24 << 20;

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// A length beyond the format's limits, or lengths that contradict each other.
    Length,
    PreludeChecksum,
    MessageChecksum,
    Header,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "an event's length is out of bounds",
            Self::PreludeChecksum => "an event's prelude checksum does not match",
            Self::MessageChecksum => "an event's checksum does not match",
            Self::Header => "an event's headers are malformed",
        })
    }
}

impl std::error::Error for FrameError {}

/// A header's value, of one of the format's ten types (true and false are two).
#[derive(Clone, Debug, PartialEq)]
pub enum HeaderValue {
    Bool(bool),
    Byte(i8),
    Short(i16),
    Integer(i32),
    Long(i64),
    Bytes(Bytes),
    String(String),
    Timestamp(Timestamp),
    Uuid([u8; 16]),
}

/// One message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    pub headers: Vec<(String, HeaderValue)>,
    pub payload: Bytes,
}

impl Message {
    pub fn new(payload: impl Into<Bytes>) -> Self {
        Self { headers: Vec::new(), payload: payload.into() }
    }

    /// Adds a text header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), HeaderValue::String(value.to_owned())));
        self
    }

    pub fn header(&self, name: &str) -> Option<&HeaderValue> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// The framed bytes. Names are cut at 255 bytes and values at 32,767, as far as the format goes.
    pub fn encode(&self) -> Bytes {
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            put_header(name, value, &mut headers);
        }
        let total = OVERHEAD_BYTES + headers.len() + self.payload.len();
        let mut out = BytesMut::with_capacity(total);
        out.put_u32(total as u32);
        out.put_u32(headers.len() as u32);
        out.put_u32(crc32(&out));
        out.put_slice(&headers);
        out.put_slice(&self.payload);
        out.put_u32(crc32(&out));
        out.freeze()
    }

    /// Takes one message from the front of `buffer`; `None` if it isn't complete yet. Lengths are checked before anything
    /// waits for so many bytes.
    pub fn decode(buffer: &mut BytesMut) -> Result<Option<Self>, FrameError> {
        let Some(prelude) = buffer.get(..PRELUDE_BYTES) else { return Ok(None) };
        let mut lengths = prelude;
        let (total, headers, checksum) =
            (lengths.get_u32() as usize, lengths.get_u32() as usize, lengths.get_u32());
        if checksum != crc32(&prelude[..8]) {
            return Err(FrameError::PreludeChecksum);
        }
        if total > MAX_MESSAGE_BYTES || headers > MAX_HEADERS_BYTES || headers + OVERHEAD_BYTES > total {
            return Err(FrameError::Length);
        }
        if buffer.len() < total {
            return Ok(None);
        }
        let message = buffer.split_to(total).freeze();
        let mut tail = &message[total - 4..];
        if tail.get_u32() != crc32(&message[..total - 4]) {
            return Err(FrameError::MessageChecksum);
        }
        let headers_end = PRELUDE_BYTES + headers;
        let headers = take_headers(message.slice(PRELUDE_BYTES..headers_end))?;
        Ok(Some(Self { headers, payload: message.slice(headers_end..total - 4) }))
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes) as u32
}

fn put_header(name: &str, value: &HeaderValue, out: &mut Vec<u8>) {
    let name = &name.as_bytes()[..name.len().min(u8::MAX.into())];
    out.put_u8(name.len() as u8);
    out.put_slice(name);
    match value {
        HeaderValue::Bool(b) => out.put_u8(u8::from(!b)),
        HeaderValue::Byte(v) => {
            out.put_u8(2);
            out.put_i8(*v);
        }
        HeaderValue::Short(v) => {
            out.put_u8(3);
            out.put_i16(*v);
        }
        HeaderValue::Integer(v) => {
            out.put_u8(4);
            out.put_i32(*v);
        }
        HeaderValue::Long(v) => {
            out.put_u8(5);
            out.put_i64(*v);
        }
        HeaderValue::Bytes(v) => put_sized(6, v, out),
        HeaderValue::String(v) => put_sized(7, v.as_bytes(), out),
        HeaderValue::Timestamp(t) => {
            out.put_u8(8);
            out.put_i64(t.as_millis());
        }
        HeaderValue::Uuid(v) => {
            out.put_u8(9);
            out.put_slice(v);
        }
    }
}

fn put_sized(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    let bytes = &bytes[..bytes.len().min(0x7fff)];
    out.put_u8(kind);
    out.put_u16(bytes.len() as u16);
    out.put_slice(bytes);
}

fn take_headers(mut bytes: Bytes) -> Result<Vec<(String, HeaderValue)>, FrameError> {
    let mut headers = Vec::new();
    while !bytes.is_empty() {
        let length = bytes.get_u8().into();
        let name = text(take(&mut bytes, length)?)?;
        headers.push((name, take_value(&mut bytes)?));
    }
    Ok(headers)
}

fn take_value(bytes: &mut Bytes) -> Result<HeaderValue, FrameError> {
    let mut kind = take(bytes, 1)?;
    Ok(match kind.get_u8() {
        0 => HeaderValue::Bool(true),
        1 => HeaderValue::Bool(false),
        2 => HeaderValue::Byte(take(bytes, 1)?.get_i8()),
        3 => HeaderValue::Short(take(bytes, 2)?.get_i16()),
        4 => HeaderValue::Integer(take(bytes, 4)?.get_i32()),
        5 => HeaderValue::Long(take(bytes, 8)?.get_i64()),
        6 => HeaderValue::Bytes(take_sized(bytes)?),
        7 => HeaderValue::String(text(take_sized(bytes)?)?),
        8 => HeaderValue::Timestamp(Timestamp::from_millis(take(bytes, 8)?.get_i64())),
        9 => {
            let mut uuid = [0; 16];
            take(bytes, 16)?.copy_to_slice(&mut uuid);
            HeaderValue::Uuid(uuid)
        }
        _ => return Err(FrameError::Header),
    })
}

fn take_sized(bytes: &mut Bytes) -> Result<Bytes, FrameError> {
    let length = take(bytes, 2)?.get_u16().into();
    take(bytes, length)
}

fn take(bytes: &mut Bytes, length: usize) -> Result<Bytes, FrameError> {
    if bytes.len() < length { Err(FrameError::Header) } else { Ok(bytes.split_to(length)) }
}

fn text(bytes: Bytes) -> Result<String, FrameError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| FrameError::Header)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn every_type() -> Message {
        let values = [
            HeaderValue::Bool(true),
            HeaderValue::Bool(false),
            HeaderValue::Byte(-1),
            HeaderValue::Short(-2),
            HeaderValue::Integer(-3),
            HeaderValue::Long(-4),
            HeaderValue::Bytes(Bytes::from_static(b"\x00\xff")),
            HeaderValue::String("text".to_owned()),
            HeaderValue::Timestamp(Timestamp::from_millis(8_675_309)),
            HeaderValue::Uuid([7; 16]),
        ];
        let headers = values.into_iter().enumerate().map(|(i, v)| (format!("h{i}"), v)).collect();
        Message { headers, payload: Bytes::from_static(b"{'foo':'bar'}") }
    }

    #[test]
    fn every_header_type_round_trips() {
        let mut buffer = BytesMut::from(&every_type().encode()[..]);
        assert_eq!(Message::decode(&mut buffer), Ok(Some(every_type())));
        assert!(buffer.is_empty());
    }

    #[test]
    fn the_empty_message_is_the_known_sixteen_bytes() {
        let expected = [0, 0, 0, 16, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
        assert_eq!(&Message::default().encode()[..], expected);
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let encoded = every_type().encode();
        for i in 0..encoded.len() {
            let mut broken = BytesMut::from(&encoded[..]);
            broken[i] ^= 1;
            assert!(Message::decode(&mut broken).is_err(), "byte {i}");
        }
    }

    #[test]
    fn a_part_of_a_message_waits_for_the_rest() {
        let encoded = every_type().encode();
        let mut part = BytesMut::from(&encoded[..encoded.len() - 1]);
        assert_eq!(Message::decode(&mut part), Ok(None));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes: Vec<u8>) {
            let _ = Message::decode(&mut BytesMut::from(&bytes[..]));
        }

        #[test]
        fn random_headers_never_panic(bytes: Vec<u8>) {
            let _ = take_headers(bytes.into());
        }
    }
}
