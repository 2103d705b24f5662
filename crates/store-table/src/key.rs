//! Keys of typed parts whose bytes sort as the parts do.
//!
//! | part | bytes |
//! |---|---|
//! | `u8`, `u16`, `u32`, `u64` | big endian |
//! | `i32`, `i64`, `Timestamp` | big endian with the sign bit turned |
//! | `bool` | 0 or 1 |
//! | `String`, `Bytes` | each 0x00 as 0x00 0xff, then 0x00 0x01 |
//! | `Version`, `Versionstamp` | 8 and 10 bytes, as `Op::Append` writes them |
//! | `Option<T>` | 0, or 1 and `T` |
//! | a tuple | its parts, one behind the other |
//!
//! A `String` sorts by its UTF-8 bytes. The layout of a table's key is part of its format: another one is another table.

use base_time::Timestamp;
use bytes::Bytes;
use store_kv::{Version, Versionstamp};

use crate::error::DecodeError;

/// A type that keys are read back as.
pub trait KeyCodec: EncodeAs<Self> + Sized {
    /// Takes the part off the front of `input`.
    ///
    /// # Errors
    /// If the bytes are not of this form.
    fn decode(input: &mut &[u8]) -> Result<Self, DecodeError>;
}

/// A type that can be written where the key part is a `K`: a `&str` for a `String`, a tuple of such for a tuple.
pub trait EncodeAs<K> {
    fn encode(&self, out: &mut Vec<u8>);
}

/// A tuple of a key's first parts, to scan all keys that begin with them: `()` is all, `(a,)`, `(a, b)`, ... and the
/// last part may be `StartsWith("te")`.
pub trait PrefixOf<K> {
    fn encode_prefix(&self, out: &mut Vec<u8>);
}

/// As the last part of a prefix: all texts that begin so.
#[derive(Clone, Copy, Debug)]
pub struct StartsWith<'a>(pub &'a str);

/// Reads a whole key.
///
/// # Errors
/// If the bytes are not of this form, or go on behind it.
pub fn decode_key<K: KeyCodec>(mut input: &[u8]) -> Result<K, DecodeError> {
    let key = K::decode(&mut input)?;
    if input.is_empty() { Ok(key) } else { Err(DecodeError::Key) }
}

impl<K, T: EncodeAs<K> + ?Sized> EncodeAs<K> for &T {
    fn encode(&self, out: &mut Vec<u8>) {
        (**self).encode(out);
    }
}

impl<K> PrefixOf<K> for () {
    fn encode_prefix(&self, _out: &mut Vec<u8>) {}
}

fn take<const N: usize>(input: &mut &[u8]) -> Result<[u8; N], DecodeError> {
    let (part, rest) = input.split_first_chunk::<N>().ok_or(DecodeError::Key)?;
    *input = rest;
    Ok(*part)
}

macro_rules! integer_part {
    ($type:ty, $turned:expr) => {
        impl EncodeAs<$type> for $type {
            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&(*self ^ $turned).to_be_bytes());
            }
        }

        impl KeyCodec for $type {
            fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
                Ok(<$type>::from_be_bytes(take(input)?) ^ $turned)
            }
        }
    };
}

integer_part!(u8, 0);
integer_part!(u16, 0);
integer_part!(u32, 0);
integer_part!(u64, 0);
integer_part!(i32, i32::MIN);
integer_part!(i64, i64::MIN);

impl EncodeAs<bool> for bool {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}

impl KeyCodec for bool {
    fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
        match take(input)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(DecodeError::Key),
        }
    }
}

impl EncodeAs<Timestamp> for Timestamp {
    fn encode(&self, out: &mut Vec<u8>) {
        EncodeAs::<i64>::encode(&self.as_millis(), out);
    }
}

impl KeyCodec for Timestamp {
    fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
        i64::decode(input).map(Self::from_millis)
    }
}

impl EncodeAs<Version> for Version {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.as_u64().to_be_bytes());
    }
}

impl KeyCodec for Version {
    fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
        u64::decode(input).map(Self::from_u64)
    }
}

impl EncodeAs<Versionstamp> for Versionstamp {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bytes());
    }
}

impl KeyCodec for Versionstamp {
    fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
        take(input).map(Self::from_bytes)
    }
}

fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        out.push(*byte);
        if *byte == 0 {
            out.push(0xff);
        }
    }
}

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    escape(bytes, out);
    out.extend_from_slice(&[0, 1]);
}

fn decode_bytes(input: &mut &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::new();
    loop {
        match take(input)? {
            [0] => match take(input)? {
                [0xff] => bytes.push(0),
                [1] => return Ok(bytes),
                _ => return Err(DecodeError::Key),
            },
            [byte] => bytes.push(byte),
        }
    }
}

impl EncodeAs<String> for str {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self.as_bytes(), out);
    }
}

impl EncodeAs<String> for String {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self.as_bytes(), out);
    }
}

impl KeyCodec for String {
    fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
        Self::from_utf8(decode_bytes(input)?).map_err(|_| DecodeError::Key)
    }
}

