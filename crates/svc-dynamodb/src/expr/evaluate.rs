//! Evaluates conditions against items. Nothing here fails: what does not apply (a missing attribute, another type) is
//! simply not true.

use std::borrow::Cow;

use super::ast::{Comparator, Condition, Operand, Path, PathElement};
use crate::value::{Attributes, Number, Value};

impl Path {
    /// The value at this path of an item.
    pub fn resolve<'a>(&self, item: &'a Attributes) -> Option<&'a Value> {
        let mut value = item.get(&self.root)?;
        for element in &self.rest {
            value = match (element, value) {
                (PathElement::Name(name), Value::M(map)) => map.get(name)?,
                (PathElement::Index(index), Value::L(list)) => list.get(*index)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

impl Operand {
    fn resolve<'a>(&'a self, item: &'a Attributes) -> Option<Cow<'a, Value>> {
        match self {
            Self::Path(path) => path.resolve(item).map(Cow::Borrowed),
            Self::Value(value) => Some(Cow::Borrowed(value)),
            Self::Size(operand) => size(&*operand.resolve(item)?).map(Cow::Owned),
        }
    }
}

/// Characters of a string, bytes of a binary, elements of a set, list or map; none for other types.
fn size(value: &Value) -> Option<Value> {
    let size = match value {
        Value::S(s) => s.encode_utf16().count(),
        Value::B(b) => b.len(),
        Value::Ss(set) => set.len(),
        Value::Ns(set) => set.len(),
        Value::Bs(set) => set.len(),
        Value::L(list) => list.len(),
        Value::M(map) => map.len(),
        Value::N(_) | Value::Bool(_) | Value::Null => return None,
    };
    i64::try_from(size).ok().map(|size| Value::N(Number::from_i64(size)))
}

impl Condition {
    /// Whether an item meets the condition. A missing item is an empty one.
    pub fn matches(&self, item: &Attributes) -> bool {
        match self {
            Self::And(conditions) => conditions.iter().all(|condition| condition.matches(item)),
            Self::Or(conditions) => conditions.iter().any(|condition| condition.matches(item)),
            Self::Not(condition) => !condition.matches(item),
            Self::AttributeExists(path) => path.resolve(item).is_some(),
            Self::AttributeNotExists(path) => path.resolve(item).is_none(),
            Self::AttributeType { operand, value_type } => {
                operand.resolve(item).is_some_and(|value| value.value_type() == *value_type)
            }
            Self::Compare { comparator, left, right } => compares(*comparator, left, right, item),
            Self::Between { operand, lower, upper } => {
                compares(Comparator::GreaterOrEqual, operand, lower, item)
                    && compares(Comparator::LessOrEqual, operand, upper, item)
            }
            Self::In { operand, candidates } => {
                candidates.iter().any(|candidate| compares(Comparator::Equal, operand, candidate, item))
            }
            Self::BeginsWith { operand, prefix } => {
                both(operand, prefix, item, |value, prefix| match (value, prefix) {
                    (Value::S(value), Value::S(prefix)) => value.starts_with(prefix.as_str()),
                    (Value::B(value), Value::B(prefix)) => value.starts_with(prefix),
                    _ => false,
                })
            }
            Self::Contains { operand, element } => both(operand, element, item, contains),
        }
    }
}

fn both(left: &Operand, right: &Operand, item: &Attributes, test: impl Fn(&Value, &Value) -> bool) -> bool {
    match (left.resolve(item), right.resolve(item)) {
        (Some(left), Some(right)) => test(&left, &right),
        _ => false,
    }
}

fn compares(comparator: Comparator, left: &Operand, right: &Operand, item: &Attributes) -> bool {
    let (left, right) = (left.resolve(item), right.resolve(item));
    match comparator {
        // Values of different types, and a missing one, are not equal.
        Comparator::NotEqual => !matches!((left, right), (Some(a), Some(b)) if a == b),
        Comparator::Equal => matches!((left, right), (Some(a), Some(b)) if a == b),
        _ => {
            let Some(order) = left.and_then(|a| a.compare(&*right?)) else { return false };
            match comparator {
                Comparator::Less => order.is_lt(),
                Comparator::LessOrEqual => order.is_le(),
                Comparator::Greater => order.is_gt(),
                _ => order.is_ge(),
            }
        }
    }
}

/// A substring, an element of a set, or an element of a list.
fn contains(value: &Value, element: &Value) -> bool {
    match (value, element) {
        (Value::S(text), Value::S(part)) => text.contains(part.as_str()),
        (Value::B(bytes), Value::B(part)) => memchr::memmem::find(bytes, part).is_some(),
        (Value::Ss(set), Value::S(element)) => set.binary_search(element).is_ok(),
        (Value::Ns(set), Value::N(element)) => set.binary_search(element).is_ok(),
        (Value::Bs(set), Value::B(element)) => set.binary_search(element).is_ok(),
        (Value::L(list), element) => list.contains(element),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bindings, ExpressionKind, parse_condition};
    use super::*;
    use crate::value::validate::{number_set, string_set};
    use indexmap::IndexMap;

    fn n(text: &str) -> Value {
        Value::N(Number::parse(text).unwrap())
    }

    fn s(text: &str) -> Value {
        Value::S(text.into())
    }

    fn item() -> Attributes {
        let inner = Attributes::from([("deep".to_owned(), Value::L(vec![n("1"), s("two")]))]);
        Attributes::from([
            ("s".to_owned(), s("hello")),
            ("five".to_owned(), n("5")),
            ("ss".to_owned(), string_set(vec!["x".into(), "y".into()]).unwrap()),
            ("ns".to_owned(), number_set(&["1".into(), "2".into()]).unwrap()),
            ("m".to_owned(), Value::M(inner)),
            ("b".to_owned(), Value::B(vec![1u8, 2, 3].into())),
            ("t".to_owned(), Value::Bool(true)),
            ("nil".to_owned(), Value::Null),
        ])
    }

    fn holds(text: &str, values: &[(&str, Value)]) -> bool {
        let values = values.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect::<IndexMap<_, _>>();
        let values = (!values.is_empty()).then_some(values);
        let mut bindings = Bindings::new(None, values).unwrap();
        parse_condition(ExpressionKind::Condition, text, &mut bindings).unwrap().matches(&item())
    }

    #[test]
    fn comparisons_need_equal_types() {
        assert!(holds("five = :v", &[(":v", n("5.0"))]));
        assert!(!holds("five = :v", &[(":v", s("5"))]));
        assert!(holds("five <> :v", &[(":v", s("5"))]));
        assert!(holds("gone <> :v", &[(":v", s("5"))]));
        assert!(!holds("gone < :v", &[(":v", s("5"))]));
        assert!(holds("five BETWEEN :a AND :b", &[(":a", n("-1")), (":b", n("5"))]));
        assert!(!holds("t < :v", &[(":v", Value::Bool(true))]));
        assert!(holds("five IN (:a, :b)", &[(":a", s("x")), (":b", n("5"))]));
        assert!(holds("ss = :v", &[(":v", string_set(vec!["y".into(), "x".into()]).unwrap())]));
    }

    #[test]
    fn functions_follow_the_types() {
        assert!(holds("begins_with(s, :v)", &[(":v", s("he"))]));
        assert!(holds("contains(s, :v)", &[(":v", s("ell"))]));
        assert!(holds("contains(ss, :v)", &[(":v", s("x"))]));
        assert!(holds("contains(ns, :v)", &[(":v", n("2.00"))]));
        assert!(holds("contains(m.deep, :v)", &[(":v", s("two"))]));
        assert!(holds("contains(b, :v)", &[(":v", Value::B(vec![2u8, 3].into()))]));
        assert!(!holds("contains(five, :v)", &[(":v", n("5"))]));
        assert!(holds("size(s) = five", &[]));
        assert!(holds("size(m.deep) = :v AND size(b) > :v", &[(":v", n("2"))]));
        assert!(!holds("size(five) = :v", &[(":v", n("1"))]));
        assert!(holds("attribute_type(nil, :v)", &[(":v", s("NULL"))]));
        assert!(holds("attribute_exists(m.deep[1]) AND attribute_not_exists(m.deep[2])", &[]));
        assert!(holds("NOT (five < :v OR s = :v)", &[(":v", n("4"))]));
    }
}
