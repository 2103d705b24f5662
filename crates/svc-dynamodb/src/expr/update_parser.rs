//! Parses and checks update expressions.
//!
//! ```text
//! update  := (SET path = value, … | REMOVE path, … | ADD path :value, … | DELETE path :value, …)+
//! value   := operand [(+|-) operand]
//! operand := ( operand ) | if_not_exists ( path , operand ) | list_append ( operand , operand ) | :value | path
//! ```

use std::sync::Arc;

use super::ExpressionKind;
use super::ast::{Path, SetOperand, SetValue, Update};
use super::bindings::Bindings;
use super::lexer::TokenKind;
use super::parser::{Parser, Rank};
use crate::value::validate::Invalid;
use crate::value::{Value, ValueType};

const RESERVED: Rank = (0, 0, 0);
const UNKNOWN_FUNCTION: Rank = (1, 0, 0);
const SECTION: Rank = (2, 0, 0);
const UNDEFINED_NAME: Rank = (3, 0, 0);
const UNDEFINED_VALUE: Rank = (4, 0, 0);
const OVERLAP: Rank = (5, 0, 0);
const CONFLICT: Rank = (6, 0, 0);
const OPERAND: Rank = (7, 0, 0);
const FUNCTION: Rank = (8, 0, 0);

const SECTIONS: [&str; 4] = ["SET", "REMOVE", "ADD", "DELETE"];

/// Parses an update expression.
pub fn parse_update(text: &str, bindings: &mut Bindings) -> Result<Update, Invalid> {
    let mut parser = UpdateParser {
        parser: Parser::new(ExpressionKind::Update, text, bindings)?,
        update: Update::default(),
        targets: Vec::new(),
        seen: [false; 4],
    };
    loop {
        parser.section()?;
        if parser.parser.peek() == TokenKind::End {
            break;
        }
    }
    let UpdateParser { mut parser, update, targets, .. } = parser;
    for (at, later) in targets.iter().enumerate() {
        for earlier in &targets[..at] {
            parser.clash_issue(OVERLAP, CONFLICT, earlier, later);
        }
    }
    parser.finish()?;
    Ok(update)
}

struct UpdateParser<'a> {
    parser: Parser<'a>,
    update: Update,
    /// Every path written, in the order of the text, whatever is wrong with its value.
    targets: Vec<Path>,
    seen: [bool; 4],
}

