//! The listing algorithm, over any ordered scan of keys (S3 User Guide, "Listing object keys programmatically").
//!
//! A `Lister` says where to start, is offered each key found in UTF-8 byte order, and says of each whether it is listed,
//! belongs to a common prefix (then the scan may jump to `resume_at`) or no longer fits. It does no reading itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::S3Error;

/// Most keys and common prefixes of a page.
pub const MAX_KEYS: usize = 1000;

/// Where a page starts: everything up to here has been listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Marker {
    /// Behind this key.
    Key(String),
    /// Behind every key with this prefix.
    Prefix(String),
    /// Inside this key: some of its versions (or uploads) have been listed, the scan leaves those out.
    Within(String),
}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub prefix: String,
    pub delimiter: Option<String>,
    pub after: Option<Marker>,
    /// At most `MAX_KEYS`.
    pub max_keys: usize,
}

/// What is to be done with an offered key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is listed.
    List,
    /// It is part of a common prefix: go on at `resume_at`.
    Roll,
    /// It is not part of this listing: go on with the next.
    Skip,
    /// The page is full and this key does not belong to it.
    Full,
    /// Neither this key nor a later one has the prefix.
    End,
}

/// The state of one page.
#[derive(Debug)]
pub struct Lister {
    query: Query,
    count: usize,
    common_prefixes: Vec<String>,
    last: Option<Marker>,
    is_truncated: bool,
}

impl Lister {
    pub fn new(query: Query) -> Self {
        Self { query, count: 0, common_prefixes: Vec::new(), last: None, is_truncated: false }
    }

    /// The first key that can be listed.
    pub fn start(&self) -> Vec<u8> {
        let after = match &self.query.after {
            None => Vec::new(),
            Some(Marker::Prefix(prefix)) => after_prefix(prefix),
            // A marker that is itself a common prefix stands for all its keys.
            Some(Marker::Key(key)) if self.is_common_prefix(key) => after_prefix(key),
            Some(Marker::Key(key) | Marker::Within(key)) => key.clone().into_bytes(),
        };
        after.max(self.query.prefix.clone().into_bytes())
    }

    /// Whether nothing at all was asked for.
    pub fn wants_nothing(&self) -> bool {
        self.query.max_keys == 0
    }

    /// Decides on a key. A key may be offered several times in a row (its versions): each counts.
    pub fn offer(&mut self, key: &str) -> Step {
        if !key.starts_with(&self.query.prefix) {
            return if key < self.query.prefix.as_str() { Step::Skip } else { Step::End };
        }
        if self.is_before_start(key) {
            return Step::Skip;
        }
        let Some(prefix) = self.common_prefix(key) else {
            return self.admit(Step::List, || Marker::Key(key.to_owned()));
        };
        if self.common_prefixes.last().is_some_and(|last| last == prefix) {
            return Step::Roll;
        }
        let prefix = prefix.to_owned();
        let step = self.admit(Step::Roll, || Marker::Prefix(prefix.clone()));
        if step == Step::Roll {
            self.common_prefixes.push(prefix);
        }
        step
    }

    fn admit(&mut self, step: Step, marker: impl FnOnce() -> Marker) -> Step {
        if self.count >= self.query.max_keys {
            self.is_truncated = true;
            return Step::Full;
        }
        self.count += 1;
        self.last = Some(marker());
        step
    }

    fn is_before_start(&self, key: &str) -> bool {
        match &self.query.after {
            None => false,
            Some(Marker::Prefix(prefix)) => key < prefix.as_str() || key.starts_with(prefix.as_str()),
            Some(Marker::Within(marker)) => key < marker.as_str(),
            Some(Marker::Key(marker)) => {
                key <= marker.as_str() || (self.is_common_prefix(marker) && key.starts_with(marker.as_str()))
            }
        }
    }

    /// After `Step::Roll`: the first key behind the common prefix.
    pub fn resume_at(&self) -> Vec<u8> {
        self.common_prefixes.last().map(|prefix| after_prefix(prefix)).unwrap_or_default()
    }

