//! A template: its sections, each checked for shape, and the references between them.
//!
//! Follows "Template anatomy" of the CloudFormation user guide; error texts are the service's.

mod check;
mod scalar;
mod sections;
mod source;
mod yaml;

use indexmap::IndexMap;
use serde_json::{Map, Value};

pub use sections::{Condition, DeletionPolicy, Output, Resource};
pub use source::{Aliases, MAX_DEPTH, MAX_NODES, Position, Source, SourceError};

use crate::parameters::Parameter;

/// Most resources a template may declare.
pub const MAX_RESOURCES: usize = 500;
/// Most parameters a template may declare.
pub const MAX_PARAMETERS: usize = 200;
/// Most outputs a template may declare.
pub const MAX_OUTPUTS: usize = 200;
/// Most mappings a template may declare.
pub const MAX_MAPPINGS: usize = 200;

/// A template that is wrong; the text is what the ValidationError carries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The text itself.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Top-level keys that no section has.
    #[error("Invalid template property or properties [{}]", .0.join(", "))]
    UnknownSections(Vec<String>),
    /// A section, or something in it, has the wrong shape.
    #[error("Template format error: {0}")]
    Format(String),
    /// An intrinsic function is used wrongly.
    #[error("Template error: {0}")]
    Function(String),
    /// Null where a value belongs.
    #[error("[{0}] 'null' values are not allowed in templates")]
    Null(String),
    /// An attribute that resources don't have (`DependOn`).
    #[error("Invalid template resource property '{0}'")]
    ResourceAttribute(String),
    /// `Ref`s and `DependsOn`s to nothing.
    #[error("Template format error: Unresolved resource dependencies [{}] in the {block} block of the template", .names.join(", "))]
    Unresolved {
        /// What isn't declared.
        names: Vec<String>,
        /// `Resources` or `Outputs`.
        block: &'static str,
    },
    /// A condition that isn't declared.
    #[error(
        "Template format error: Unresolved condition dependency {name} in the {block} block of the template"
    )]
    UnresolvedCondition {
        /// The condition's name.
        name: String,
        /// `Conditions`, `Resources` or `Outputs`.
        block: &'static str,
    },
    /// Resources that wait for each other.
    #[error("Circular dependency between resources: [{}]", .0.join(", "))]
    Circular(Vec<String>),
    /// Conditions that refer to each other.
    #[error("Template format error: Circular dependency between conditions: [{}]", .0.join(", "))]
    CircularConditions(Vec<String>),
    /// Something CloudFormation has and we don't.
    #[error("Template format error: {0} is not supported")]
    NotSupported(String),
}

impl TemplateError {
    /// Where in the template the error lies, as a JSON pointer for [`Source::position`]; `None` when it has no one place.
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Null(pointer) => Some(pointer.clone()),
            Self::Format(text) => {
                let pointer = text.strip_prefix('[')?.split(']').next()?;
                pointer.starts_with('/').then(|| pointer.to_owned())
            }
            Self::UnknownSections(names) => names.first().map(|name| format!("/{name}")),
            Self::Circular(names) => names.first().map(|name| format!("/Resources/{name}")),
            Self::CircularConditions(names) => names.first().map(|name| format!("/Conditions/{name}")),
            Self::Source(_)
            | Self::Function(_)
            | Self::ResourceAttribute(_)
            | Self::Unresolved { .. }
            | Self::UnresolvedCondition { .. }
            | Self::NotSupported(_) => None,
        }
    }
}

/// A template with its sections taken apart.
#[derive(Debug, Clone, Default)]
pub struct Template {
    /// `Description`.
    pub description: Option<String>,
    /// `Metadata`, as written.
    pub metadata: Option<Value>,
    /// `Parameters`, in order.
    pub parameters: IndexMap<String, Parameter>,
    /// `Rules`, as written; [`crate::rules`] asserts them.
    pub rules: Map<String, Value>,
    /// `Mappings`: map name, top key, second key.
    pub mappings: Map<String, Value>,
    /// `Conditions`, in order.
    pub conditions: IndexMap<String, Condition>,
    /// `Transform`: names of macros, in order.
    pub transforms: Vec<String>,
    /// `Resources`, in order.
    pub resources: IndexMap<String, Resource>,
    /// `Outputs`, in order.
    pub outputs: IndexMap<String, Output>,
}

impl Template {
    /// Parses and checks a template that needs no transform (or has had it).
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Self::from_value(Source::parse(text)?.value)
    }

    /// Takes a tree apart and checks it: sections, shapes, limits, references, cycles.
    pub fn from_value(value: Value) -> Result<Self, TemplateError> {
        let template = sections::read(value)?;
        check::references(&template)?;
        Ok(template)
    }
}

