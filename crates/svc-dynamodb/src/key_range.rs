//! From key terms to the range of store keys that answers a Query.

use bytes::Bytes;
use store_kv::{KeyRange, prefix_end};

use crate::error::{Error, Result};
use crate::expr::key_condition::{KeyTerm, KeyTest};
use crate::model::{KeyAttribute, KeySchema};
use crate::read_request::check_start_attribute;
use crate::tables::push_partition;
use crate::value::{Attributes, Value, key};

/// Key terms matched to a key schema: equality of all hash attributes and of the first range attributes, then at most one
/// other test.
pub(crate) struct KeyPlan<'a> {
    equal: Vec<(&'a KeyAttribute, &'a Value)>,
    hash_count: usize,
    last: Option<(&'a KeyAttribute, &'a KeyTest)>,
}

impl<'a> KeyPlan<'a> {
    /// Checks the terms, and attribute by attribute beside them the start key's.
    pub(crate) fn of(
        schema: &'a KeySchema,
        terms: &'a [KeyTerm],
        start: Option<&Attributes>,
    ) -> Result<Self> {
        let is_simple = schema.hash.len() == 1;
        if is_simple && !(1..=2).contains(&terms.len()) {
            return Err(Error::Validation("Conditions can be of length 1 or 2 only".to_owned()));
        }
        if terms.len() > schema.attribute_count() {
            return Err(unsupported());
        }
        let mut plan = Self { equal: Vec::new(), hash_count: schema.hash.len(), last: None };
        for attribute in schema.attributes() {
            if let Some(start) = start {
                check_start_attribute(attribute, start)?;
            }
            let term = terms.iter().find(|term| term.attribute == attribute.name);
            let is_hash = plan.equal.len() < plan.hash_count;
            let Some(term) = term else {
                let used = plan.equal.len() + usize::from(plan.last.is_some());
                if is_hash || used < terms.len() {
                    return Err(Error::Validation(format!(
                        "Query condition missed key schema element: {}",
                        attribute.name
                    )));
                }
                continue;
            };
            check_types(attribute, &term.test)?;
            if plan.last.is_some() {
                return Err(unsupported());
            }
            match &term.test {
                KeyTest::Equal(value) => plan.equal.push((attribute, value)),
                _ if is_hash => return Err(unsupported()),
                test => plan.last = Some((attribute, test)),
            }
        }
        Ok(plan)
    }

    /// The rows to read, under the prefix of a table or index.
    pub(crate) fn range(&self, mut prefix: Vec<u8>) -> KeyRange {
        let mut encoded = Vec::new();
        for (_, value) in &self.equal[..self.hash_count] {
            // Types were checked: a key value always has an encoding.
            let _ = key::encode(value, &mut encoded);
        }
        push_partition(&mut prefix, &encoded);
        for (_, value) in &self.equal[self.hash_count..] {
            let _ = key::encode(value, &mut prefix);
        }
        match self.last {
            None => KeyRange::prefix(prefix),
            Some((_, test)) => tested(&prefix, test),
        }
    }

    /// A start key must lie where the conditions look.
    pub(crate) fn check_start(&self, start: &Attributes) -> Result<()> {
        let (hash, range) = self.equal.split_at(self.hash_count);
        let is_equal =
            |(attribute, value): &(&KeyAttribute, &Value)| start.get(&attribute.name) == Some(*value);
        let passes = |(attribute, test): (&KeyAttribute, &KeyTest)| {
            start.get(&attribute.name).is_some_and(|value| test.accepts(value))
        };
        let has_range = !range.is_empty() || self.last.is_some();
        let message = if has_range && !(range.iter().all(is_equal) && self.last.is_none_or(passes)) {
            "The provided starting key does not match the range key predicate"
        } else if hash.iter().all(is_equal) {
            return Ok(());
        } else if has_range {
            "The query can return at most one row and cannot be restarted"
        } else {
            "The provided starting key is outside query boundaries based on provided conditions"
        };
        Err(Error::Validation(message.to_owned()))
    }
}

fn unsupported() -> Error {
    Error::Validation("Query key condition not supported".to_owned())
}

fn check_types(attribute: &KeyAttribute, test: &KeyTest) -> Result<()> {
    if *test == KeyTest::Unindexable {
        return Err(Error::Validation(
            "Attempted conditional constraint is not an indexable operation".to_owned(),
        ));
    }
    let wrong = test.values().find(|value| value.value_type() != attribute.key_type.value_type());
    if wrong.is_some() {
        return Err(Error::invalid_parameter("Condition parameter type does not match schema type"));
    }
    let is_empty_equal = matches!(test, KeyTest::Equal(Value::S(s)) if s.is_empty())
        || matches!(test, KeyTest::Equal(Value::B(b)) if b.is_empty());
    if is_empty_equal {
        let kind = if attribute.key_type.name() == "S" { "string" } else { "binary" };
        return Err(Error::Validation(format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
             {kind} value. Key: {}",
            attribute.name
        )));
    }
    Ok(())
}

