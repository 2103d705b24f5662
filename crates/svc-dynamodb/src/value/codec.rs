//! The stored form of an item.
//!
//! `version(1) count name value …`: lengths, counts and coefficients are LEB128 varints, a value is a tag byte and its
//! payload. Compact rather than clever: a 1 KB item of strings is its text and two or three bytes an attribute.

use bytes::Bytes;

use super::{Attributes, MAX_DEPTH, Number, Value};

const VERSION: u8 = 1;

const TAG_S: u8 = 1;
const TAG_N_POSITIVE: u8 = 2;
const TAG_N_NEGATIVE: u8 = 3;
const TAG_B: u8 = 4;
const TAG_TRUE: u8 = 5;
const TAG_FALSE: u8 = 6;
const TAG_NULL: u8 = 7;
const TAG_SS: u8 = 8;
const TAG_NS: u8 = 9;
const TAG_BS: u8 = 10;
const TAG_L: u8 = 11;
const TAG_M: u8 = 12;

/// The bytes are no item that this version or an earlier one has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorruptItem;

impl std::fmt::Display for CorruptItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a stored item cannot be decoded")
    }
}

/// Encodes an item for storage.
pub fn encode_item<'a>(item: impl ExactSizeIterator<Item = (&'a String, &'a Value)>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.push(VERSION);
    put_attributes(item, &mut out);
    out
}

/// Decodes a stored item.
pub fn decode_item(bytes: &[u8]) -> Result<Attributes, CorruptItem> {
    let mut input = Reader(bytes);
    if input.byte()? != VERSION {
        return Err(CorruptItem);
    }
    let item = input.attributes(0)?;
    if input.0.is_empty() { Ok(item) } else { Err(CorruptItem) }
}

fn put_varint(mut value: u128, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    put_varint(bytes.len() as u128, out);
    out.extend_from_slice(bytes);
}

fn put_attributes<'a>(item: impl ExactSizeIterator<Item = (&'a String, &'a Value)>, out: &mut Vec<u8>) {
    put_varint(item.len() as u128, out);
    for (name, value) in item {
        put_bytes(name.as_bytes(), out);
        put_value(value, out);
    }
}

fn put_number(number: Number, out: &mut Vec<u8>) {
    let (negative, coefficient, exponent) = number.parts();
    out.push(if negative { TAG_N_NEGATIVE } else { TAG_N_POSITIVE });
    put_varint(coefficient, out);
    // Zigzag: small exponents of either sign take one byte.
    let exponent = i32::from(exponent);
    put_varint(((exponent << 1) ^ (exponent >> 31)) as u32 as u128, out);
}

fn put_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::S(s) => {
            out.push(TAG_S);
            put_bytes(s.as_bytes(), out);
        }
        Value::N(n) => put_number(*n, out),
        Value::B(b) => {
            out.push(TAG_B);
            put_bytes(b, out);
        }
        Value::Bool(b) => out.push(if *b { TAG_TRUE } else { TAG_FALSE }),
        Value::Null => out.push(TAG_NULL),
        Value::Ss(set) => put_list(TAG_SS, set, out, |s, out| put_bytes(s.as_bytes(), out)),
        Value::Ns(set) => put_list(TAG_NS, set, out, |n, out| put_number(*n, out)),
        Value::Bs(set) => put_list(TAG_BS, set, out, |b, out| put_bytes(b, out)),
        Value::L(list) => put_list(TAG_L, list, out, put_value),
        Value::M(map) => {
            out.push(TAG_M);
            put_attributes(map.iter(), out);
        }
    }
}