/// The macros a tree names in `Transform`, before its sections are read.
pub fn transforms_of(value: &Value) -> Vec<String> {
    value.get("Transform").map(sections::transform_names).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Template::parse(text).unwrap_err().to_string()
    }

    const TOPIC: &str = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n";

    #[test]
    fn a_template_is_read_section_by_section() {
        let template = Template::parse(
            r#"
AWSTemplateFormatVersion: 2010-09-09
Description: Orders
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Mappings:
  Sizes: {dev: {Memory: 128}, prod: {Memory: 512}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Condition: IsProd
    DeletionPolicy: Retain
    Properties: {TableName: !Sub "${AWS::StackName}-t"}
  Queue:
    Type: AWS::SQS::Queue
    DependsOn: Table
Outputs:
  Url:
    Value: !Ref Queue
    Export: {Name: !Sub "${Env}-url"}
"#,
        )
        .unwrap();
        assert_eq!(template.resources["Table"].deletion_policy, DeletionPolicy::Retain);
        assert_eq!(template.resources["Queue"].depends_on, ["Table"]);
        assert!(template.outputs["Url"].export.is_some());
        assert_eq!(template.conditions.len(), 1);
    }

    #[test]
    fn unknown_sections_and_attributes_are_named() {
        assert_eq!(
            error(&format!("{TOPIC}Foo: 1\nBar: 2\n")),
            "Invalid template property or properties [Foo, Bar]"
        );
        assert_eq!(
            error("Resources:\n  T:\n    Type: X::Y::Z\n    DependOn: Q\n"),
            "Invalid template resource property 'DependOn'"
        );
    }

    #[test]
    fn missing_parts_are_told_in_the_services_words() {
        assert_eq!(
            error("Description: x"),
            "Template format error: At least one Resources member must be defined."
        );
        assert_eq!(
            error("Resources:\n  T: {Properties: {}}\n"),
            "Template format error: [/Resources/T] Every Resources object must contain a Type member."
        );
        assert_eq!(
            error("Resources:\n  my-topic: {Type: A::B::C}\n"),
            "Template format error: Resource name my-topic is non alphanumeric."
        );
        assert_eq!(
            error(&format!("{TOPIC}    Properties:\n      A:\n")),
            "[/Resources/T/Properties/A] 'null' values are not allowed in templates"
        );
    }

    #[test]
    fn references_to_nothing_are_named() {
        assert_eq!(
            error(
                "Resources:\n  T: {Type: A::B::C, Properties: {X: !Ref Nope, Y: !Sub '${Gone}-${!Kept}'}}\n"
            ),
            "Template format error: Unresolved resource dependencies [Nope, Gone] in the Resources block of the template"
        );
        assert_eq!(
            error(&format!("{TOPIC}Outputs:\n  O: {{Value: !Ref Nope}}\n")),
            "Template format error: Unresolved resource dependencies [Nope] in the Outputs block of the template"
        );
        assert_eq!(
            error("Resources:\n  T: {Type: A::B::C, Properties: {X: !GetAtt Nope.Arn}}\n"),
            "Template error: instance of Fn::GetAtt references undefined resource Nope"
        );
        assert_eq!(
            error("Resources:\n  T: {Type: A::B::C, Condition: Nope}\n"),
            "Template format error: Unresolved condition dependency Nope in the Resources block of the template"
        );
        assert_eq!(
            error(&format!("{TOPIC}Conditions:\n  A: !Not [!Condition B]\n")),
            "Template format error: Unresolved condition dependency B in the Conditions block of the template"
        );
    }

    #[test]
    fn errors_lead_back_to_their_line() {
        let text = "Resources:\n  T:\n    Type: A::B::C\n    Properties:\n      A: {B: }\n";
        let source = Source::parse(text).unwrap();
        let place = Template::from_value(source.value.clone()).unwrap_err().place().unwrap();
        assert_eq!(
            (place.as_str(), source.position(&place).unwrap().line),
            ("/Resources/T/Properties/A/B", 5)
        );
    }

    #[test]
    fn cycles_are_named() {
        assert_eq!(
            error(
                "Resources:\n  A: {Type: X::Y::Z, Properties: {P: !Ref B}}\n  B: {Type: X::Y::Z, DependsOn: A}\n  C: {Type: X::Y::Z, DependsOn: A}\n"
            ),
            "Circular dependency between resources: [A, B]"
        );
        assert_eq!(
            error("Resources:\n  A: {Type: X::Y::Z, Properties: {P: !Ref A}}\n"),
            "Circular dependency between resources: [A]"
        );
        assert_eq!(
            error(&format!("{TOPIC}Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n")),
            "Template format error: Circular dependency between conditions: [A, B]"
        );
    }
}
