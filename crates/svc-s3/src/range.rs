//! The `Range` request header (RFC 9110, section 14), as S3 reads it: one range of bytes; what it cannot read, it ignores.

use std::ops::Range;

use crate::error::S3Error;

/// What a `Range` header asks of an object of known size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// No header, or one that S3 ignores (another unit, several ranges, nonsense).
    Whole,
    /// These bytes; never empty.
    Part(Range<u64>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ByteRange {
    FromTo(u64, u64),
    From(u64),
    Last(u64),
}

/// The part of an object of `size_bytes` that `header` selects; an error where it selects nothing.
pub fn select(header: Option<&str>, size_bytes: u64) -> Result<Selection, S3Error> {
    let Some((text, range)) = header.and_then(|text| Some((text, parse(text)?))) else {
        return Ok(Selection::Whole);
    };
    match resolve(range, size_bytes) {
        Some(part) => Ok(Selection::Part(part)),
        None => Err(S3Error::invalid_range(text, size_bytes)),
    }
}

/// `x-amz-copy-source-range`: exactly `bytes=first-last`, inside the source.
pub fn select_copy_source(header: &str, size_bytes: u64) -> Result<Range<u64>, S3Error> {
    let malformed = || {
        S3Error::invalid_argument(
            "x-amz-copy-source-range",
            header,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based \
             offsets of the first and last bytes to copy",
        )
    };
    let Some(ByteRange::FromTo(first, last)) = parse(header) else { return Err(malformed()) };
    if last >= size_bytes {
        let text = format!("Range specified is not valid for source object of size: {size_bytes}");
        return Err(S3Error::invalid_argument("x-amz-copy-source-range", header, text));
    }
    Ok(first..last + 1)
}

fn parse(text: &str) -> Option<ByteRange> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    match (first.trim(), last.trim()) {
        ("", last) => Some(ByteRange::Last(number(last)?)),
        (first, "") => Some(ByteRange::From(number(first)?)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(ByteRange::FromTo(first, last))
        }
    }
}

/// Digits only: `parse` of the standard library would take a plus sign.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // A number too large for 64 bits lies behind the end of every object.
    Some(text.parse().unwrap_or(u64::MAX))
}

fn resolve(range: ByteRange, size: u64) -> Option<Range<u64>> {
    let part = match range {
        ByteRange::FromTo(first, last) => first..last.saturating_add(1).min(size),
        ByteRange::From(first) => first..size,
        ByteRange::Last(count) => size.saturating_sub(count)..size,
    };
    (part.start < part.end).then_some(part)
}

/// The `Content-Range` answer header.
pub fn content_range(part: &Range<u64>, size_bytes: u64) -> String {
    format!("bytes {}-{}/{size_bytes}", part.start, part.end.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(header: &str, size: u64) -> Selection {
        select(Some(header), size).unwrap()
    }

    #[test]
    fn the_three_forms_select_what_they_say() {
        assert_eq!(part("bytes=0-3", 10), Selection::Part(0..4));
        assert_eq!(part("bytes=7-", 10), Selection::Part(7..10));
        assert_eq!(part("bytes=-3", 10), Selection::Part(7..10));
        assert_eq!(part("bytes=-30", 10), Selection::Part(0..10));
        assert_eq!(part("bytes=8-99", 10), Selection::Part(8..10));
        assert_eq!(content_range(&(8..10), 10), "bytes 8-9/10");
    }

    #[test]
    fn what_is_not_one_byte_range_is_ignored() {
        for header in
            ["bytes=1-2,4-5", "items=0-1", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=+1-2", "bytes 0-1"]
        {
            assert_eq!(part(header, 10), Selection::Whole, "{header}");
        }
        assert_eq!(select(None, 10).unwrap(), Selection::Whole);
    }

    #[test]
    fn a_range_that_selects_nothing_is_an_error() {
        for (header, size) in
            [("bytes=10-", 10), ("bytes=10-12", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-1", 0)]
        {
            assert_eq!(select(Some(header), size).unwrap_err().code, "InvalidRange", "{header}");
        }
    }

    #[test]
    fn a_copied_range_must_lie_inside_its_source() {
        assert_eq!(select_copy_source("bytes=0-9", 10).unwrap(), 0..10);
        assert!(select_copy_source("bytes=0-10", 10).is_err());
        assert!(select_copy_source("bytes=0-", 10).is_err());
    }

    proptest! {
        #[test]
        fn a_selected_part_is_never_empty_nor_outside(header in "bytes=[0-9]{0,3}-[0-9]{0,22}", size in 0u64..500) {
            if let Ok(Selection::Part(part)) = select(Some(&header), size) {
                prop_assert!(part.start < part.end && part.end <= size);
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(header in "\\PC*", size in any::<u64>()) {
            let _ = select(Some(&header), size);
        }
    }
}