    /// The common prefix `key` belongs to.
    fn common_prefix<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.query.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty())?;
        let rest = key.get(self.query.prefix.len()..)?;
        let end = self.query.prefix.len() + rest.find(delimiter)? + delimiter.len();
        key.get(..end)
    }

    fn is_common_prefix(&self, marker: &str) -> bool {
        marker.starts_with(&self.query.prefix) && self.common_prefix(marker) == Some(marker)
    }

    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// Keys and common prefixes listed.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.count
    }

    /// What was listed last.
    pub fn last(&self) -> Option<&Marker> {
        self.last.as_ref()
    }

    pub fn into_common_prefixes(self) -> Vec<String> {
        self.common_prefixes
    }
}

/// The first byte string behind all that begin with `prefix`. UTF-8 has no byte 0xFF, so this suffices.
fn after_prefix(prefix: &str) -> Vec<u8> {
    let mut bytes = prefix.as_bytes().to_vec();
    bytes.push(0xff);
    bytes
}

impl Marker {
    /// The key or prefix, as `NextMarker` shows it.
    pub fn text(&self) -> &str {
        match self {
            Self::Key(text) | Self::Prefix(text) | Self::Within(text) => text,
        }
    }

    /// An opaque continuation token.
    pub fn to_token(&self) -> String {
        let (kind, text) = match self {
            Self::Key(text) => ('k', text),
            Self::Prefix(text) => ('p', text),
            Self::Within(text) => ('w', text),
        };
        URL_SAFE_NO_PAD.encode(format!("1{kind}{text}"))
    }

    pub fn from_token(token: &str) -> Result<Self, S3Error> {
        let invalid = || {
            S3Error::invalid_argument(
                "continuation-token",
                token,
                "The continuation token provided is incorrect",
            )
        };
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
        let text = String::from_utf8(bytes).map_err(|_| invalid())?;
        if let Some(key) = text.strip_prefix("1k") {
            Ok(Self::Key(key.to_owned()))
        } else if let Some(prefix) = text.strip_prefix("1p") {
            Ok(Self::Prefix(prefix.to_owned()))
        } else if let Some(key) = text.strip_prefix("1w") {
            Ok(Self::Within(key.to_owned()))
        } else {
            Err(invalid())
        }
    }
}