impl UpdateParser<'_> {
    fn section(&mut self) -> Result<(), Invalid> {
        let Some(section) = SECTIONS.iter().position(|word| self.parser.is_keyword(word)) else {
            return Err(self.parser.syntax_error());
        };
        self.parser.advance();
        if std::mem::replace(&mut self.seen[section], true) {
            self.parser.issue(SECTION, || {
                format!(
                    "The \"{}\" section can only be used once in an update expression;",
                    SECTIONS[section]
                )
            });
        }
        loop {
            self.action(section)?;
            if !self.parser.take(TokenKind::Comma) {
                return Ok(());
            }
        }
    }

    fn action(&mut self, section: usize) -> Result<(), Invalid> {
        let path = self.path()?;
        self.targets.push(path.clone());
        match section {
            0 => {
                self.parser.expect(TokenKind::Equal)?;
                if let Some(value) = self.set_value()? {
                    self.update.set.push((path, value));
                }
            }
            1 => self.update.remove.push(path),
            _ => {
                if self.parser.peek() != TokenKind::Value {
                    return Err(self.parser.syntax_error());
                }
                let Some(value) = self.parser.value(UNDEFINED_VALUE) else { return Ok(()) };
                self.check_operand(section, &value);
                let actions = if section == 2 { &mut self.update.add } else { &mut self.update.delete };
                actions.push((path, value));
            }
        }
        Ok(())
    }

    fn path(&mut self) -> Result<Path, Invalid> {
        self.parser.path(UNDEFINED_NAME, RESERVED)
    }

    /// `ADD` takes numbers and sets, `DELETE` sets.
    fn check_operand(&mut self, section: usize, value: &Value) {
        let value_type = value.value_type();
        if value_type.is_set() || (section == 2 && value_type == ValueType::N) {
            return;
        }
        let operator = SECTIONS[section];
        self.parser.issue(OPERAND, || {
            format!(
                "Incorrect operand type for operator or function; operator: {operator}, operand type: {}, \
                 typeSet: ALLOWED_FOR_{operator}_OPERAND",
                value_type.long_name()
            )
        });
    }

    /// `None` where a semantic error is remembered. Parentheses may stand around an operand or around the whole.
    fn set_value(&mut self) -> Result<Option<SetValue>, Invalid> {
        let left = if self.parser.peek() == TokenKind::Open {
            self.parser.advance();
            let nesting = self.parser.nesting();
            self.parser.enter()?;
            let inner = self.set_value()?;
            self.parser.leave(nesting);
            self.parser.expect(TokenKind::Close)?;
            match inner {
                Some(SetValue::Operand(operand)) => Some(operand),
                // A sum in parentheses is no operand: what follows must end the action.
                whole => return Ok(whole),
            }
        } else {
            self.operand()?
        };
        let sign = self.parser.peek();
        if !matches!(sign, TokenKind::Plus | TokenKind::Minus) {
            return Ok(left.map(SetValue::Operand));
        }
        self.parser.advance();
        self.parser.count_operator();
        let right = self.operand()?;
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        let name = if sign == TokenKind::Plus { "+" } else { "-" };
        self.check_types(name, [&left, &right], ValueType::N);
        Ok(Some(if sign == TokenKind::Plus {
            SetValue::Plus(left, right)
        } else {
            SetValue::Minus(left, right)
        }))
    }

    fn operand(&mut self) -> Result<Option<SetOperand>, Invalid> {
        match self.parser.peek() {
            TokenKind::Open => {
                self.parser.advance();
                let nesting = self.parser.nesting();
                self.parser.enter()?;
                let inner = self.operand()?;
                self.parser.leave(nesting);
                self.parser.expect(TokenKind::Close)?;
                Ok(inner)
            }
            TokenKind::Value => Ok(self.parser.value(UNDEFINED_VALUE).map(SetOperand::Value)),
            TokenKind::Word if self.parser.peek_second() == TokenKind::Open => self.function(),
            _ => Ok(Some(SetOperand::Path(self.path()?))),
        }
    }

    fn function(&mut self) -> Result<Option<SetOperand>, Invalid> {
        let name = self.parser.token_text();
        self.parser.advance();
        self.parser.advance();
        self.parser.count_operator();
        let nesting = self.parser.nesting();
        self.parser.enter()?;
        let mut operands = vec![self.operand()?];
        while self.parser.take(TokenKind::Comma) {
            operands.push(self.operand()?);
        }
        self.parser.leave(nesting);
        self.parser.expect(TokenKind::Close)?;
        self.checked(name, operands)
    }

    fn checked(
        &mut self,
        name: &str,
        operands: Vec<Option<SetOperand>>,
    ) -> Result<Option<SetOperand>, Invalid> {
        if !matches!(name, "if_not_exists" | "list_append") {
            self.parser.issue(UNKNOWN_FUNCTION, || unknown_function(name));
            return Ok(None);
        }
        let count = operands.len();
        let mut operands = operands.into_iter();
        let (Some(first), Some(second), None) = (operands.next(), operands.next(), operands.next()) else {
            self.parser.issue(FUNCTION, || {
                format!(
                    "Incorrect number of operands for operator or function; \
                     operator or function: {name}, number of operands: {count}"
                )
            });
            return Ok(None);
        };
        let (Some(first), Some(second)) = (first, second) else { return Ok(None) };
        if name == "list_append" {
            self.check_types(name, [&first, &second], ValueType::L);
            return Ok(Some(SetOperand::ListAppend(Box::new(first), Box::new(second))));
        }
        match first {
            SetOperand::Path(path) => Ok(Some(SetOperand::IfNotExists(path, Box::new(second)))),
            _ => {
                self.parser.issue(FUNCTION, || {
                    "Operator or function requires a document path; operator or function: if_not_exists"
                        .to_owned()
                });
                Ok(None)
            }
        }
    }

    fn check_types(&mut self, name: &str, operands: [&SetOperand; 2], expected: ValueType) {
        for operand in operands {
            let known = match operand {
                SetOperand::Value(value) => value.value_type(),
                SetOperand::ListAppend(..) => ValueType::L,
                SetOperand::Path(_) | SetOperand::IfNotExists(..) => continue,
            };
            if known != expected {
                self.parser.issue(FUNCTION, || {
                    format!(
                        "Incorrect operand type for operator or function; \
                         operator or function: {name}, operand type: {}",
                        known.name()
                    )
                });
            }
        }
    }
}

fn unknown_function(name: &str) -> String {
    match name {
        "attribute_exists"
        | "attribute_not_exists"
        | "attribute_type"
        | "begins_with"
        | "contains"
        | "size" => {
            format!("The function is not allowed in an update expression; function: {name}")
        }
        _ => format!("Invalid function name; function: {name}"),
    }
}