impl EncodeAs<Bytes> for [u8] {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self, out);
    }
}

impl EncodeAs<Bytes> for Bytes {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self, out);
    }
}

impl KeyCodec for Bytes {
    fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
        decode_bytes(input).map(Self::from)
    }
}

impl<K, T: EncodeAs<K>> EncodeAs<Option<K>> for Option<T> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_some()));
        if let Some(part) = self {
            part.encode(out);
        }
    }
}

impl<K: KeyCodec> KeyCodec for Option<K> {
    fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
        if bool::decode(input)? { K::decode(input).map(Some) } else { Ok(None) }
    }
}

impl PrefixOf<String> for StartsWith<'_> {
    fn encode_prefix(&self, out: &mut Vec<u8>) {
        escape(self.0.as_bytes(), out);
    }
}

/// A whole tuple as a key, and how it is read back.
macro_rules! tuple_key {
    ($($key:ident $part:ident $at:tt),+) => {
        impl<$($key, $part: EncodeAs<$key>),+> EncodeAs<($($key,)+)> for ($($part,)+) {
            fn encode(&self, out: &mut Vec<u8>) {
                $(self.$at.encode(out);)+
            }
        }

        impl<$($key: KeyCodec),+> KeyCodec for ($($key,)+) {
            fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
                Ok(($($key::decode(input)?,)+))
            }
        }
    };
}

tuple_key!(A PA 0);
tuple_key!(A PA 0, B PB 1);
tuple_key!(A PA 0, B PB 1, C PC 2);
tuple_key!(A PA 0, B PB 1, C PC 2, D PD 3);
tuple_key!(A PA 0, B PB 1, C PC 2, D PD 3, E PE 4);
tuple_key!(A PA 0, B PB 1, C PC 2, D PD 3, E PE 4, F PF 5);

/// Marks a part that stands whole in a prefix, so that `StartsWith` can stand in its place as the last.
pub trait LastPart<K> {
    fn encode_last(&self, out: &mut Vec<u8>);
}

impl LastPart<String> for StartsWith<'_> {
    fn encode_last(&self, out: &mut Vec<u8>) {
        escape(self.0.as_bytes(), out);
    }
}

macro_rules! whole_last_part {
    ($($key:ty: $($part:ty),+;)+) => {
        $($(
            impl LastPart<$key> for $part {
                fn encode_last(&self, out: &mut Vec<u8>) {
                    EncodeAs::<$key>::encode(self, out);
                }
            }
        )+)+
    };
}

whole_last_part! {
    u8: u8;
    u16: u16;
    u32: u32;
    u64: u64;
    i32: i32;
    i64: i64;
    bool: bool;
    Timestamp: Timestamp;
    Version: Version;
    Versionstamp: Versionstamp;
    String: String, &String, &str;
    Bytes: Bytes, &Bytes, &[u8];
}

/// `(first parts.., last)` as a prefix of a longer or equally long key.
macro_rules! tuple_prefix {
    ([$($key:ident $part:ident $at:tt),*] $last:ident $last_part:ident $last_at:tt [$($rest:ident),*]) => {
        impl<$($key, $part: EncodeAs<$key>,)* $last, $last_part: LastPart<$last>, $($rest),*>
            PrefixOf<($($key,)* $last, $($rest,)*)> for ($($part,)* $last_part,)
        {
            fn encode_prefix(&self, out: &mut Vec<u8>) {
                $(self.$at.encode(out);)*
                self.$last_at.encode_last(out);
            }
        }
    };
}

tuple_prefix!([] A PA 0 []);
tuple_prefix!([] A PA 0 [B]);
tuple_prefix!([] A PA 0 [B, C]);
tuple_prefix!([] A PA 0 [B, C, D]);
tuple_prefix!([] A PA 0 [B, C, D, E]);
tuple_prefix!([] A PA 0 [B, C, D, E, F]);
tuple_prefix!([A PA 0] B PB 1 []);
tuple_prefix!([A PA 0] B PB 1 [C]);
tuple_prefix!([A PA 0] B PB 1 [C, D]);
tuple_prefix!([A PA 0] B PB 1 [C, D, E]);
tuple_prefix!([A PA 0] B PB 1 [C, D, E, F]);
tuple_prefix!([A PA 0, B PB 1] C PC 2 []);
tuple_prefix!([A PA 0, B PB 1] C PC 2 [D]);
tuple_prefix!([A PA 0, B PB 1] C PC 2 [D, E]);
tuple_prefix!([A PA 0, B PB 1] C PC 2 [D, E, F]);
tuple_prefix!([A PA 0, B PB 1, C PC 2] D PD 3 []);
tuple_prefix!([A PA 0, B PB 1, C PC 2] D PD 3 [E]);
tuple_prefix!([A PA 0, B PB 1, C PC 2] D PD 3 [E, F]);
tuple_prefix!([A PA 0, B PB 1, C PC 2, D PD 3] E PE 4 []);
tuple_prefix!([A PA 0, B PB 1, C PC 2, D PD 3] E PE 4 [F]);
