//! Conditional requests (RFC 9110, section 13.2.2; S3 API reference, GetObject, CopyObject; S3 User Guide, "Conditional
//! requests"). ETags are compared without quotes, as S3 does.

use base_time::Timestamp;

use crate::error::S3Error;

/// The conditions of a request, as its headers give them.
#[derive(Clone, Debug, Default)]
pub struct Conditions<'a> {
    pub if_match: Option<&'a str>,
    pub if_none_match: Option<&'a str>,
    pub if_modified_since: Option<Timestamp>,
    pub if_unmodified_since: Option<Timestamp>,
}

/// What a read is to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Proceed,
    NotModified,
    /// The name of the header that failed.
    Failed(&'static str),
}

impl Conditions<'_> {
    /// Evaluates in the order of RFC 9110: an ETag condition overrides the date condition of its pair.
    pub fn evaluate(&self, etag: &str, last_modified: Timestamp) -> Outcome {
        match (self.if_match, self.if_unmodified_since) {
            (Some(tags), _) if !matches_any(tags, etag) => return Outcome::Failed("If-Match"),
            (None, Some(since)) if last_modified.as_secs() > since.as_secs() => {
                return Outcome::Failed("If-Unmodified-Since");
            }
            _ => {}
        }
        match (self.if_none_match, self.if_modified_since) {
            (Some(tags), _) if matches_any(tags, etag) => Outcome::NotModified,
            (None, Some(since)) if last_modified.as_secs() <= since.as_secs() => Outcome::NotModified,
            _ => Outcome::Proceed,
        }
    }

    /// For the source of a copy, where "not modified" fails too.
    pub fn evaluate_copy_source(&self, etag: &str, last_modified: Timestamp) -> Result<(), S3Error> {
        match self.evaluate(etag, last_modified) {
            Outcome::Proceed => Ok(()),
            Outcome::Failed("If-Match") => Err(S3Error::precondition_failed("x-amz-copy-source-If-Match")),
            Outcome::Failed(_) => Err(S3Error::precondition_failed("x-amz-copy-source-If-Unmodified-Since")),
            Outcome::NotModified if self.if_none_match.is_some() => {
                Err(S3Error::precondition_failed("x-amz-copy-source-If-None-Match"))
            }
            Outcome::NotModified => Err(S3Error::precondition_failed("x-amz-copy-source-If-Modified-Since")),
        }
    }
}

/// What a write demands of the object it replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WriteCondition {
    #[default]
    None,
    /// `If-None-Match: *`.
    Absent,
    /// `If-Match: "etag"` (or `*`: any object).
    Matches(String),
}

impl WriteCondition {
    pub fn parse(if_match: Option<&str>, if_none_match: Option<&str>) -> Result<Self, S3Error> {
        match (if_match, if_none_match) {
            (None, None) => Ok(Self::None),
            (None, Some("*")) => Ok(Self::Absent),
            (Some(tags), None) => Ok(Self::Matches(tags.to_owned())),
            (Some(_), Some(_)) => Err(S3Error::header_not_implemented("If-Match,If-None-Match")),
            (None, Some(_)) => Err(S3Error::header_not_implemented("If-None-Match")),
        }
    }

    /// `current` is the ETag of the object there is, a delete marker counting as none.
    pub fn check(&self, key: &str, current: Option<&str>) -> Result<(), S3Error> {
        match (self, current) {
            (Self::None, _) | (Self::Absent, None) => Ok(()),
            (Self::Absent, Some(_)) => Err(S3Error::precondition_failed("If-None-Match")),
            (Self::Matches(_), None) => Err(S3Error::no_such_key(key)),
            (Self::Matches(tags), Some(etag)) if matches_any(tags, etag) => Ok(()),
            (Self::Matches(_), Some(_)) => Err(S3Error::precondition_failed("If-Match")),
        }
    }
}

/// Whether a list of entity tags (or `*`) has `etag`.
fn matches_any(tags: &str, etag: &str) -> bool {
    tags.split(',').map(bare).any(|tag| tag == "*" || tag == bare(etag))
}

fn bare(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_000_500);
    const EARLIER: Timestamp = Timestamp::from_secs(900);
    const SAME_SECOND: Timestamp = Timestamp::from_secs(1000);

    fn evaluate(conditions: Conditions<'_>) -> Outcome {
        conditions.evaluate("\"abc\"", AT)
    }

    #[test]
    fn if_match_overrides_if_unmodified_since() {
        let both = Conditions {
            if_match: Some("\"abc\""),
            if_unmodified_since: Some(EARLIER),
            ..Conditions::default()
        };
        assert_eq!(evaluate(both), Outcome::Proceed);
        let wrong =
            Conditions { if_match: Some("\"x\""), if_unmodified_since: Some(AT), ..Conditions::default() };
        assert_eq!(evaluate(wrong), Outcome::Failed("If-Match"));
    }

    #[test]
    fn if_none_match_overrides_if_modified_since() {
        let both = Conditions {
            if_none_match: Some("abc"),
            if_modified_since: Some(EARLIER),
            ..Conditions::default()
        };
        assert_eq!(evaluate(both), Outcome::NotModified);
        let other =
            Conditions { if_none_match: Some("x, y"), if_modified_since: Some(AT), ..Conditions::default() };
        assert_eq!(evaluate(other), Outcome::Proceed);
    }

    #[test]
    fn dates_are_compared_by_the_second() {
        let modified = |since| Conditions { if_modified_since: Some(since), ..Conditions::default() };
        assert_eq!(evaluate(modified(SAME_SECOND)), Outcome::NotModified);
        assert_eq!(evaluate(modified(EARLIER)), Outcome::Proceed);
        let unmodified = |since| Conditions { if_unmodified_since: Some(since), ..Conditions::default() };
        assert_eq!(evaluate(unmodified(SAME_SECOND)), Outcome::Proceed);
        assert_eq!(evaluate(unmodified(EARLIER)), Outcome::Failed("If-Unmodified-Since"));
    }

    #[test]
    fn a_star_matches_every_object_and_weak_tags_count() {
        let star = Conditions { if_none_match: Some("*"), ..Conditions::default() };
        assert_eq!(evaluate(star), Outcome::NotModified);
        let weak = Conditions { if_match: Some("W/\"abc\""), ..Conditions::default() };
        assert_eq!(evaluate(weak), Outcome::Proceed);
    }

    #[test]
    fn a_write_may_demand_absence_or_a_tag() {
        let absent = WriteCondition::parse(None, Some("*")).unwrap();
        assert!(absent.check("k", None).is_ok());
        assert_eq!(absent.check("k", Some("\"abc\"")).unwrap_err().code, "PreconditionFailed");
        let tag = WriteCondition::parse(Some("\"abc\""), None).unwrap();
        assert!(tag.check("k", Some("abc")).is_ok());
        assert_eq!(tag.check("k", Some("x")).unwrap_err().code, "PreconditionFailed");
        assert_eq!(tag.check("k", None).unwrap_err().code, "NoSuchKey");
        assert_eq!(WriteCondition::parse(None, Some("\"abc\"")).unwrap_err().code, "NotImplemented");
    }

    #[test]
    fn a_copy_source_that_is_not_modified_fails() {
        let none_match = Conditions { if_none_match: Some("abc"), ..Conditions::default() };
        assert_eq!(none_match.evaluate_copy_source("abc", AT).unwrap_err().code, "PreconditionFailed");
    }
}
