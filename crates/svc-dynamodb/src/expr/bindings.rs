//! `ExpressionAttributeNames` and `ExpressionAttributeValues`: what `#names` and `:values` stand for, and which of them
//! were used.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::value::Value;
use crate::value::validate::Invalid;

/// The names and values of one request, shared by all its expressions.
#[derive(Debug, Default)]
pub struct Bindings {
    names: IndexMap<String, Bound<String>>,
    values: IndexMap<String, Bound<Arc<Value>>>,
}

#[derive(Debug)]
struct Bound<T> {
    target: T,
    is_used: bool,
}

/// Longest attribute name that an expression may speak of.
const MAX_NAME_BYTES: usize = 65_535;

impl Bindings {
    /// Checks the keys: `#` or `:` and at least one of `A-Za-z0-9_`. A map that is present must not be empty.
    pub fn new(
        names: Option<IndexMap<String, String>>,
        values: Option<IndexMap<String, Value>>,
    ) -> Result<Self, Invalid> {
        let mut bindings = Self::default();
        if let Some(names) = names {
            check_keys("ExpressionAttributeNames", '#', names.keys())?;
            if names.values().any(|name| name.len() > MAX_NAME_BYTES) {
                return Err(crate::value::validate::invalid_parameter(format!(
                    "Attribute name is too large, must be less than {} bytes",
                    MAX_NAME_BYTES + 1
                )));
            }
            bindings.names = bound(names);
        }
        if let Some(values) = values {
            check_keys("ExpressionAttributeValues", ':', values.keys())?;
            bindings.values = bound(values.into_iter().map(|(key, value)| (key, Arc::new(value))));
        }
        Ok(bindings)
    }

    /// What a `#name` stands for.
    pub(super) fn name(&mut self, key: &str) -> Option<String> {
        let bound = self.names.get_mut(key)?;
        bound.is_used = true;
        Some(bound.target.clone())
    }

    /// What a `:value` stands for.
    pub(super) fn value(&mut self, key: &str) -> Option<Arc<Value>> {
        let bound = self.values.get_mut(key)?;
        bound.is_used = true;
        Some(bound.target.clone())
    }

    /// To be called when all expressions are parsed: every name and value must have been used.
    pub fn check_used(&self) -> Result<(), Invalid> {
        unused("ExpressionAttributeNames", &self.names)?;
        unused("ExpressionAttributeValues", &self.values)
    }
}

fn bound<T>(entries: impl IntoIterator<Item = (String, T)>) -> IndexMap<String, Bound<T>> {
    entries.into_iter().map(|(key, target)| (key, Bound { target, is_used: false })).collect()
}

fn check_keys<'a>(
    parameter: &str,
    sigil: char,
    mut keys: impl ExactSizeIterator<Item = &'a String>,
) -> Result<(), Invalid> {
    if keys.len() == 0 {
        return Err(format!("{parameter} must not be empty"));
    }
    let is_valid = |key: &&String| {
        key.strip_prefix(sigil).is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })
    };
    match keys.find(|key| !is_valid(key)) {
        Some(key) => Err(format!("{parameter} contains invalid key: Syntax error; key: \"{key}\"")),
        None => Ok(()),
    }
}

fn unused<T>(parameter: &str, entries: &IndexMap<String, Bound<T>>) -> Result<(), Invalid> {
    let idle: Vec<&str> = entries.iter().filter(|(_, b)| !b.is_used).map(|(key, _)| key.as_str()).collect();
    if idle.is_empty() {
        return Ok(());
    }
    Err(format!("Value provided in {parameter} unused in expressions: keys: {{{}}}", idle.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(entries: &[(&str, &str)]) -> Option<IndexMap<String, String>> {
        Some(entries.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn keys_are_checked_and_unused_ones_named() {
        assert_eq!(
            Bindings::new(names(&[("a", "b")]), None).unwrap_err(),
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"a\""
        );
        assert_eq!(
            Bindings::new(names(&[]), None).unwrap_err(),
            "ExpressionAttributeNames must not be empty"
        );
        let mut bindings = Bindings::new(names(&[("#a", "b"), ("#c", "d")]), None).unwrap();
        assert_eq!(bindings.name("#a").as_deref(), Some("b"));
        assert_eq!(
            bindings.check_used().unwrap_err(),
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#c}"
        );
    }
}
