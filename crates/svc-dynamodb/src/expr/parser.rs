//! What all expression grammars share: the token cursor, syntax errors, paths and `:values`, and the collection of
//! semantic errors.
//!
//! DynamoDB reports a syntax error first wherever it stands; of semantic errors it reports one by a fixed precedence, not
//! by place. So parsing goes on after a semantic error, remembering the most pressing.

use std::sync::Arc;

use super::ast::{Path, PathElement};
use super::bindings::Bindings;
use super::lexer::{Token, TokenKind, tokens};
use super::reserved::is_reserved;
use super::{ExpressionKind, MAX_EXPRESSION_BYTES, MAX_NESTING, MAX_OPERATORS};
use crate::value::Value;
use crate::value::validate::Invalid;

/// How pressing a semantic error is: lower is reported before higher. For conditions, the place of the condition counts
/// before what is wrong in it.
pub(super) type Rank = (u8, usize, u8);

pub(super) struct Parser<'a> {
    pub(super) kind: ExpressionKind,
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    nesting: usize,
    operators: usize,
    bindings: &'a mut Bindings,
    issue: Option<(Rank, String)>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(
        kind: ExpressionKind,
        text: &'a str,
        bindings: &'a mut Bindings,
    ) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(kind.error("The expression can not be empty;"));
        }
        if text.len() > MAX_EXPRESSION_BYTES {
            return Err(kind.error(format_args!(
                "Expression size has exceeded the maximum allowed size; expression size: {}",
                text.len()
            )));
        }
        let tokens = tokens(text);
        Ok(Self { kind, text, tokens, at: 0, nesting: 0, operators: 0, bindings, issue: None })
    }

    /// Ends parsing: nothing may follow, and the most pressing semantic error is returned.
    pub(super) fn finish(mut self) -> Result<(), Invalid> {
        if self.peek() != TokenKind::End {
            return Err(self.syntax_error());
        }
        if self.operators > MAX_OPERATORS {
            return Err(self.kind.error(format_args!(
                "The expression contains too many operators; operator count: {}",
                self.operators
            )));
        }
        match self.issue.take() {
            Some((_, message)) => Err(self.kind.error(message)),
            None => Ok(()),
        }
    }

    pub(super) fn peek(&self) -> TokenKind {
        self.tokens[self.at].kind
    }

    pub(super) fn peek_second(&self) -> TokenKind {
        self.tokens.get(self.at + 1).map_or(TokenKind::End, |token| token.kind)
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn token_text(&self) -> &'a str {
        &self.text[self.tokens[self.at].span.clone()]
    }

    pub(super) fn previous_text(&self) -> &'a str {
        &self.text[self.tokens[self.at.saturating_sub(1)].span.clone()]
    }

    /// Whether the next token is this keyword; case does not matter.
    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        self.peek() == TokenKind::Word && self.token_text().eq_ignore_ascii_case(keyword)
    }

    pub(super) fn advance(&mut self) {
        // The last token is End and is never passed.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    pub(super) fn take(&mut self, kind: TokenKind) -> bool {
        let found = self.peek() == kind;
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(keyword);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, kind: TokenKind) -> Result<(), Invalid> {
        if self.take(kind) { Ok(()) } else { Err(self.syntax_error()) }
    }

    pub(super) fn syntax_error(&self) -> Invalid {
        self.syntax_error_at(self.at)
    }

    /// Names the token and the text from the one before it to the one after it.
    pub(super) fn syntax_error_at(&self, at: usize) -> Invalid {
        let token = &self.tokens[at];
        let shown = match token.kind {
            TokenKind::End => "<EOF>",
            _ => &self.text[token.span.clone()],
        };
        let start = self.tokens[at.saturating_sub(1)].span.start;
        let end = self.tokens[(at + 1).min(self.tokens.len() - 1)].span.end;
        let near = self.text[start..end].trim_end();
        self.kind.error(format_args!("Syntax error; token: \"{shown}\", near: \"{near}\""))
    }

    /// Remembers a semantic error unless a more pressing one is known.
    pub(super) fn issue(&mut self, rank: Rank, message: impl FnOnce() -> String) {
        if self.issue.as_ref().is_none_or(|(known, _)| rank < *known) {
            self.issue = Some((rank, message()));
        }
    }

    /// Remembers how two paths clash; an overlap is reported before a conflict.
    pub(super) fn clash_issue(&mut self, overlap: Rank, conflict: Rank, one: &Path, two: &Path) {
        match clash(one, two) {
            Some(Clash::Overlap(message)) => self.issue(overlap, || message),
            Some(Clash::Conflict(message)) => self.issue(conflict, || message),
            None => {}
        }
    }

    pub(super) fn count_operator(&mut self) {
        self.operators += 1;
    }

    /// How deep the parser is in parentheses and calls.
    pub(super) fn nesting(&self) -> usize {
        self.nesting
    }

    /// Goes one level deeper, within what the stack is made for.
    pub(super) fn enter(&mut self) -> Result<(), Invalid> {
        if self.nesting >= MAX_NESTING {
            return Err(self.kind.error(format_args!(
                "The expression is nested too deeply; at most {MAX_NESTING} levels are supported"
            )));
        }
        self.nesting += 1;
        Ok(())
    }

    /// Comes back to a level.
    pub(super) fn leave(&mut self, nesting: usize) {
        self.nesting = nesting;
    }

    /// A `:value`; `None` where it is not defined (remembered as an error).
    pub(super) fn value(&mut self, rank: Rank) -> Option<Arc<Value>> {
        let key = self.token_text();
        self.advance();
        let value = self.bindings.value(key);
        if value.is_none() {
            self.issue(rank, || {
                format!(
                    "An expression attribute value used in expression is not defined; attribute value: {key}"
                )
            });
        }
        value
    }

    /// A document path. Undefined names and reserved words are remembered as errors.
    pub(super) fn path(&mut self, undefined: Rank, reserved: Rank) -> Result<Path, Invalid> {
        let root = self.path_name(undefined, reserved)?;
        let mut path = Path { root, rest: Vec::new() };
        self.path_rest(&mut path, undefined, reserved)?;
        Ok(path)
    }

    /// What follows the path so far: `.name` and `[index]`.
    pub(super) fn path_rest(
        &mut self,
        path: &mut Path,
        undefined: Rank,
        reserved: Rank,
    ) -> Result<(), Invalid> {
        loop {
            if self.take(TokenKind::Dot) {
                path.rest.push(PathElement::Name(self.path_name(undefined, reserved)?));
            } else if self.take(TokenKind::OpenIndex) {
                if self.peek() != TokenKind::Index {
                    return Err(self.syntax_error());
                }
                // An index beyond any list: larger ones are all the same.
                path.rest.push(PathElement::Index(self.token_text().parse().unwrap_or(usize::MAX)));
                self.advance();
                self.expect(TokenKind::CloseIndex)?;
            } else {
                return Ok(());
            }
        }
    }

    fn path_name(&mut self, undefined: Rank, reserved: Rank) -> Result<String, Invalid> {
        let text = self.token_text();
        match self.peek() {
            TokenKind::Word if !self.is_grammar_word() => {
                self.advance();
                if is_reserved(text) {
                    self.issue(reserved, || {
                        format!("Attribute name is a reserved keyword; reserved keyword: {text}")
                    });
                }
                Ok(text.to_owned())
            }
            TokenKind::Name => {
                self.advance();
                let name = self.bindings.name(text);
                if name.is_none() {
                    self.issue(undefined, || {
                        format!(
                            "An expression attribute name used in the document path is not defined; attribute name: {text}"
                        )
                    });
                }
                Ok(name.unwrap_or_default())
            }
            _ => Err(self.syntax_error()),
        }
    }

    /// Words that are part of this grammar, and so never names.
    fn is_grammar_word(&self) -> bool {
        let words: &[&str] = match self.kind {
            ExpressionKind::Update => &["SET", "REMOVE", "ADD", "DELETE"],
            ExpressionKind::Projection => &[],
            _ => &["AND", "OR", "NOT", "IN", "BETWEEN"],
        };
        words.iter().any(|word| self.token_text().eq_ignore_ascii_case(word))
    }
}

/// How two paths stand to each other where they may not both be written or kept.
enum Clash {
    /// One leads into the other.
    Overlap(String),
    /// They take one value for a map and for a list.
    Conflict(String),
}

fn clash(one: &Path, two: &Path) -> Option<Clash> {
    if one.root != two.root {
        return None;
    }
    for (a, b) in one.rest.iter().zip(&two.rest) {
        match (a, b) {
            (a, b) if a == b => {}
            (PathElement::Name(_), PathElement::Name(_)) | (PathElement::Index(_), PathElement::Index(_)) => {
                return None;
            }
            _ => {
                return Some(Clash::Conflict(format!(
                    "Two document paths conflict with each other; must remove or rewrite one of these paths; \
                     path one: {one}, path two: {two}"
                )));
            }
        }
    }
    Some(Clash::Overlap(format!(
        "Two document paths overlap with each other; must remove or rewrite one of these paths; \
         path one: {one}, path two: {two}"
    )))
}
