//! MD5 of bodies and message attributes (SQS Developer Guide, "Calculating the MD5 message digest for message attributes").

use indexmap::IndexMap;
use md5::{Digest, Md5};

use crate::model::{Attribute, AttributeValue};

pub fn of_body(body: &str) -> String {
    hex::encode(Md5::digest(body.as_bytes()))
}

/// None where there are no attributes.
pub fn of_attributes(attributes: &IndexMap<String, Attribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut names: Vec<&String> = attributes.keys().collect();
    names.sort();
    let mut hash = Md5::new();
    for name in names {
        let attribute = &attributes[name];
        part(&mut hash, name.as_bytes());
        part(&mut hash, attribute.data_type.as_bytes());
        match &attribute.value {
            AttributeValue::Text(text) => {
                hash.update([1]);
                part(&mut hash, text.as_bytes());
            }
            AttributeValue::Binary(bytes) => {
                hash.update([2]);
                part(&mut hash, bytes);
            }
        }
    }
    Some(hex::encode(hash.finalize()))
}

fn part(hash: &mut Md5, bytes: &[u8]) {
    hash.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    hash.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_that_clients_compute() {
        assert_eq!(of_body("hello"), "5d41402abc4b2a76b9719d911017c592");
        assert_eq!(of_attributes(&IndexMap::new()), None);
        let text =
            |value: &str| Attribute { data_type: "String".into(), value: AttributeValue::Text(value.into()) };
        let one: IndexMap<_, _> = [("a".to_owned(), text("x")), ("b".to_owned(), text("y"))].into();
        let other: IndexMap<_, _> = [("b".to_owned(), text("y")), ("a".to_owned(), text("x"))].into();
        assert_eq!(of_attributes(&one), of_attributes(&other), "names are sorted");
    }
}
