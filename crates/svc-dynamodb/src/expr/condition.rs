//! Parses and checks condition, filter and key condition expressions.
//!
//! ```text
//! or        := and (OR and)*
//! and       := not (AND not)*
//! not       := NOT not | test
//! test      := operand [comparator operand | BETWEEN operand AND operand | IN ( operand, … )]
//! operand   := ( or ) | function ( operand, … ) | :value | path
//! ```
//!
//! Whether parentheses hold a condition or an operand shows only after them, so both are parsed as an `Expr`.

use super::ast::{Comparator, Condition, Operand};
use super::bindings::Bindings;
use super::function::{CONDITION_FUNCTIONS, Checked, SIZE, check_function};
use super::lexer::TokenKind;
use super::parser::{Parser, Rank};
use super::{ExpressionKind, MAX_IN_OPERANDS};
use crate::value::Value;
use crate::value::validate::Invalid;

const PARENTHESES: Rank = (0, 0, 0);
const UNKNOWN_FUNCTION: Rank = (1, 0, 0);
const MISUSED_FUNCTION: Rank = (2, 0, 0);
const RESERVED: Rank = (3, 0, 0);

/// Parses `text`, a condition of the given kind.
pub fn parse_condition(
    kind: ExpressionKind,
    text: &str,
    bindings: &mut Bindings,
) -> Result<Condition, Invalid> {
    let mut parser = ConditionParser { parser: Parser::new(kind, text, bindings)?, tests: 0 };
    let expr = parser.or()?;
    let condition = parser.condition(expr)?;
    parser.parser.finish()?;
    Ok(condition)
}

struct ConditionParser<'a> {
    parser: Parser<'a>,
    /// Tests seen so far: the place of an error in the expression.
    tests: usize,
}

/// A condition, or what may still become the operand of one. `end` is the token after it.
struct Expr {
    node: Node,
    end: usize,
    /// Stands in parentheses of its own.
    is_wrapped: bool,
}

enum Node {
    Condition(Condition),
    /// `None` stands for an undefined `:value`.
    Operand(Option<Operand>),
    Function(Function),
    /// A call of no function of conditions (remembered as an error).
    Unknown,
}

struct Function {
    name: &'static str,
    arguments: Vec<Option<Operand>>,
}

