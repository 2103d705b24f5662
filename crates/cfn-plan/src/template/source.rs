//! Template text to a value tree with positions.
//!
//! JSON (text whose first character is `{`) and YAML both come out as `serde_json::Value` with key order kept; YAML short
//! tags become their long form (`!Ref X` is `{"Ref": "X"}`). Nesting, node count and the use of aliases are bounded
//! here, before the tree is built; the size of the text is the caller's to check (51,200 bytes inline, 1 MB by URL).

use std::collections::HashMap;

use serde_json::Value;

use super::yaml;

/// Mappings and lists may nest this deep.
pub const MAX_DEPTH: usize = 100;
/// A template may hold this many scalars, lists and mappings, aliases counted as often as they are used.
pub const MAX_NODES: usize = 400_000;

/// A place in the text, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// What to do with YAML anchors and aliases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aliases {
    /// As the CloudFormation API does.
    #[default]
    Refuse,
    /// As the AWS CLI and SAM CLI do before they upload; merge keys (`<<`) included.
    Expand,
}

/// A parsed template before its sections are looked at.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The tree, in long form.
    pub value: Value,
    /// Where keys of the first four levels stand, by JSON pointer (`/Resources/Table/Properties`). Empty for JSON.
    pub positions: HashMap<String, Position>,
}

/// The text isn't a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Syntax.
    #[error("Template format error: {format} not well-formed. (line {line}, column {column})")]
    NotWellFormed {
        /// `JSON` or `YAML`.
        format: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The top level is not a mapping.
    #[error("Template format error: unsupported structure.")]
    UnsupportedStructure,
    /// An alias where none is allowed.
    #[error("Template error: YAML aliases are not allowed in CloudFormation templates")]
    AliasesNotAllowed,
    /// A tag that is no short form of an intrinsic function.
    #[error("Template format error: YAML tag '{tag}' is not supported. (line {line}, column {column})")]
    UnknownTag {
        /// The tag as written.
        tag: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Deeper than [`MAX_DEPTH`].
    #[error(
        "Template format error: Maximum nesting depth of {MAX_DEPTH} exceeded. (line {line}, column {column})"
    )]
    TooDeep {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// More than [`MAX_NODES`] nodes.
    #[error("Template format error: Template has more than {MAX_NODES} values.")]
    TooLarge,
}

impl Source {
    /// Parses JSON or YAML, refusing aliases as the CloudFormation API does.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        Self::parse_with(text, Aliases::Refuse)
    }

    /// Parses JSON or YAML.
    pub fn parse_with(text: &str, aliases: Aliases) -> Result<Self, SourceError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source =
            if text.trim_start().starts_with('{') { parse_json(text)? } else { yaml::parse(text, aliases)? };
        if !source.value.is_object() {
            return Err(SourceError::UnsupportedStructure);
        }
        Ok(source)
    }

    /// The position of the nearest key at or above a JSON pointer.
    pub fn position(&self, pointer: &str) -> Option<Position> {
        let mut at = pointer;
        loop {
            if let Some(position) = self.positions.get(at) {
                return Some(*position);
            }
            at = &at[..at.rfind('/')?];
        }
    }
}

