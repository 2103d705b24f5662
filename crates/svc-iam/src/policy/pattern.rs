//! Texts with `*`, `?` and `${variables}`, compiled once and matched without backtracking over more than the last `*`.

use super::context::Context;

/// One step of a pattern. Characters, not bytes: `?` stands for a whole one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Symbol {
    Char(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// `${key}` or `${key, 'default'}`.
    Variable(Box<Variable>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    key: String,
    default: Option<String>,
}

/// What `*` and `?` mean, and whether `${..}` is replaced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    pub has_wildcards: bool,
    pub has_variables: bool,
    pub ignores_case: bool,
}

/// A compiled text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    symbols: Vec<Symbol>,
    has_variables: bool,
    ignores_case: bool,
}

impl Pattern {
    pub(super) fn compile(text: &str, syntax: Syntax) -> Self {
        let mut symbols = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if syntax.has_variables
                && let Some((symbol, after)) = variable(rest)
            {
                symbols.push(symbol);
                rest = after;
                continue;
            }
            symbols.push(match c {
                '*' if syntax.has_wildcards => Symbol::Many,
                '?' if syntax.has_wildcards => Symbol::One,
                c if syntax.ignores_case => Symbol::Char(c.to_ascii_lowercase()),
                c => Symbol::Char(c),
            });
            rest = &rest[c.len_utf8()..];
        }
        symbols.dedup_by(|a, b| *a == Symbol::Many && *b == Symbol::Many);
        let has_variables = symbols.iter().any(|symbol| matches!(symbol, Symbol::Variable(_)));
        Self { symbols, has_variables, ignores_case: syntax.ignores_case }
    }

    /// An action pattern: `service:Verb*`, any case.
    pub fn action(text: &str) -> Self {
        Self::compile(text, Syntax { has_wildcards: true, has_variables: false, ignores_case: true })
    }

    /// Whether the text is what the pattern describes. A variable without a value matches nothing.
    pub fn matches(&self, text: &str, context: &dyn Context) -> bool {
        if self.has_variables {
            match self.resolved(context) {
                Some(symbols) => glob(&symbols, text, self.ignores_case),
                None => false,
            }
        } else {
            glob(&self.symbols, text, self.ignores_case)
        }
    }

    /// Whether it is `*` alone.
    pub fn is_any(&self) -> bool {
        self.symbols == [Symbol::Many]
    }

    fn resolved(&self, context: &dyn Context) -> Option<Vec<Symbol>> {
        let mut out = Vec::with_capacity(self.symbols.len() + 32);
        for symbol in &self.symbols {
            let Symbol::Variable(variable) = symbol else {
                out.push(symbol.clone());
                continue;
            };
            let value = context.values(&variable.key).and_then(|values| values.single().map(str::to_owned));
            let value = value.or_else(|| variable.default.clone())?;
            let lower = |c: char| if self.ignores_case { c.to_ascii_lowercase() } else { c };
            out.extend(value.chars().map(|c| Symbol::Char(lower(c))));
        }
        Some(out)
    }
}

/// `${*}`, `${?}`, `${$}` are the characters themselves; `${key}` and `${key, 'default'}` are variables.
fn variable(text: &str) -> Option<(Symbol, &str)> {
    let inner = text.strip_prefix("${")?;
    let (name, after) = inner.split_once('}')?;
    let literal = match name {
        "*" | "?" | "$" => name.chars().next(),
        _ => None,
    };
    if let Some(c) = literal {
        return Some((Symbol::Char(c), after));
    }
    let (key, default) = match name.split_once(',') {
        Some((key, default)) => (key, Some(default.trim().trim_matches('\'').to_owned())),
        None => (name, None),
    };
    let key = key.trim().to_ascii_lowercase();
    Some((Symbol::Variable(Box::new(Variable { key, default })), after))
}

/// Wildcard matching: on a mismatch, the last `*` takes one character more. Time is at most |pattern| * |text|.
fn glob(pattern: &[Symbol], text: &str, ignores_case: bool) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut star: Option<(usize, &str)> = None;
    while let Some(c) = rest.chars().next() {
        let c = if ignores_case { c.to_ascii_lowercase() } else { c };
        let after = &rest[c.len_utf8()..];
        match pattern.get(at) {
            Some(Symbol::Many) => {
                star = Some((at, rest));
                at += 1;
                continue;
            }
            Some(Symbol::One) => {
                at += 1;
                rest = after;
                continue;
            }
            Some(Symbol::Char(expected)) if *expected == c => {
                at += 1;
                rest = after;
                continue;
            }
            _ => {}
        }
        let Some((star_at, star_rest)) = star else { return false };
        let Some(skipped) = star_rest.chars().next() else { return false };
        rest = &star_rest[skipped.len_utf8()..];
        star = Some((star_at, rest));
        at = star_at + 1;
    }
    pattern[at..].iter().all(|symbol| *symbol == Symbol::Many)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::context::Facts;
    use proptest::prelude::*;

    const GLOB: Syntax = Syntax { has_wildcards: true, has_variables: true, ignores_case: false };

    fn is_match(pattern: &str, text: &str) -> bool {
        let facts = Facts::from_pairs(&[("aws:username", "bob*"), ("s3:prefix", "p")]);
        Pattern::compile(pattern, GLOB).matches(text, &facts)
    }

    #[test]
    fn wildcards_match_runs_and_single_characters() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("*a*b", "xaxbxab", true),
            ("", "x", false),
        ] {
            assert_eq!(is_match(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_variables_value_is_literal_and_its_absence_matches_nothing() {
        assert!(is_match("home/${aws:username}/*", "home/bob*/x"));
        assert!(!is_match("home/${aws:username}/*", "home/bobby/x"));
        assert!(!is_match("${aws:none}*", "anything"));
        assert!(is_match("${aws:none, 'any'}", "any"));
        assert!(is_match("a${*}b${$}", "a*b$"));
    }

    #[test]
    fn actions_ignore_case() {
        let facts = Facts::default();
        assert!(Pattern::action("S3:get*").matches("s3:GetObject", &facts));
    }

    proptest! {
        #[test]
        fn a_text_matches_itself_and_any_star(text in "[a-z/:é]{0,20}", at in 0usize..20) {
            prop_assert!(is_match(&text, &text));
            let cut = text.char_indices().map(|(i, _)| i).nth(at).unwrap_or(text.len());
            let starred = format!("{}*", &text[..cut]);
            prop_assert!(is_match(&starred, &text));
        }

        #[test]
        fn nothing_makes_it_panic(pattern in "[a*?${}',é:]{0,20}", text in "[a*?${}é]{0,20}") {
            is_match(&pattern, &text);
        }
    }
}
