//! Regular expressions of the models: Java's dialect, compiled at first use.
//!
//! A pattern must match the whole text. Most compile with the linear-time engine; those with look-around fall back to a
//! backtracking one with a step limit. A pattern neither engine takes is not checked (a test lists them).

use std::sync::OnceLock;

/// Steps the backtracking engine may take before the text counts as matching (we do not refuse what we cannot judge).
const BACKTRACK_LIMIT: usize = 100_000;
/// Compiled size of one pattern; large repetitions of Unicode classes come near it.
const SIZE_LIMIT_BYTES: usize = 8 << 20;

/// A pattern of the model.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Engine>,
}

#[derive(Debug)]
enum Engine {
    Linear(regex::Regex),
    Backtracking(fancy_regex::Regex),
    None,
}

impl Pattern {
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// As the model has it; validation messages quote it.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// Whether the whole of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        match self.engine() {
            Engine::Linear(r) => r.is_match(text),
            Engine::Backtracking(r) => r.is_match(text).unwrap_or(true),
            Engine::None => true,
        }
    }

    /// Whether an engine could compile it.
    pub fn is_checked(&self) -> bool {
        !matches!(self.engine(), Engine::None)
    }

    fn engine(&self) -> &Engine {
        self.compiled.get_or_init(|| compile(self.text))
    }
}

fn compile(text: &str) -> Engine {
    let anchored = format!("^(?:{})$", from_java(text));
    if let Ok(r) = regex::RegexBuilder::new(&anchored).size_limit(SIZE_LIMIT_BYTES).build() {
        return Engine::Linear(r);
    }
    match fancy_regex::RegexBuilder::new(&anchored).backtrack_limit(BACKTRACK_LIMIT).build() {
        Ok(r) => Engine::Backtracking(r),
        Err(_) => Engine::None,
    }
}

/// Rewrites what Java spells differently: `\uXXXX`, surrogate pairs, unescaped `[` inside a class.
fn from_java(text: &str) -> String {
    // Java spells the supplementary planes as a range between surrogate pairs.
    let text = text.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\x{10000}-\x{10FFFF}");
    let text = text.replace(r"\ud800\udc00-\udbff\udfff", r"\x{10000}-\x{10FFFF}");
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => escape(&mut chars, &mut out),
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push('[');
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            // The engine reads `&&`, `--` and `~~` inside a class as set operations.
            '&' | '~' if in_class => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

fn escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    match chars.next() {
        Some('u') => {
            let hex: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_hexdigit)).take(4).collect();
            out.push_str("\\x{");
            out.push_str(&hex);
            out.push('}');
        }
        Some('Z') => out.push_str("\\z"),
        Some(c @ ('/' | '\'' | '"' | ':' | '@' | '_' | ',' | ';' | '=' | '<' | '>' | '!' | '%' | ' ')) => {
            out.push(c);
        }
        Some(c) => out.extend(['\\', c]),
        None => out.push_str("\\\\"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_must_match() {
        let p = Pattern::new("[a-z]+");
        assert!(p.matches("abc"));
        assert!(!p.matches("abc1"));
    }

    #[test]
    fn java_spellings_compile() {
        for text in [
            r"[\u0009\u000A\u000D\u0020-\u00FF]+",
            r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*",
            r"^(?!aws:).*$",
            r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*",
            r"[[a-z]+",
        ] {
            assert!(Pattern::new(text).is_checked(), "{text}");
        }
        assert!(!Pattern::new(r"(?!aws:).*").matches("aws:x"));
    }
}