fn parse_json(text: &str) -> Result<Source, SourceError> {
    let value = serde_json::from_str(text).map_err(|error| SourceError::NotWellFormed {
        format: "JSON",
        line: error.line(),
        column: error.column(),
    })?;
    Ok(Source { value, positions: HashMap::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn value(text: &str) -> Value {
        Source::parse(text).unwrap().value
    }

    #[test]
    fn short_tags_become_their_long_form() {
        let text = r#"
A: !Ref Table
B: !GetAtt Table.Arn
C: !GetAtt [Table, Stream.Arn]
D: !Sub "${A}-x"
E: !Join ["-", [!Ref A, b]]
F: !If [IsProd, !Ref AWS::NoValue, {X: 1}]
G: !Condition IsProd
H: !Base64
  Fn::Sub: x
I: !GetAtt Nested.Outputs.Url
J: !Equals [!Ref Env, prod]
K: !GetAZs ''
L: !Ref 123
"#;
        assert_eq!(
            value(text),
            json!({
                "A": {"Ref": "Table"},
                "B": {"Fn::GetAtt": ["Table", "Arn"]},
                "C": {"Fn::GetAtt": ["Table", "Stream.Arn"]},
                "D": {"Fn::Sub": "${A}-x"},
                "E": {"Fn::Join": ["-", [{"Ref": "A"}, "b"]]},
                "F": {"Fn::If": ["IsProd", {"Ref": "AWS::NoValue"}, {"X": 1}]},
                "G": {"Condition": "IsProd"},
                "H": {"Fn::Base64": {"Fn::Sub": "x"}},
                "I": {"Fn::GetAtt": ["Nested", "Outputs.Url"]},
                "J": {"Fn::Equals": [{"Ref": "Env"}, "prod"]},
                "K": {"Fn::GetAZs": ""},
                "L": {"Ref": "123"},
            })
        );
    }

    #[test]
    fn numbers_as_keys_and_quoted_digits_stay_as_written() {
        let text = "M:\n  012345678901: {a: '0123', b: 0123}\nV: 2012-10-17\n? 1.10\n: x\n";
        assert_eq!(
            value(text),
            json!({"M": {"012345678901": {"a": "0123", "b": 83}}, "V": "2012-10-17", "1.10": "x"})
        );
    }

    #[test]
    fn syntax_errors_name_line_and_column() {
        let error = Source::parse("A:\n  - b\n c: [").unwrap_err().to_string();
        assert!(error.starts_with("Template format error: YAML not well-formed. (line "), "{error}");
        let error = Source::parse("{\"A\": \n }").unwrap_err().to_string();
        assert_eq!(error, "Template format error: JSON not well-formed. (line 2, column 2)");
        assert_eq!(Source::parse("hello").unwrap_err(), SourceError::UnsupportedStructure);
        assert_eq!(Source::parse("").unwrap_err(), SourceError::UnsupportedStructure);
        let error = Source::parse("A: !Frob x").unwrap_err().to_string();
        assert_eq!(error, "Template format error: YAML tag '!Frob' is not supported. (line 1, column 4)");
    }

    #[test]
    fn aliases_are_refused_or_expanded_within_bounds() {
        let text = "A: &a {x: 1, y: 2}\nB: *a\nC:\n  <<: *a\n  y: 3\n";
        assert_eq!(Source::parse(text).unwrap_err(), SourceError::AliasesNotAllowed);
        let expanded = Source::parse_with(text, Aliases::Expand).unwrap().value;
        assert_eq!(expanded, json!({"A": {"x": 1, "y": 2}, "B": {"x": 1, "y": 2}, "C": {"x": 1, "y": 3}}));
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let previous = level - 1;
            let items = vec![format!("*a{previous}"); 10].join(",");
            bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert_eq!(Source::parse_with(&bomb, Aliases::Expand).unwrap_err(), SourceError::TooLarge);
    }

    #[test]
    fn deep_nesting_is_refused_in_both_syntaxes() {
        let yaml = format!("A: {}", "[".repeat(200));
        assert!(
            matches!(Source::parse(&yaml), Err(SourceError::TooDeep { .. })),
            "{:?}",
            Source::parse(&yaml)
        );
        let json = format!("{{\"A\": {}", "[".repeat(5000));
        assert!(Source::parse(&json).is_err());
    }

    #[test]
    fn positions_point_at_keys() {
        let source =
            Source::parse("Resources:\n  Table:\n    Type: X\n    Properties:\n      A: 1\n").unwrap();
        assert_eq!(source.position("/Resources/Table").unwrap(), Position { line: 2, column: 3 });
        assert_eq!(source.position("/Resources/Table/Properties/A/B").unwrap().line, 5);
        assert_eq!(source.position("/Nope"), None);
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let text = String::from_utf8_lossy(&bytes);
            let _ = Source::parse_with(&text, Aliases::Expand);
        }

        #[test]
        fn yaml_shaped_noise_never_panics(text in "[\\-\\[\\]{}:,!&*?|>'\"%@#a-c \\n\\t~<0-9]{0,120}") {
            let _ = Source::parse_with(&text, Aliases::Expand);
            let _ = Source::parse(&text);
        }
    }
}
