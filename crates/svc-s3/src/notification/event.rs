//! The events this service raises, and the names a configuration may ask for (S3 User Guide, "Supported event types").

use serde::{Deserialize, Serialize};

/// Something that happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventName {
    CreatedPut,
    CreatedPost,
    CreatedCopy,
    CreatedCompleteMultipartUpload,
    RemovedDelete,
    RemovedDeleteMarkerCreated,
    TaggingPut,
    TaggingDelete,
}

/// Every name AWS knows. Those of features that aren't built are never raised, so asking for them is refused elsewhere.
const RAISED: [&str; 11] = [
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
];

impl EventName {
    /// `ObjectCreated:Put`: as records name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreatedPut => "ObjectCreated:Put",
            Self::CreatedPost => "ObjectCreated:Post",
            Self::CreatedCopy => "ObjectCreated:Copy",
            Self::CreatedCompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
            Self::RemovedDelete => "ObjectRemoved:Delete",
            Self::RemovedDeleteMarkerCreated => "ObjectRemoved:DeleteMarkerCreated",
            Self::TaggingPut => "ObjectTagging:Put",
            Self::TaggingDelete => "ObjectTagging:Delete",
        }
    }

    /// The record format's version: tagging came with 2.3.
    pub fn record_version(self) -> &'static str {
        match self {
            Self::TaggingPut | Self::TaggingDelete => "2.3",
            _ => "2.1",
        }
    }

    /// Whether `pattern` (`s3:ObjectCreated:*`) asks for it.
    pub fn is_asked_by(self, pattern: &str) -> bool {
        let Some(pattern) = pattern.strip_prefix("s3:") else { return false };
        match pattern.strip_suffix('*') {
            Some(head) => self.as_str().starts_with(head),
            None => pattern == self.as_str(),
        }
    }
}

/// Whether events of this name are raised here.
pub fn is_raised(pattern: &str) -> bool {
    RAISED.contains(&pattern)
}

/// Whether an event can match both patterns.
pub fn overlaps(a: &str, b: &str) -> bool {
    let head = |pattern: &str| pattern.strip_suffix('*').map(str::to_owned);
    match (head(a), head(b)) {
        (None, None) => a == b,
        (Some(a), None) => b.starts_with(&a),
        (None, Some(b)) => a.starts_with(&b),
        (Some(a), Some(b)) => a.starts_with(&b) || b.starts_with(&a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_asks_for_every_kind() {
        assert!(EventName::CreatedCopy.is_asked_by("s3:ObjectCreated:*"));
        assert!(EventName::CreatedCopy.is_asked_by("s3:ObjectCreated:Copy"));
        assert!(!EventName::CreatedCopy.is_asked_by("s3:ObjectCreated:Put"));
        assert!(!EventName::RemovedDelete.is_asked_by("s3:ObjectCreated:*"));
        assert!(!EventName::CreatedPut.is_asked_by("ObjectCreated:Put"));
    }

    #[test]
    fn patterns_overlap_where_one_event_fits_both() {
        assert!(overlaps("s3:ObjectCreated:*", "s3:ObjectCreated:Put"));
        assert!(!overlaps("s3:ObjectCreated:Copy", "s3:ObjectCreated:Put"));
        assert!(!overlaps("s3:ObjectCreated:*", "s3:ObjectRemoved:*"));
    }
}