/// The type a `SET` will give an attribute, where it is known before evaluation: what index keys are checked by.
pub fn known_set_type(value: &SetValue) -> Option<ValueType> {
    match value {
        SetValue::Operand(SetOperand::Value(value)) => Some(Arc::as_ref(value).value_type()),
        SetValue::Operand(SetOperand::ListAppend(..)) => Some(ValueType::L),
        SetValue::Plus(..) | SetValue::Minus(..) => Some(ValueType::N),
        SetValue::Operand(SetOperand::Path(_) | SetOperand::IfNotExists(..)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;
    use indexmap::IndexMap;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Update, String> {
        let values = IndexMap::from([
            (":n".to_owned(), Value::N(Number::from_i64(1))),
            (":s".to_owned(), Value::S("x".into())),
            (":l".to_owned(), Value::L(Vec::new())),
            (":ss".to_owned(), Value::Ss(vec!["x".into()])),
        ]);
        let names = IndexMap::from([("#n".to_owned(), "name".to_owned())]);
        let mut bindings = Bindings::new(Some(names), Some(values)).unwrap();
        parse_update(text, &mut bindings)
    }

    fn error(text: &str) -> String {
        let message = parse(text).unwrap_err();
        message.strip_prefix("Invalid UpdateExpression: ").unwrap_or(&message).to_owned()
    }

    #[test]
    fn all_sections_parse_in_any_order_and_case() {
        let update =
            parse("remove a.b[2], #n ADD c :n, d :ss SET e = if_not_exists(f, :n) + :n, g = list_append(g, :l) DELETE h :ss")
                .unwrap();
        assert_eq!(
            (update.set.len(), update.remove.len(), update.add.len(), update.delete.len()),
            (2, 2, 2, 1)
        );
        for text in ["SET a = (b + :n)", "SET a = ((b) + (:n))", "SET a = (b) - :n, c = ((d))"] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn errors_have_the_services_texts() {
        for (text, message) in [
            ("INVALID SYNTAX HERE", "Syntax error; token: \"INVALID\", near: \"INVALID SYNTAX\""),
            ("ADD hits : incr", "Syntax error; token: \":\", near: \"hits : incr\""),
            ("SET a = :n SET b = :n", "The \"SET\" section can only be used once in an update expression;"),
            ("SET status = :n", "Attribute name is a reserved keyword; reserved keyword: status"),
            (
                "SET a = :x",
                "An expression attribute value used in expression is not defined; attribute value: :x",
            ),
            (
                "SET a.b = :n REMOVE a",
                "Two document paths overlap with each other; must remove or rewrite one of these paths; \
                 path one: [a, b], path two: [a]",
            ),
            (
                "SET a.b = :n, a[0] = :n",
                "Two document paths conflict with each other; must remove or rewrite one of these paths; \
                 path one: [a, b], path two: [a, [0]]",
            ),
            (
                "ADD a :s",
                "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, \
                 typeSet: ALLOWED_FOR_ADD_OPERAND",
            ),
            (
                "DELETE a :n",
                "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, \
                 typeSet: ALLOWED_FOR_DELETE_OPERAND",
            ),
            (
                "SET a = b + :s",
                "Incorrect operand type for operator or function; operator or function: +, operand type: S",
            ),
            (
                "SET a[1] = :n, c = if_not_exists(:n), c.d = :n, a.b = :n",
                "Two document paths overlap with each other; must remove or rewrite one of these paths; \
                 path one: [c], path two: [c, d]",
            ),
            ("SET a = dog(b)", "Invalid function name; function: dog"),
            ("SET a = size(b)", "The function is not allowed in an update expression; function: size"),
            (
                "SET a = if_not_exists(:n, b)",
                "Operator or function requires a document path; operator or function: if_not_exists",
            ),
            (
                "SET a = list_append(b)",
                "Incorrect number of operands for operator or function; operator or function: list_append, \
                 number of operands: 1",
            ),
            ("", "The expression can not be empty;"),
        ] {
            assert_eq!(error(text), message, "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let text = format!("SET a = {}b{}", "list_append(".repeat(200), ",c)".repeat(200));
        assert!(parse(&text).is_err());
        assert!(parse(&format!("SET a = {}b{}", "(".repeat(2000), ")".repeat(2000))).is_err());
    }

    proptest! {
        #[test]
        fn no_tokens_make_the_parser_panic(
            tokens in proptest::collection::vec(
                prop_oneof![
                    Just("a"), Just("#n"), Just(":n"), Just(":l"), Just(":ss"), Just("("), Just(")"), Just("SET"),
                    Just("REMOVE"), Just("ADD"), Just("DELETE"), Just("="), Just("+"), Just("-"), Just(","), Just("."),
                    Just("["), Just("]"), Just("7"), Just("if_not_exists"), Just("list_append"), Just("é")
                ],
                0..24,
            )
        ) {
            let _ = parse(&tokens.join(" "));
        }
    }
}
