//! Form parameters as a tree: `Filter.1.Name=x` is the child `Name` of the child `1` of the child `Filter`.

use std::borrow::Cow;

use indexmap::IndexMap;
use percent_encoding::percent_decode_str;

use crate::reading::{MAX_DEPTH, ReadError, ReadResult};

/// Parameters of one request.
const MAX_PARAMETERS: usize = 20_000;

/// A node of the tree: a value, or children, or both.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub value: Option<String>,
    children: IndexMap<String, Form>,
}

impl Form {
    /// Parses `application/x-www-form-urlencoded` bodies and query strings.
    pub(crate) fn parse(text: &str) -> Result<Self, ReadError> {
        let mut root = Self::default();
        for (count, pair) in pairs(text).enumerate() {
            if count >= MAX_PARAMETERS {
                return Err(ReadError::new("The request has too many parameters"));
            }
            let (key, value) = pair?;
            root.put(&key, value.into_owned())?;
        }
        Ok(root)
    }

    fn put(&mut self, key: &str, value: String) -> ReadResult {
        let mut node = self;
        for (depth, part) in key.split('.').enumerate() {
            if depth >= MAX_DEPTH {
                return Err(ReadError::new("The request is nested too deeply"));
            }
            if !node.children.contains_key(part) {
                node.children.insert(part.to_owned(), Self::default());
            }
            let Some(child) = node.children.get_mut(part) else { return Ok(()) };
            node = child;
        }
        node.value = Some(value);
        Ok(())
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.get(name)
    }

    /// The numbered children in the order of their numbers.
    pub(crate) fn numbered(&self) -> Vec<&Self> {
        let mut found: Vec<(u64, &Self)> =
            self.children.iter().filter_map(|(key, child)| Some((key.parse().ok()?, child))).collect();
        found.sort_by_key(|(number, _)| *number);
        found.into_iter().map(|(_, child)| child).collect()
    }
}

type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The decoded pairs of a form or query string.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = Result<Pair<'_>, ReadError>> {
    text.trim_end().split('&').filter(|p| !p.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(key)?, decode(value)?))
    })
}

fn decode(text: &str) -> Result<Cow<'_, str>, ReadError> {
    let invalid = |_| ReadError::new("Invalid percent-encoding: not UTF-8");
    if !text.contains('+') {
        return percent_decode_str(text).decode_utf8().map_err(invalid);
    }
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8().map(|t| Cow::Owned(t.into_owned())).map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_names_become_a_tree() {
        let form = Form::parse("A.2.N=x&A.1.N=y+z&A.10.N=%26&B=").unwrap();
        let names: Vec<&str> = form
            .child("A")
            .unwrap()
            .numbered()
            .into_iter()
            .map(|n| n.child("N").unwrap().value.as_deref().unwrap())
            .collect();
        assert_eq!(names, ["y z", "x", "&"]);
        assert_eq!(form.child("B").unwrap().value.as_deref(), Some(""));
    }

    #[test]
    fn deep_names_and_invalid_text_are_refused() {
        assert!(Form::parse(&"a.".repeat(200)).is_err());
        assert!(Form::parse("a=%ff").is_err());
    }
}