impl ConditionParser<'_> {
    fn rank(&self, sub: u8) -> Rank {
        (4, self.tests, sub)
    }

    fn or(&mut self) -> Result<Expr, Invalid> {
        let first = self.and()?;
        if !self.parser.is_keyword("OR") {
            return Ok(first);
        }
        let mut conditions = vec![self.condition(first)?];
        while self.parser.take_keyword("OR") {
            let next = self.and()?;
            conditions.push(self.condition(next)?);
        }
        Ok(self.joined(Condition::Or(conditions)))
    }

    fn and(&mut self) -> Result<Expr, Invalid> {
        let first = self.not()?;
        if !self.parser.is_keyword("AND") {
            return Ok(first);
        }
        let mut conditions = vec![self.condition(first)?];
        while self.parser.take_keyword("AND") {
            let next = self.not()?;
            conditions.push(self.condition(next)?);
        }
        Ok(self.joined(Condition::And(conditions)))
    }

    fn joined(&self, condition: Condition) -> Expr {
        Expr { node: Node::Condition(condition), end: self.parser.position(), is_wrapped: false }
    }

    fn not(&mut self) -> Result<Expr, Invalid> {
        let mut count = 0usize;
        while self.parser.take_keyword("NOT") {
            self.parser.count_operator();
            count += 1;
        }
        let expr = self.test()?;
        if count == 0 {
            return Ok(expr);
        }
        let condition = self.condition(expr)?;
        // NOT NOT x is x: the tree need not be as deep as the text.
        let condition = if count % 2 == 1 { Condition::Not(Box::new(condition)) } else { condition };
        Ok(self.joined(condition))
    }

    fn test(&mut self) -> Result<Expr, Invalid> {
        let left = self.operand()?;
        let comparator = comparator(self.parser.peek());
        let is_test =
            comparator.is_some() || self.parser.is_keyword("BETWEEN") || self.parser.is_keyword("IN");
        if !is_test {
            return Ok(left);
        }
        if matches!(left.node, Node::Condition(_)) {
            return Err(self.parser.syntax_error());
        }
        self.parser.count_operator();
        self.parser.advance();
        let left = self.comparable(left);
        let condition = match comparator {
            Some(comparator) => self.comparison(comparator, left)?,
            None if self.is_after("IN") => self.membership(left)?,
            None => self.between(left)?,
        };
        self.tests += 1;
        Ok(self.joined(condition))
    }

    /// Whether the token just passed was this keyword.
    fn is_after(&self, keyword: &str) -> bool {
        self.parser.previous_text().eq_ignore_ascii_case(keyword)
    }

    fn comparison(&mut self, comparator: Comparator, left: Option<Operand>) -> Result<Condition, Invalid> {
        let right = self.strict_operand()?;
        let (Some(left), Some(right)) = (left, right) else { return Ok(unresolved()) };
        self.check_distinct(comparator.symbol(), &left, &right);
        Ok(Condition::Compare { comparator, left, right })
    }

    fn between(&mut self, operand: Option<Operand>) -> Result<Condition, Invalid> {
        let lower = self.strict_operand()?;
        if !self.parser.take_keyword("AND") {
            return Err(self.parser.syntax_error());
        }
        let upper = self.strict_operand()?;
        let (Some(operand), Some(lower), Some(upper)) = (operand, lower, upper) else {
            return Ok(unresolved());
        };
        self.check_bounds(&lower, &upper);
        Ok(Condition::Between { operand, lower, upper })
    }

    fn membership(&mut self, operand: Option<Operand>) -> Result<Condition, Invalid> {
        self.parser.expect(TokenKind::Open)?;
        let candidates = self.operands()?;
        if candidates.len() > MAX_IN_OPERANDS {
            let (rank, count) = (self.rank(3), candidates.len());
            self.parser.issue(rank, || {
                format!("The IN operator is provided with too many operands; number of operands: {count}")
            });
        }
        let candidates: Option<Vec<Operand>> = candidates.into_iter().collect();
        let (Some(operand), Some(candidates)) = (operand, candidates) else { return Ok(unresolved()) };
        Ok(Condition::In { operand, candidates })
    }

    /// `operand (, operand)* )`.
    fn operands(&mut self) -> Result<Vec<Option<Operand>>, Invalid> {
        let mut operands = vec![self.strict_operand()?];
        while self.parser.take(TokenKind::Comma) {
            operands.push(self.strict_operand()?);
        }
        self.parser.expect(TokenKind::Close)?;
        Ok(operands)
    }

    /// An operand where no condition can stand.
    fn strict_operand(&mut self) -> Result<Option<Operand>, Invalid> {
        let at = self.parser.position();
        let expr = self.operand()?;
        if matches!(expr.node, Node::Condition(_)) {
            return Err(self.parser.syntax_error_at(at));
        }
        Ok(self.comparable(expr))
    }

    fn operand(&mut self) -> Result<Expr, Invalid> {
        let node = match self.parser.peek() {
            TokenKind::Open => return self.parenthesised(),
            TokenKind::Value => {
                let rank = self.rank(0);
                Node::Operand(self.parser.value(rank).map(Operand::Value))
            }
            TokenKind::Word if self.parser.peek_second() == TokenKind::Open => self.function()?,
            _ => {
                let rank = self.rank(0);
                Node::Operand(Some(Operand::Path(self.parser.path(rank, RESERVED)?)))
            }
        };
        Ok(Expr { node, end: self.parser.position(), is_wrapped: false })
    }

    fn parenthesised(&mut self) -> Result<Expr, Invalid> {
        self.parser.advance();
        let nesting = self.parser.nesting();
        self.parser.enter()?;
        let inner = self.or()?;
        self.parser.leave(nesting);
        self.parser.expect(TokenKind::Close)?;
        if inner.is_wrapped {
            self.parser.issue(PARENTHESES, || "The expression has redundant parentheses;".to_owned());
        }
        let mut node = inner.node;
        let mut is_wrapped = true;
        if let Node::Operand(Some(Operand::Path(path))) = &mut node
            && matches!(self.parser.peek(), TokenKind::Dot | TokenKind::OpenIndex)
        {
            // `(a).b`: parentheses around the head of a path.
            let rank = self.rank(0);
            self.parser.path_rest(path, rank, RESERVED)?;
            is_wrapped = false;
        }
        Ok(Expr { node, is_wrapped, end: self.parser.position() })
    }

    fn function(&mut self) -> Result<Node, Invalid> {
        let name = self.parser.token_text();
        self.parser.advance();
        self.parser.advance();
        let nesting = self.parser.nesting();
        self.parser.enter()?;
        let arguments = self.operands()?;
        self.parser.leave(nesting);
        match CONDITION_FUNCTIONS.iter().find(|(known, _)| *known == name) {
            Some((name, _)) => Ok(Node::Function(Function { name, arguments })),
            None => {
                let is_update_function = matches!(name, "if_not_exists" | "list_append");
                self.parser.issue(UNKNOWN_FUNCTION, || {
                    if is_update_function {
                        format!("The function is not allowed in a condition expression; function: {name}")
                    } else {
                        format!("Invalid function name; function: {name}")
                    }
                });
                Ok(Node::Unknown)
            }
        }
    }

    /// What a test may compare: of functions, only `size`.
    fn comparable(&mut self, expr: Expr) -> Option<Operand> {
        match expr.node {
            Node::Operand(operand) => operand,
            Node::Condition(_) | Node::Unknown => None,
            Node::Function(function) => {
                if function.name != SIZE {
                    self.misused(function.name);
                }
                match self.checked(function)? {
                    Checked::Size(operand) => Some(operand),
                    Checked::Condition(_) => None,
                }
            }
        }
    }

    /// What stands as a condition by itself: of functions, all but `size`.
    fn condition(&mut self, expr: Expr) -> Result<Condition, Invalid> {
        match expr.node {
            Node::Condition(condition) => Ok(condition),
            Node::Unknown => Ok(unresolved()),
            Node::Operand(_) => Err(self.parser.syntax_error_at(expr.end)),
            Node::Function(function) => {
                if function.name == SIZE {
                    self.misused(function.name);
                }
                let checked = self.checked(function);
                self.tests += 1;
                match checked {
                    Some(Checked::Condition(condition)) => Ok(condition),
                    Some(Checked::Size(_)) | None => Ok(unresolved()),
                }
            }
        }
    }

    fn misused(&mut self, name: &str) {
        self.parser.issue(MISUSED_FUNCTION, || {
            format!("The function is not allowed to be used this way in an expression; function: {name}")
        });
    }

    fn checked(&mut self, function: Function) -> Option<Checked> {
        let name = function.name;
        let expected =
            CONDITION_FUNCTIONS.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count);
        let count = function.arguments.len();
        if count != expected {
            let rank = self.rank(1);
            self.parser.issue(rank, || {
                format!(
                    "Incorrect number of operands for operator or function; \
                     operator or function: {name}, number of operands: {count}"
                )
            });
            return None;
        }
        let mut arguments = function.arguments.into_iter();
        let first = arguments.next()??;
        let second = match arguments.next() {
            Some(second) => Some(second?),
            None => None,
        };
        if let Some(second) = &second {
            self.check_distinct(name, &first, second);
        }
        match check_function(name, first, second) {
            Ok(checked) => Some(checked),
            Err(message) => {
                let rank = self.rank(3);
                self.parser.issue(rank, || message);
                None
            }
        }
    }

    fn check_distinct(&mut self, operator: &str, one: &Operand, two: &Operand) {
        if let (Operand::Path(a), Operand::Path(b)) = (one, two)
            && a == b
        {
            let rank = self.rank(2);
            self.parser.issue(rank, || {
                format!(
                    "The first operand must be distinct from the remaining operands for this operator or function; \
                     operator: {operator}, first operand: {a}"
                )
            });
        }
    }

    fn check_bounds(&mut self, lower: &Operand, upper: &Operand) {
        let (Operand::Value(low), Operand::Value(high)) = (lower, upper) else { return };
        let problem = if low.value_type() != high.value_type() {
            "The BETWEEN operator requires same data type for lower and upper bounds"
        } else if low.compare(high).is_some_and(std::cmp::Ordering::is_gt) {
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
        } else {
            return;
        };
        let rank = self.rank(3);
        self.parser.issue(rank, || {
            format!(
                "{problem}; lower bound operand: AttributeValue: {}, upper bound operand: AttributeValue: {}",
                shown(low),
                shown(high)
            )
        });
    }
}

