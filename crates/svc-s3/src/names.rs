//! What a bucket and an object may be called (S3 User Guide, "General purpose bucket naming rules", "Naming objects").

use std::net::Ipv4Addr;

use crate::error::S3Error;

/// Longest key, in UTF-8 bytes.
pub const MAX_KEY_BYTES: usize = 1024;

/// Beginnings and ends that AWS keeps for access points, directory buckets, table buckets and examples.
const RESERVED_PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// Whether a new bucket may have this name.
pub fn check_bucket_name(name: &str) -> Result<(), S3Error> {
    if is_bucket_name(name) { Ok(()) } else { Err(S3Error::invalid_bucket_name(name)) }
}

fn is_bucket_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let is_edge = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(|b| is_edge(b) || matches!(b, b'.' | b'-'))
        && bytes.first().is_some_and(is_edge)
        && bytes.last().is_some_and(is_edge)
        && !name.contains("..")
        && name.parse::<Ipv4Addr>().is_err()
        && !RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        && !RESERVED_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

/// Whether an object may have this key.
pub fn check_key(key: &str) -> Result<(), S3Error> {
    match key.len() {
        0 => Err(S3Error::invalid_argument("Key", "", "Object key must not be empty.")),
        len if len > MAX_KEY_BYTES => Err(S3Error::key_too_long(len)),
        _ => Ok(()),
    }
}

/// The ARN of a bucket.
pub fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

/// The ARN of an object, as policies name it.
pub fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_dns_can_carry_are_accepted() {
        for name in ["abc", "my-bucket", "a.b.c", "123", "0a-9", &"a".repeat(63)] {
            assert!(is_bucket_name(name), "{name}");
        }
    }

    #[test]
    fn names_against_a_rule_are_refused() {
        let long = "a".repeat(64);
        for name in [
            "ab",
            &long,
            "Abc",
            "a_b",
            "-abc",
            "abc-",
            ".abc",
            "abc.",
            "a..b",
            "192.168.5.4",
            "xn--abc",
            "sthree-abc",
            "amzn-s3-demo-bucket",
            "abc-s3alias",
            "abc--ol-s3",
            "abc.mrap",
            "abc--use1-az4--x-s3",
            "a b",
            "ä-b-c",
            "",
        ] {
            assert!(!is_bucket_name(name), "{name}");
        }
    }

    #[test]
    fn a_key_is_measured_in_bytes() {
        assert!(check_key(&"ä".repeat(512)).is_ok());
        assert_eq!(check_key(&"ä".repeat(513)).unwrap_err().code, "KeyTooLongError");
        assert!(check_key("").is_err());
    }
}
