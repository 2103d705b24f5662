//! Tags of objects and buckets (S3 User Guide, "Categorizing your objects using tags").

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::encoding::url_decode;
use crate::error::S3Error;

/// Most tags of an object.
pub const MAX_OBJECT_TAGS: usize = 10;
/// Most tags of a bucket.
pub const MAX_BUCKET_TAGS: usize = 50;
const MAX_KEY_CHARS: usize = 128;
const MAX_VALUE_CHARS: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// Whether an object may have these tags.
pub fn check_object_tags(tags: &[Tag]) -> Result<(), S3Error> {
    if tags.len() > MAX_OBJECT_TAGS {
        return Err(S3Error::bad_request("Object tags cannot be greater than 10"));
    }
    check_tags(tags)
}

/// Whether a bucket may have these tags.
pub fn check_bucket_tags(tags: &[Tag]) -> Result<(), S3Error> {
    if tags.len() > MAX_BUCKET_TAGS {
        return Err(S3Error::bad_request("Bucket tag count cannot be greater than 50"));
    }
    check_tags(tags)
}

fn check_tags(tags: &[Tag]) -> Result<(), S3Error> {
    let mut seen = HashSet::new();
    for tag in tags {
        check_tag(tag)?;
        if !seen.insert(&tag.key) {
            let error = S3Error::invalid_tag("Cannot provide multiple Tags with the same key");
            return Err(error.with("TagKey", tag.key.clone()));
        }
    }
    Ok(())
}

fn check_tag(tag: &Tag) -> Result<(), S3Error> {
    if tag.key.starts_with("aws:") {
        return Err(S3Error::invalid_tag("System tags cannot be added/updated by requester")
            .with("TagKey", &*tag.key));
    }
    let key_chars = tag.key.chars().count();
    if key_chars == 0 || key_chars > MAX_KEY_CHARS || !tag.key.chars().all(is_tag_char) {
        return Err(S3Error::invalid_tag("The TagKey you have provided is invalid").with("TagKey", &*tag.key));
    }
    if tag.value.chars().count() > MAX_VALUE_CHARS || !tag.value.chars().all(is_tag_char) {
        let error = S3Error::invalid_tag("The TagValue you have provided is invalid");
        return Err(error.with("TagKey", &*tag.key).with("TagValue", &*tag.value));
    }
    Ok(())
}

fn is_tag_char(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c)
}

/// Replaces the user's tags; the system's (`aws:cloudformation:stack-id` and the like) stay.
pub fn replace(tags: &mut Vec<Tag>, new: &[Tag]) {
    tags.retain(|tag| tag.key.starts_with("aws:"));
    tags.extend_from_slice(new);
}

/// The `x-amz-tagging` header: `key1=value1&key2=value2`, URL-encoded.
pub fn parse_header(text: &str) -> Result<Vec<Tag>, S3Error> {
    let malformed = || {
        S3Error::invalid_argument(
            "x-amz-tagging",
            text,
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name \
             duplicates.",
        )
    };
    let mut tags = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = url_decode(key, true).ok_or_else(malformed)?;
        let value = url_decode(value, true).ok_or_else(malformed)?;
        if tags.iter().any(|tag: &Tag| tag.key == key) {
            return Err(malformed());
        }
        tags.push(Tag { key, value });
    }
    check_object_tags(&tags)?;
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::url_encode;

    /// The header that would give these tags.
    fn to_header(tags: &[Tag]) -> String {
        let pairs: Vec<_> =
            tags.iter().map(|tag| format!("{}={}", url_encode(&tag.key), url_encode(&tag.value))).collect();
        pairs.join("&")
    }

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn a_header_is_decoded() {
        assert_eq!(
            parse_header("a=1&b%20c=x+y&d").unwrap(),
            [tag("a", "1"), tag("b c", "x y"), tag("d", "")]
        );
        assert_eq!(parse_header("").unwrap(), []);
        assert_eq!(parse_header(&to_header(&[tag("p q", "r&s/t")])).unwrap_err().code, "InvalidTag");
        assert_eq!(parse_header(&to_header(&[tag("p q", "r=s/t")])).unwrap(), [tag("p q", "r=s/t")]);
    }

    #[test]
    fn duplicate_keys_are_refused() {
        assert_eq!(parse_header("a=1&a=2").unwrap_err().code, "InvalidArgument");
        assert_eq!(check_object_tags(&[tag("a", "1"), tag("a", "2")]).unwrap_err().code, "InvalidTag");
    }

    #[test]
    fn limits_are_counted_in_characters() {
        assert!(check_object_tags(&[tag(&"ä".repeat(128), &"ö".repeat(256))]).is_ok());
        assert!(check_object_tags(&[tag(&"ä".repeat(129), "")]).is_err());
        assert!(check_object_tags(&[tag("k", &"ö".repeat(257))]).is_err());
        assert!(check_object_tags(&[tag("", "v")]).is_err());
        assert!(check_object_tags(&[tag("aws:x", "v")]).is_err());
        let many: Vec<_> = (0..11).map(|i| tag(&format!("k{i}"), "v")).collect();
        assert_eq!(check_object_tags(&many).unwrap_err().code, "BadRequest");
        assert!(check_bucket_tags(&many).is_ok());
    }
}
