//! Order-preserving encodings of key values: comparing the bytes compares the values.
//!
//! Each encoding ends by itself (no encoding is a prefix of another), so that keys of several values can be joined:
//!
//! | type | bytes |
//! |---|---|
//! | S, B | the bytes, `00` written `00 FF`, then `00 01` |
//! | N, zero | `02` |
//! | N, positive | `03`, magnitude + 130, each pair of digits + 1, `00` |
//! | N, negative | `01`, then the complement of the positive's bytes after its `03` |
//!
//! All values at one place of a key have one type, so the type is not part of the bytes.

use bytes::Bytes;

use super::{Number, Value, ValueType};

const ESCAPE: u8 = 0x00;
const ESCAPED_ZERO: u8 = 0xff;
const END: u8 = 0x01;
/// Makes the smallest magnitude (-130) zero.
const MAGNITUDE_BIAS: i32 = 130;

/// Appends the encoding of a key value. Returns false, appending nothing, where the type can be no key.
#[must_use]
pub fn encode(value: &Value, out: &mut Vec<u8>) -> bool {
    match value {
        Value::S(s) => encode_bytes(s.as_bytes(), out),
        Value::B(b) => encode_bytes(b, out),
        Value::N(n) => encode_number(*n, out),
        _ => return false,
    }
    true
}

/// Appends the encoding of a prefix of strings or binaries: every value that begins with it starts with these bytes.
pub fn encode_prefix(prefix: &[u8], out: &mut Vec<u8>) {
    out.reserve(prefix.len() + 2);
    for &byte in prefix {
        out.push(byte);
        if byte == ESCAPE {
            out.push(ESCAPED_ZERO);
        }
    }
}

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    encode_prefix(bytes, out);
    out.extend_from_slice(&[ESCAPE, END]);
}

fn encode_number(number: Number, out: &mut Vec<u8>) {
    let (digits, count) = number.digits();
    if count == 0 {
        out.push(0x02);
        return;
    }
    let flip = if number.is_negative() { 0xff } else { 0x00 };
    out.push(if number.is_negative() { 0x01 } else { 0x03 });
    // Magnitudes span 256 values exactly.
    out.push((number.magnitude() + MAGNITUDE_BIAS) as u8 ^ flip);
    for pair in digits[..count].chunks(2) {
        let units = pair.get(1).copied().unwrap_or(0);
        out.push((pair[0] * 10 + units + 1) ^ flip);
    }
    out.push(flip);
}

/// Takes one value of `value_type` off the front of `input`; `None` where the bytes are no encoding of it.
pub fn decode(value_type: ValueType, input: &mut &[u8]) -> Option<Value> {
    match value_type {
        ValueType::S => Some(Value::S(String::from_utf8(decode_bytes(input)?).ok()?)),
        ValueType::B => Some(Value::B(Bytes::from(decode_bytes(input)?))),
        ValueType::N => Some(Value::N(decode_number(input)?)),
        _ => None,
    }
}

fn take(input: &mut &[u8]) -> Option<u8> {
    let (&first, rest) = input.split_first()?;
    *input = rest;
    Some(first)
}

fn decode_bytes(input: &mut &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        match take(input)? {
            ESCAPE => match take(input)? {
                ESCAPED_ZERO => bytes.push(0),
                END => return Some(bytes),
                _ => return None,
            },
            byte => bytes.push(byte),
        }
    }
}

fn decode_number(input: &mut &[u8]) -> Option<Number> {
    let negative = match take(input)? {
        0x01 => true,
        0x02 => return Some(Number::ZERO),
        0x03 => false,
        _ => return None,
    };
    let flip = if negative { 0xff } else { 0x00 };
    let magnitude = i32::from(take(input)? ^ flip) - MAGNITUDE_BIAS;
    let (mut coefficient, mut digits) = (0u128, 0i32);
    loop {
        let pair = take(input)? ^ flip;
        if pair == 0 {
            break;
        }
        // 19 pairs are 38 digits; more were never written.
        if digits >= 38 || pair > 100 {
            return None;
        }
        coefficient = coefficient * 100 + u128::from(pair - 1);
        digits += 2;
    }
    // The first pair may begin with a zero only in what was never written: digits start at the magnitude.
    Number::from_parts(negative, coefficient, i16::try_from(magnitude - digits + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::arbitrary;
    use proptest::prelude::*;

    fn encoded(value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        assert!(encode(value, &mut out));
        out
    }

    fn scalar(kind: u8) -> BoxedStrategy<Value> {
        match kind {
            0 => ".{0,8}".prop_map(Value::S).boxed(),
            1 => proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(255), any::<u8>()], 0..6)
                .prop_map(|b| Value::B(b.into()))
                .boxed(),
            _ => arbitrary::number().prop_map(Value::N).boxed(),
        }
    }

    fn pair() -> impl Strategy<Value = (Value, Value)> {
        (0u8..3).prop_flat_map(|kind| (scalar(kind), scalar(kind)))
    }

    proptest! {
        #[test]
        fn bytes_order_as_values_do((a, b) in pair()) {
            prop_assert_eq!(encoded(&a).cmp(&encoded(&b)), a.compare(&b).unwrap());
        }

        #[test]
        fn joined_keys_order_by_their_first_value((a, b) in pair(), c in ".{0,3}", d in ".{0,3}") {
            prop_assume!(a != b);
            let mut x = encoded(&a);
            x.extend(encoded(&Value::S(c)));
            let mut y = encoded(&b);
            y.extend(encoded(&Value::S(d)));
            prop_assert_eq!(x.cmp(&y), a.compare(&b).unwrap());
        }

        #[test]
        fn encodings_decode_back((a, b) in pair()) {
            let mut bytes = encoded(&a);
            bytes.extend(encoded(&b));
            let mut rest = bytes.as_slice();
            prop_assert_eq!(decode(a.value_type(), &mut rest), Some(a));
            prop_assert_eq!(decode(b.value_type(), &mut rest), Some(b));
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn values_that_begin_with_a_prefix_start_with_its_bytes(prefix in ".{0,4}", rest in ".{0,4}") {
            let mut head = Vec::new();
            encode_prefix(prefix.as_bytes(), &mut head);
            prop_assert!(encoded(&Value::S(prefix + &rest)).starts_with(&head));
        }

        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
            for value_type in [ValueType::S, ValueType::N, ValueType::B] {
                let _ = decode(value_type, &mut bytes.as_slice());
            }
        }
    }

    #[test]
    fn extremes_keep_their_order() {
        let texts = [
            "-9.9e125", "-1", "-1e-130", "0", "1e-130", "0.5", "1", "1.01", "1.1", "10", "99", "100",
            "9.9e125",
        ];
        let keys: Vec<_> = texts.iter().map(|t| encoded(&Value::N(Number::parse(t).unwrap()))).collect();
        assert!(keys.is_sorted());
    }
}
