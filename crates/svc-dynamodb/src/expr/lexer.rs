//! Splits an expression into tokens. Never fails: a character that begins no token is a token of its own, which the
//! parser refuses where it meets it.

use std::ops::Range;

/// What a token is; its text is in the source at its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Keyword, function or attribute name: the parser knows by place.
    Word,
    /// `#name`.
    Name,
    /// `:value`.
    Value,
    /// Digits, as list indexes are.
    Index,
    Open,
    Close,
    OpenIndex,
    CloseIndex,
    Comma,
    Dot,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Unknown,
    End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The tokens of `text`, the last of kind `End`.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if matches!(bytes[at], b' ' | b'\t' | b'\r' | b'\n') {
            at += 1;
            continue;
        }
        let (kind, length) = token_at(text, at);
        tokens.push(Token { kind, span: at..at + length });
        at += length;
    }
    tokens.push(Token { kind: TokenKind::End, span: at..at });
    tokens
}

fn token_at(text: &str, at: usize) -> (TokenKind, usize) {
    let bytes = text.as_bytes();
    let word_length = |from: usize| bytes[from..].iter().take_while(|b| is_word(**b)).count();
    let next = bytes.get(at + 1).copied();
    match bytes[at] {
        b'0'..=b'9' => (TokenKind::Index, bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count()),
        b if is_word(b) => (TokenKind::Word, word_length(at)),
        b'#' if next.is_some_and(is_word) => (TokenKind::Name, 1 + word_length(at + 1)),
        b':' if next.is_some_and(is_word) => (TokenKind::Value, 1 + word_length(at + 1)),
        b'(' => (TokenKind::Open, 1),
        b')' => (TokenKind::Close, 1),
        b'[' => (TokenKind::OpenIndex, 1),
        b']' => (TokenKind::CloseIndex, 1),
        b',' => (TokenKind::Comma, 1),
        b'.' => (TokenKind::Dot, 1),
        b'+' => (TokenKind::Plus, 1),
        b'-' => (TokenKind::Minus, 1),
        b'=' => (TokenKind::Equal, 1),
        b'<' if next == Some(b'>') => (TokenKind::NotEqual, 2),
        b'<' if next == Some(b'=') => (TokenKind::LessOrEqual, 2),
        b'<' => (TokenKind::Less, 1),
        b'>' if next == Some(b'=') => (TokenKind::GreaterOrEqual, 2),
        b'>' => (TokenKind::Greater, 1),
        _ => (TokenKind::Unknown, text[at..].chars().next().map_or(1, char::len_utf8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_cover_every_sign_of_the_language() {
        let kinds: Vec<_> = tokens("#a.b[12] <> :v, (c>=d) + é").into_iter().map(|t| t.kind).collect();
        use TokenKind::*;
        assert_eq!(
            kinds,
            [
                Name,
                Dot,
                Word,
                OpenIndex,
                Index,
                CloseIndex,
                NotEqual,
                Value,
                Comma,
                Open,
                Word,
                GreaterOrEqual,
                Word,
                Close,
                Plus,
                Unknown,
                End
            ]
        );
    }
}