fn put_list<T>(tag: u8, list: &[T], out: &mut Vec<u8>, put: impl Fn(&T, &mut Vec<u8>)) {
    out.push(tag);
    put_varint(list.len() as u128, out);
    for element in list {
        put(element, out);
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, CorruptItem> {
        let (&first, rest) = self.0.split_first().ok_or(CorruptItem)?;
        self.0 = rest;
        Ok(first)
    }

    fn varint(&mut self) -> Result<u128, CorruptItem> {
        let mut value = 0u128;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            value |= u128::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CorruptItem)
    }

    /// A count of things of at least a byte each, so that a wrong one cannot ask for more memory than there are bytes.
    fn count(&mut self) -> Result<usize, CorruptItem> {
        let count = usize::try_from(self.varint()?).map_err(|_| CorruptItem)?;
        if count <= self.0.len() { Ok(count) } else { Err(CorruptItem) }
    }

    fn bytes(&mut self) -> Result<&'a [u8], CorruptItem> {
        let length = self.count()?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(CorruptItem)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn string(&mut self) -> Result<String, CorruptItem> {
        std::str::from_utf8(self.bytes()?).map(str::to_owned).map_err(|_| CorruptItem)
    }

    fn number(&mut self, tag: u8) -> Result<Number, CorruptItem> {
        let coefficient = self.varint()?;
        let zigzag = u32::try_from(self.varint()?).map_err(|_| CorruptItem)?;
        let exponent = (zigzag >> 1) as i32 ^ -((zigzag & 1) as i32);
        let exponent = i16::try_from(exponent).map_err(|_| CorruptItem)?;
        Number::from_parts(tag == TAG_N_NEGATIVE, coefficient, exponent).ok_or(CorruptItem)
    }

    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Result<T, CorruptItem>) -> Result<Vec<T>, CorruptItem> {
        let count = self.count()?;
        (0..count).map(|_| read(self)).collect()
    }

    fn attributes(&mut self, depth: usize) -> Result<Attributes, CorruptItem> {
        let count = self.count()?;
        let mut attributes = Attributes::with_capacity(count);
        for _ in 0..count {
            let name = self.string()?;
            attributes.insert(name, self.value(depth)?);
        }
        Ok(attributes)
    }

    fn value(&mut self, depth: usize) -> Result<Value, CorruptItem> {
        if depth > MAX_DEPTH {
            return Err(CorruptItem);
        }
        Ok(match self.byte()? {
            TAG_S => Value::S(self.string()?),
            tag @ (TAG_N_POSITIVE | TAG_N_NEGATIVE) => Value::N(self.number(tag)?),
            TAG_B => Value::B(Bytes::copy_from_slice(self.bytes()?)),
            TAG_TRUE => Value::Bool(true),
            TAG_FALSE => Value::Bool(false),
            TAG_NULL => Value::Null,
            TAG_SS => Value::Ss(self.list(Self::string)?),
            TAG_NS => Value::Ns(self.list(|r| {
                let tag = r.byte()?;
                r.number(tag)
            })?),
            TAG_BS => Value::Bs(self.list(|r| r.bytes().map(Bytes::copy_from_slice))?),
            TAG_L => Value::L(self.list(|r| r.value(depth + 1))?),
            TAG_M => Value::M(self.attributes(depth + 1)?),
            _ => return Err(CorruptItem),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::arbitrary;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn items_decode_to_what_was_encoded(item in arbitrary::item()) {
            prop_assert_eq!(decode_item(&encode_item(item.iter())), Ok(item));
        }

        #[test]
        fn no_bytes_make_the_decoder_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(first) = bytes.first_mut() {
                *first = VERSION;
            }
            let _ = decode_item(&bytes);
        }
    }

    #[test]
    fn the_first_version_stays_readable() {
        let stored = [1, 2, 2, b'i', b'd', TAG_S, 1, b'x', 1, b'n', TAG_N_NEGATIVE, 15, 1];
        let item = decode_item(&stored).unwrap();
        assert_eq!(item["id"], Value::S("x".into()));
        assert_eq!(item["n"], Value::N(Number::parse("-1.5").unwrap()));
        assert_eq!(encode_item(item.iter()), stored);
    }

    #[test]
    fn a_count_larger_than_the_bytes_is_refused_before_memory_is_taken() {
        assert_eq!(decode_item(&[1, 0xff, 0xff, 0xff, 0xff, 0x7f]), Err(CorruptItem));
    }
}
