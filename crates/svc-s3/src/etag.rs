//! Entity tags (S3 User Guide, "Checking object integrity"): the MD5 of an object put in one piece; of a multipart
//! object, the MD5 of its parts' MD5s and the number of parts. Stored and compared without quotes.

use md5::{Digest, Md5};

/// The MD5 of a part or an object.
pub type Md5Digest = [u8; 16];

#[cfg(test)]
pub fn md5_of(bytes: &[u8]) -> Md5Digest {
    Md5::digest(bytes).into()
}

/// The tag of an object put in one piece.
pub fn of_object(md5: &Md5Digest) -> String {
    hex::encode(md5)
}

/// The tag of an object of these parts, in their order.
pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a Md5Digest>) -> String {
    let mut hasher = Md5::new();
    let mut count = 0usize;
    for part in parts {
        hasher.update(part);
        count += 1;
    }
    format!("{}-{count}", hex::encode(hasher.finalize()))
}

/// As headers and XML carry it.
pub fn quoted(tag: &str) -> String {
    format!("\"{tag}\"")
}

/// A tag as a client gives it back, with or without quotes.
pub fn bare(tag: &str) -> &str {
    tag.trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_has_the_well_known_tag() {
        assert_eq!(of_object(&md5_of(b"")), "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[test]
    fn a_multipart_tag_is_the_md5_of_md5s_with_the_count() {
        let mut joined = md5_of(b"a").to_vec();
        joined.extend(md5_of(b"b"));
        let expected = format!("{}-2", hex::encode(md5_of(&joined)));
        assert_eq!(of_parts([&md5_of(b"a"), &md5_of(b"b")]), expected);
    }

    #[test]
    fn quotes_go_on_and_off() {
        assert_eq!(bare(&quoted("abc")), "abc");
        assert_eq!(bare("abc"), "abc");
    }
}