/// `max-keys` and its like as given: cut to the greatest page.
pub fn page_size(name: &'static str, given: Option<i32>) -> Result<usize, S3Error> {
    let Some(given) = given else { return Ok(MAX_KEYS) };
    match usize::try_from(given) {
        Ok(n) => Ok(n.min(MAX_KEYS)),
        Err(_) => {
            let text = format!("Argument {name} must be an integer between 0 and 2147483647");
            Err(S3Error::invalid_argument(name, &given.to_string(), text))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Lists one page of a set, jumping as a scan of the store would.
    fn page(keys: &BTreeSet<String>, query: Query) -> (Vec<String>, Lister) {
        let mut lister = Lister::new(query);
        let (mut listed, mut at) = (Vec::new(), lister.start());
        'scan: loop {
            for key in keys.iter().filter(|key| key.as_bytes() >= &at[..]) {
                match lister.offer(key) {
                    Step::List => listed.push(key.clone()),
                    Step::Skip => {}
                    Step::Roll => {
                        at = lister.resume_at();
                        continue 'scan;
                    }
                    Step::Full | Step::End => break,
                }
            }
            return (listed, lister);
        }
    }

    /// Every page to the end, following the tokens.
    fn all_pages(keys: &BTreeSet<String>, mut query: Query) -> (Vec<String>, Vec<String>, usize) {
        let (mut listed, mut prefixes, mut pages) = (Vec::new(), Vec::new(), 0);
        loop {
            let (mut some, lister) = page(keys, query.clone());
            assert!(lister.count() <= query.max_keys);
            pages += 1;
            listed.append(&mut some);
            let next = lister.is_truncated().then(|| lister.last().unwrap().to_token());
            prefixes.extend(lister.into_common_prefixes());
            match next {
                Some(token) => query.after = Some(Marker::from_token(&token).unwrap()),
                None => return (listed, prefixes, pages),
            }
        }
    }

    fn set(keys: &[&str]) -> BTreeSet<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    fn query(prefix: &str, delimiter: Option<&str>, max_keys: usize) -> Query {
        Query { prefix: prefix.to_owned(), delimiter: delimiter.map(str::to_owned), after: None, max_keys }
    }

    #[test]
    fn a_delimiter_rolls_keys_up() {
        let keys = set(&["sample.jpg", "photos/2006/a.jpg", "photos/2006/b.jpg", "photos/x.jpg", "videos/c"]);
        let (listed, lister) = page(&keys, query("", Some("/"), 1000));
        assert_eq!(listed, ["sample.jpg"]);
        assert_eq!(lister.into_common_prefixes(), ["photos/", "videos/"]);
        let (listed, lister) = page(&keys, query("photos/", Some("/"), 1000));
        assert_eq!(listed, ["photos/x.jpg"]);
        assert_eq!(lister.into_common_prefixes(), ["photos/2006/"]);
    }

    #[test]
    fn a_full_page_is_truncated_only_if_more_follows() {
        let keys = set(&["a", "b", "c"]);
        assert!(!page(&keys, query("", None, 3)).1.is_truncated());
        assert!(page(&keys, query("", None, 2)).1.is_truncated());
        let (listed, lister) = page(&keys, query("", None, 2));
        assert_eq!((listed.len(), lister.last()), (2, Some(&Marker::Key("b".to_owned()))));
    }

    #[test]
    fn a_marker_that_is_a_common_prefix_skips_its_keys() {
        let keys = set(&["a/1", "a/2", "b/1", "c"]);
        let after = Some(Marker::Key("a/".to_owned()));
        let (listed, lister) = page(&keys, Query { after, ..query("", Some("/"), 1000) });
        assert_eq!(listed, ["c"]);
        assert_eq!(lister.into_common_prefixes(), ["b/"]);
    }

    #[test]
    fn a_marker_inside_a_common_prefix_still_shows_it() {
        let keys = set(&["a/1", "a/2"]);
        let after = Some(Marker::Key("a/1".to_owned()));
        let (_, lister) = page(&keys, Query { after, ..query("", Some("/"), 1000) });
        assert_eq!(lister.into_common_prefixes(), ["a/"]);
    }

    #[test]
    fn tokens_are_refused_if_they_are_not_ours() {
        assert_eq!(Marker::from_token("???").unwrap_err().code, "InvalidArgument");
        assert_eq!(Marker::from_token("YWJj").unwrap_err().code, "InvalidArgument");
    }

    #[test]
    fn a_page_size_is_cut_and_never_negative() {
        assert_eq!(page_size("max-keys", Some(5000)).unwrap(), 1000);
        assert_eq!(page_size("max-keys", None).unwrap(), 1000);
        assert!(page_size("max-keys", Some(-1)).is_err());
    }

    proptest! {
        #[test]
        fn pages_together_list_everything_once_in_order(
            keys in prop::collection::btree_set("[ab/ä]{1,5}", 0..40),
            prefix in "[ab/]{0,2}",
            delimiter in prop::option::of("[/a]|b/"),
            max_keys in 1usize..5,
        ) {
            let (listed, prefixes, _) = all_pages(&keys, query(&prefix, delimiter.as_deref(), max_keys));
            let under = keys.iter().filter(|key| key.starts_with(&prefix));
            let rolled = |key: &str| {
                let delimiter = delimiter.as_deref()?;
                let at = key[prefix.len()..].find(delimiter)?;
                Some(key[..prefix.len() + at + delimiter.len()].to_owned())
            };
            let expected: Vec<_> = under.clone().filter(|key| rolled(key).is_none()).cloned().collect();
            let expected_prefixes: BTreeSet<_> = under.filter_map(|key| rolled(key)).collect();
            prop_assert_eq!(listed, expected);
            prop_assert_eq!(prefixes, expected_prefixes.into_iter().collect::<Vec<_>>());
        }
    }
}
