//! Tells whether two TransactWriteItems requests are the same. Maps count as equal whatever their order: clients write
//! them in random order.

use api_dynamodb::{AttributeValue, TransactWriteItem};
use indexmap::IndexMap;
use sha2::{Digest, Sha256};

/// SHA-256 of the actions, in hexadecimal.
pub(crate) fn fingerprint(items: &[TransactWriteItem]) -> String {
    let mut hash = Fingerprint(Sha256::new());
    for item in items {
        if let Some(check) = &item.condition_check {
            hash.texts("check", &[Some(&check.table_name), Some(&check.condition_expression)]);
            hash.values(Some(&check.key));
            hash.rest(
                check.expression_attribute_names.as_ref(),
                check.expression_attribute_values.as_ref(),
                check.return_values_on_condition_check_failure.is_some(),
            );
        }
        if let Some(put) = &item.put {
            hash.texts("put", &[Some(&put.table_name), put.condition_expression.as_ref()]);
            hash.values(Some(&put.item));
            hash.rest(
                put.expression_attribute_names.as_ref(),
                put.expression_attribute_values.as_ref(),
                put.return_values_on_condition_check_failure.is_some(),
            );
        }
        if let Some(delete) = &item.delete {
            hash.texts("delete", &[Some(&delete.table_name), delete.condition_expression.as_ref()]);
            hash.values(Some(&delete.key));
            hash.rest(
                delete.expression_attribute_names.as_ref(),
                delete.expression_attribute_values.as_ref(),
                delete.return_values_on_condition_check_failure.is_some(),
            );
        }
        if let Some(update) = &item.update {
            let texts = [
                Some(&update.table_name),
                Some(&update.update_expression),
                update.condition_expression.as_ref(),
            ];
            hash.texts("update", &texts);
            hash.values(Some(&update.key));
            hash.rest(
                update.expression_attribute_names.as_ref(),
                update.expression_attribute_values.as_ref(),
                update.return_values_on_condition_check_failure.is_some(),
            );
        }
    }
    hash.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Everything is hashed with its length or count before it, so that no two requests run together.
struct Fingerprint(Sha256);

impl Fingerprint {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn count(&mut self, tag: u8, count: usize) {
        self.0.update([tag]);
        self.0.update((count as u64).to_be_bytes());
    }

    fn texts(&mut self, kind: &str, texts: &[Option<&String>]) {
        self.bytes(kind.as_bytes());
        for text in texts {
            self.count(u8::from(text.is_some()), 0);
            self.bytes(text.map_or(&[], |text| text.as_bytes()));
        }
    }

    fn rest(
        &mut self,
        names: Option<&IndexMap<String, String>>,
        values: Option<&IndexMap<String, AttributeValue>>,
        returns_item: bool,
    ) {
        let names = names.map(sorted).unwrap_or_default();
        self.count(u8::from(returns_item), names.len());
        for (key, name) in names {
            self.bytes(key.as_bytes());
            self.bytes(name.as_bytes());
        }
        self.values(values);
    }

    fn values(&mut self, map: Option<&IndexMap<String, AttributeValue>>) {
        let entries = map.map(sorted).unwrap_or_default();
        self.count(u8::from(map.is_some()), entries.len());
        for (name, value) in entries {
            self.bytes(name.as_bytes());
            self.value(value);
        }
    }

    fn value(&mut self, value: &AttributeValue) {
        match value {
            AttributeValue::S(s) => self.tagged(b'S', s.as_bytes()),
            AttributeValue::N(n) => self.tagged(b'N', n.as_bytes()),
            AttributeValue::B(b) => self.tagged(b'B', b),
            AttributeValue::BOOL(b) => self.count(b'T', usize::from(*b)),
            AttributeValue::NULL(b) => self.count(b'0', usize::from(*b)),
            AttributeValue::SS(set) => self.set(1, set.iter().map(String::as_bytes).collect()),
            AttributeValue::NS(set) => self.set(2, set.iter().map(String::as_bytes).collect()),
            AttributeValue::BS(set) => self.set(3, set.iter().map(|b| &b[..]).collect()),
            AttributeValue::L(list) => {
                self.count(b'L', list.len());
                list.iter().for_each(|value| self.value(value));
            }
            AttributeValue::M(map) => self.values(Some(map)),
        }
    }

    fn tagged(&mut self, tag: u8, bytes: &[u8]) {
        self.count(tag, 0);
        self.bytes(bytes);
    }

    fn set(&mut self, tag: u8, mut elements: Vec<&[u8]>) {
        elements.sort_unstable();
        self.count(tag, elements.len());
        elements.into_iter().for_each(|element| self.bytes(element));
    }
}

fn sorted<V>(map: &IndexMap<String, V>) -> Vec<(&String, &V)> {
    let mut entries: Vec<(&String, &V)> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_dynamodb::Put;

    fn put(entries: &[(&str, AttributeValue)]) -> Vec<TransactWriteItem> {
        let item = entries.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        let put = Put { item, table_name: "t".into(), ..Put::default() };
        vec![TransactWriteItem { put: Some(put), ..TransactWriteItem::default() }]
    }

    #[test]
    fn order_in_maps_and_sets_does_not_matter_but_values_do() {
        let a = AttributeValue::S("1".into());
        let x = AttributeValue::SS(vec!["p".into(), "q".into()]);
        let y = AttributeValue::SS(vec!["q".into(), "p".into()]);
        let one = fingerprint(&put(&[("a", a.clone()), ("b", x)]));
        assert_eq!(one, fingerprint(&put(&[("b", y.clone()), ("a", a)])));
        assert_ne!(one, fingerprint(&put(&[("b", y), ("a", AttributeValue::N("1".into()))])));
    }
}
