//! `encoding-type=url` and the keys of event records: UTF-8 percent-encoded as HTML forms do, but for the slash.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b'/').remove(b' ');

/// `red flower/ä.jpg` becomes `red+flower/%C3%A4.jpg`.
pub fn url_encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string().replace(' ', "+")
}

/// Decodes percent signs; with `plus_is_space` also plus signs. `None` where the result is not UTF-8.
pub fn url_decode(text: &str, plus_is_space: bool) -> Option<String> {
    let spaced = if plus_is_space { text.replace('+', " ") } else { text.to_owned() };
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_written_as_events_show_them() {
        assert_eq!(url_encode("red flower.jpg"), "red+flower.jpg");
        assert_eq!(url_encode("a/b+c%ä"), "a/b%2Bc%25%C3%A4");
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(text in "\\PC*") {
            let decoded = url_decode(&url_encode(&text), true);
            prop_assert_eq!(decoded.as_deref(), Some(&text[..]));
        }
    }
}
