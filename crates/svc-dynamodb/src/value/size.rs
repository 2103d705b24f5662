//! Item sizes to the byte (Developer Guide, "DynamoDB item sizes and formats").
//!
//! Strings, names and binaries count their bytes; a number one byte per two digits (aligned at the decimal point), one
//! more, and one for a minus sign; Boolean and null one; lists and maps 3, and 1 for each element.

use super::{Attributes, Number, Value};

/// The largest item, names and values together.
pub const MAX_ITEM_BYTES: usize = 400 * 1024;

/// Size of an item in bytes.
pub fn item_size(item: &Attributes) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

/// Size of a value without its name.
pub fn value_size(value: &Value) -> usize {
    match value {
        Value::S(s) => s.len(),
        Value::N(n) => number_size(*n),
        Value::B(b) => b.len(),
        Value::Bool(_) | Value::Null => 1,
        Value::Ss(set) => set.iter().map(String::len).sum(),
        Value::Ns(set) => set.iter().map(|n| number_size(*n)).sum(),
        Value::Bs(set) => set.iter().map(bytes::Bytes::len).sum(),
        Value::L(list) => 3 + list.iter().map(|v| 1 + value_size(v)).sum::<usize>(),
        Value::M(map) => 3 + map.len() + item_size(map),
    }
}

/// Size of a number: base-100 digits, one byte of exponent, one for a minus sign.
pub fn number_size(number: Number) -> usize {
    let digits = number.digit_count() as usize;
    if digits == 0 {
        return 1;
    }
    let is_unaligned = number.magnitude() % 2 == 0;
    let pairs = (digits + usize::from(is_unaligned)).div_ceil(2);
    1 + pairs + usize::from(number.is_negative())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of(text: &str) -> usize {
        number_size(Number::parse(text).unwrap())
    }

    #[test]
    fn numbers_take_a_byte_for_two_aligned_digits() {
        assert_eq!(size_of("0"), 1);
        assert_eq!(size_of("1"), 2);
        assert_eq!(size_of("12"), 2);
        assert_eq!(size_of("123"), 3);
        assert_eq!(size_of("1.2"), 3);
        assert_eq!(size_of("-12"), 3);
        assert_eq!(size_of("1200"), 2);
        assert_eq!(size_of("12.34"), 3);
    }

    #[test]
    fn items_count_names_values_and_nesting() {
        let mut item = Attributes::new();
        item.insert("id".into(), Value::S("héllo".into()));
        assert_eq!(item_size(&item), 2 + 6);
        item.insert("l".into(), Value::L(vec![Value::Bool(true), Value::Null]));
        assert_eq!(item_size(&item), 8 + 1 + 3 + 2 + 2);
        let inner: Attributes = [("ab".to_owned(), Value::S("c".into()))].into_iter().collect();
        item.insert("m".into(), Value::M(inner));
        assert_eq!(item_size(&item), 16 + 1 + 3 + 1 + 3);
    }
}