/// Stands in a tree that is never evaluated, because an error is already remembered.
fn unresolved() -> Condition {
    Condition::And(Vec::new())
}

fn comparator(kind: TokenKind) -> Option<Comparator> {
    Some(match kind {
        TokenKind::Equal => Comparator::Equal,
        TokenKind::NotEqual => Comparator::NotEqual,
        TokenKind::Less => Comparator::Less,
        TokenKind::LessOrEqual => Comparator::LessOrEqual,
        TokenKind::Greater => Comparator::Greater,
        TokenKind::GreaterOrEqual => Comparator::GreaterOrEqual,
        _ => return None,
    })
}

/// A value as BETWEEN's errors show it: `{S:abc}`.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::S(s) => s.clone(),
        Value::N(n) => n.to_string(),
        _ => "...".to_owned(),
    };
    format!("{{{}:{text}}}", value.value_type().name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use indexmap::IndexMap;
    use proptest::prelude::*;

    fn value(value: Value) -> Value {
        value
    }

    fn bindings() -> Bindings {
        let names = IndexMap::from([("#n".to_owned(), "name".to_owned())]);
        let values = IndexMap::from([
            (":s".to_owned(), value(Value::S("abc".into()))),
            (":n".to_owned(), Value::N(crate::value::Number::from_i64(1))),
            (":m".to_owned(), Value::N(crate::value::Number::from_i64(2))),
        ]);
        Bindings::new(Some(names), Some(values)).unwrap()
    }

    fn parse(text: &str) -> Result<Condition, String> {
        parse_condition(ExpressionKind::Filter, text, &mut bindings())
    }

    fn error(text: &str) -> String {
        let message = parse(text).unwrap_err();
        message.strip_prefix("Invalid FilterExpression: ").unwrap_or(&message).to_owned()
    }

    #[test]
    fn precedence_is_not_then_and_then_or() {
        let Ok(Condition::Or(sides)) = parse("a = :n OR NOT b = :n AND c = :n") else { panic!() };
        assert_eq!(sides.len(), 2);
        let Condition::And(both) = &sides[1] else { panic!() };
        assert!(matches!(both[0], Condition::Not(_)));
    }

    #[test]
    fn every_form_parses() {
        for text in [
            "attribute_exists(a.b[3].#n)",
            "attribute_not_exists (a)",
            "attribute_type(a, :t)",
            "begins_with(#n, :s) and contains(b, :n)",
            "a BETWEEN :n AND :m AND b in (:n, :s, c)",
            "size(a) > :n",
            "(a) = (:n)",
            "((a = :n) OR (b < :m)) AND NOT (c <> :s)",
            "not not not a >= :n",
            "(size(a)) <= :n",
            "(a).b[1] = :n AND (a.b).c = :m AND #n = :s",
        ] {
            let mut bindings = Bindings::new(
                Some(IndexMap::from([("#n".to_owned(), "name".to_owned())])),
                Some(IndexMap::from([
                    (":t".to_owned(), Value::S("SS".into())),
                    (":s".to_owned(), Value::S("x".into())),
                    (":n".to_owned(), Value::N(crate::value::Number::from_i64(1))),
                    (":m".to_owned(), Value::N(crate::value::Number::from_i64(2))),
                ])),
            )
            .unwrap();
            let parsed = parse_condition(ExpressionKind::Condition, text, &mut bindings);
            assert!(parsed.is_ok(), "{text}: {parsed:?}");
        }
    }

    #[test]
    fn syntax_errors_name_the_token_and_its_surroundings() {
        assert_eq!(error("a = "), "Syntax error; token: \"<EOF>\", near: \"=\"");
        assert_eq!(error("!!! INVALID"), "Syntax error; token: \"!\", near: \"!!\"");
        assert_eq!(error("a"), "Syntax error; token: \"<EOF>\", near: \"a\"");
        assert_eq!(error("a = :n b"), "Syntax error; token: \"b\", near: \":n b\"");
        assert_eq!(error("size()"), "Syntax error; token: \")\", near: \"()\"");
        assert_eq!(error(""), "The expression can not be empty;");
    }

    #[test]
    fn semantic_errors_have_the_services_texts() {
        for (text, message) in [
            ("((a = :n))", "The expression has redundant parentheses;"),
            ("((a)).b = :n", "The expression has redundant parentheses;"),
            (
                "contains(attribute_exists(a), status)",
                "The function is not allowed to be used this way in an expression; function: attribute_exists",
            ),
            ("dog(a)", "Invalid function name; function: dog"),
            ("size(a)", "The function is not allowed to be used this way in an expression; function: size"),
            (
                "attribute_exists(a) = :n",
                "The function is not allowed to be used this way in an expression; function: attribute_exists",
            ),
            ("status = :n", "Attribute name is a reserved keyword; reserved keyword: status"),
            (
                "#x = :n",
                "An expression attribute name used in the document path is not defined; attribute name: #x",
            ),
            (
                "a = :x",
                "An expression attribute value used in expression is not defined; attribute value: :x",
            ),
            (
                "size(a, b) = :n",
                "Incorrect number of operands for operator or function; operator or function: size, \
                 number of operands: 2",
            ),
            (
                "attribute_exists(:n)",
                "Operator or function requires a document path; operator or function: attribute_exists",
            ),
            (
                "begins_with(a, :n)",
                "Incorrect operand type for operator or function; operator or function: begins_with, \
                 operand type: N",
            ),
            (
                "a BETWEEN :m AND :n",
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound \
                 operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
            ),
            (
                "a.b = a.b",
                "The first operand must be distinct from the remaining operands for this operator or function; \
                 operator: =, first operand: [a, b]",
            ),
        ] {
            assert_eq!(error(text), message, "{text}");
        }
    }

    #[test]
    fn limits_hold() {
        let many = |n: usize| vec!["a<b"; n].join(" or ");
        assert!(parse(&many(300)).is_ok());
        assert_eq!(error(&many(301)), "The expression contains too many operators; operator count: 301");
        assert_eq!(
            error(&"x".repeat(4097)),
            "Expression size has exceeded the maximum allowed size; expression size: 4097"
        );
        let candidates = vec![":n"; 101].join(",");
        assert_eq!(
            error(&format!("a IN ({candidates})")),
            "The IN operator is provided with too many operands; number of operands: 101"
        );
        for text in [format!("{}a{}", "(".repeat(2000), ")".repeat(2000)), "not ".repeat(1000) + "a<b"] {
            assert!(parse(&text).is_err());
        }
        assert!(parse(&format!("a < {}b{}", "size(".repeat(600), ")".repeat(600))).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn no_tokens_make_the_parser_panic(
            tokens in proptest::collection::vec(
                prop_oneof![
                    Just("a"), Just("#n"), Just(":n"), Just(":s"), Just("("), Just(")"), Just("AND"), Just("OR"),
                    Just("NOT"), Just("IN"), Just("BETWEEN"), Just("="), Just("<"), Just(","), Just("."), Just("["),
                    Just("]"), Just("7"), Just("size"), Just("contains"), Just("attribute_exists"), Just("é")
                ],
                0..24,
            )
        ) {
            let _ = parse(&tokens.join(" "));
        }
    }
}