fn tested(prefix: &[u8], test: &KeyTest) -> KeyRange {
    let at = |value: &Value| {
        let mut key = prefix.to_vec();
        let _ = key::encode(value, &mut key);
        Bytes::from(key)
    };
    let all = KeyRange::prefix(prefix.to_vec());
    match test {
        // Refused when the plan was made.
        KeyTest::Unindexable => KeyRange { start: all.start.clone(), end: Some(all.start) },
        KeyTest::Equal(value) => KeyRange::prefix(at(value)),
        KeyTest::Less(value) => KeyRange { start: all.start, end: Some(at(value)) },
        KeyTest::LessOrEqual(value) => KeyRange { start: all.start, end: prefix_end(&at(value)) },
        KeyTest::Greater(value) => {
            KeyRange { start: prefix_end(&at(value)).unwrap_or_default(), end: all.end }
        }
        KeyTest::GreaterOrEqual(value) => KeyRange { start: at(value), end: all.end },
        KeyTest::Between(low, high) => KeyRange { start: at(low), end: prefix_end(&at(high)) },
        KeyTest::BeginsWith(value) => {
            let mut start = prefix.to_vec();
            match value {
                Value::S(s) => key::encode_prefix(s.as_bytes(), &mut start),
                Value::B(b) => key::encode_prefix(b, &mut start),
                // Nothing begins with another type.
                _ => return KeyRange { start: all.start.clone(), end: Some(all.start) },
            }
            KeyRange::prefix(start)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KeyType;
    use crate::value::Number;
    use proptest::prelude::*;

    fn schema(key_type: KeyType) -> KeySchema {
        let attribute = |name: &str, key_type| KeyAttribute { name: name.to_owned(), key_type };
        KeySchema { hash: vec![attribute("p", KeyType::S)], range: vec![attribute("r", key_type)] }
    }

    /// The store key of a row, as tables and indexes make it.
    fn row(p: &str, r: &Value) -> Bytes {
        let (mut key, mut hash) = (b"prefix".to_vec(), Vec::new());
        assert!(key::encode(&Value::S(p.to_owned()), &mut hash));
        push_partition(&mut key, &hash);
        assert!(key::encode(r, &mut key));
        key.extend_from_slice(b"suffix");
        key.into()
    }

    fn values(key_type: KeyType) -> BoxedStrategy<Value> {
        match key_type {
            KeyType::S => "[a-b\u{0}\u{ff}]{1,3}".prop_map(Value::S).boxed(),
            KeyType::N => (-30i64..30).prop_map(|n| Value::N(Number::from_i64(n))).boxed(),
            KeyType::B => proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(255)], 1..4)
                .prop_map(|b| Value::B(b.into()))
                .boxed(),
        }
    }

    fn tests(key_type: KeyType) -> BoxedStrategy<KeyTest> {
        let value = || values(key_type);
        let mut all = vec![
            value().prop_map(KeyTest::Equal).boxed(),
            value().prop_map(KeyTest::Less).boxed(),
            value().prop_map(KeyTest::LessOrEqual).boxed(),
            value().prop_map(KeyTest::Greater).boxed(),
            value().prop_map(KeyTest::GreaterOrEqual).boxed(),
            (value(), value()).prop_map(|(a, b)| KeyTest::Between(a, b)).boxed(),
        ];
        if key_type != KeyType::N {
            all.push(value().prop_map(KeyTest::BeginsWith).boxed());
        }
        proptest::strategy::Union::new(all).boxed()
    }

    fn case() -> impl Strategy<Value = (KeyType, KeyTest, Vec<Value>)> {
        prop_oneof![Just(KeyType::S), Just(KeyType::N), Just(KeyType::B)].prop_flat_map(|key_type| {
            (Just(key_type), tests(key_type), proptest::collection::vec(values(key_type), 1..12))
        })
    }

    proptest! {
        #[test]
        fn the_range_holds_exactly_what_the_conditions_accept((key_type, test, rows) in case()) {
            let schema = schema(key_type);
            let partition = KeyTest::Equal(Value::S("a".to_owned()));
            let terms = [
                KeyTerm { attribute: "p".to_owned(), test: partition },
                KeyTerm { attribute: "r".to_owned(), test: test.clone() },
            ];
            let range = KeyPlan::of(&schema, &terms, None).unwrap().range(b"prefix".to_vec());
            for value in rows {
                prop_assert_eq!(range.contains(&row("a", &value)), test.accepts(&value), "{:?} {:?}", test, value);
                prop_assert!(!range.contains(&row("b", &value)));
            }
        }
    }
}
