//! Template parameters: declarations, and the values given for them checked against their constraints.
//!
//! A value of type `AWS::SSM::Parameter::Value<..>` names a Parameter Store entry; [`needed_ssm`] lists those so that the
//! caller can read them before [`resolve`]. Error texts are the service's.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::intrinsics::dynamic::DynamicReference;

/// What a parameter's value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterType {
    /// `String`, `AWS::EC2::VPC::Id` and other single identifiers.
    Text,
    /// `Number`.
    Number,
    /// `List<Number>`.
    NumberList,
    /// `CommaDelimitedList`, `List<String>`, `List<AWS::EC2::Subnet::Id>` and the like.
    TextList,
    /// `AWS::SSM::Parameter::Name`: the name itself, which must exist.
    SsmName,
    /// `AWS::SSM::Parameter::Value<..>`: the value stored under a name; `list` when the inner type is one.
    SsmValue {
        /// The value is split at commas.
        list: bool,
    },
}

/// A declared parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// `Type` as written.
    pub type_name: String,
    /// `Type`, understood.
    pub kind: ParameterType,
    /// `Default`.
    pub default: Option<String>,
    /// `AllowedValues`.
    pub allowed_values: Option<Vec<String>>,
    /// `AllowedPattern`, a regular expression over the whole value.
    pub allowed_pattern: Option<String>,
    /// `MinLength` and `MaxLength`, characters.
    pub length: (Option<u64>, Option<u64>),
    /// `MinValue` and `MaxValue`.
    pub range: (Option<f64>, Option<f64>),
    /// `NoEcho`: never shown.
    pub no_echo: bool,
    /// `Description`.
    pub description: Option<String>,
    /// `ConstraintDescription`.
    pub constraint_description: Option<String>,
}

/// Values that don't fit their declarations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// No value and no default.
    #[error("Parameters: [{}] must have values", .0.join(", "))]
    MissingValues(Vec<String>),
    /// Values for parameters that aren't declared.
    #[error("Parameters: [{}] do not exist in the template", .0.join(", "))]
    Undeclared(Vec<String>),
    /// A constraint with a description of its own.
    #[error("Parameter {name} failed to satisfy constraint: {description}")]
    Described {
        /// The parameter.
        name: String,
        /// Its `ConstraintDescription`.
        description: String,
    },
    /// A constraint.
    #[error("Parameter '{name}' must {must}")]
    Constraint {
        /// The parameter.
        name: String,
        /// What it must: `be one of AllowedValues`.
        must: String,
    },
    /// A Parameter Store entry that couldn't be read.
    #[error("Unable to fetch parameters [{}] from parameter store for this account.", .0.join(", "))]
    SsmMissing(Vec<String>),
}

const PROPERTIES: &[&str] = &[
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

const IDENTIFIERS: &[&str] = &[
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::Volume::Id",
    "AWS::EC2::VPC::Id",
    "AWS::Route53::HostedZone::Id",
];

impl Parameter {
    /// Reads a declaration. The error is what follows "Template format error: ".
    pub fn from_value(name: &str, value: &Value) -> Result<Self, String> {
        let Value::Object(entry) = value else {
            return Err(format!("[/Parameters/{name}] Every Parameters member must be a map."));
        };
        if let Some(unknown) = entry.keys().find(|key| !PROPERTIES.contains(&key.as_str())) {
            return Err(format!("Invalid template parameter property '{unknown}'"));
        }
        let type_name = entry.get("Type").and_then(Value::as_str).ok_or_else(|| {
            format!("Every Parameters object must contain a Type member. (parameter {name})")
        })?;
        let kind = kind_of(type_name).ok_or_else(|| format!("Unrecognized parameter type: {type_name}"))?;
        let parameter = Self {
            type_name: type_name.to_owned(),
            kind,
            default: text(entry, "Default")?,
            allowed_values: allowed_values(entry)?,
            allowed_pattern: text(entry, "AllowedPattern")?,
            length: (count(entry, "MinLength")?, count(entry, "MaxLength")?),
            range: (number(entry, "MinValue")?, number(entry, "MaxValue")?),
            no_echo: text(entry, "NoEcho")?.is_some_and(|flag| flag.eq_ignore_ascii_case("true")),
            description: text(entry, "Description")?,
            constraint_description: text(entry, "ConstraintDescription")?,
        };
        if let Some(pattern) = &parameter.allowed_pattern {
            full_match(pattern).ok_or_else(|| format!("Parameter '{name}' has an invalid AllowedPattern"))?;
        }
        Ok(parameter)
    }

    fn is_ssm(&self) -> bool {
        matches!(self.kind, ParameterType::SsmValue { .. } | ParameterType::SsmName)
    }
}

fn kind_of(type_name: &str) -> Option<ParameterType> {
    if let Some(inner) = type_name.strip_prefix("AWS::SSM::Parameter::Value<") {
        let inner = inner.strip_suffix('>')?;
        return match kind_of(inner)? {
            ParameterType::Text => Some(ParameterType::SsmValue { list: false }),
            ParameterType::TextList => Some(ParameterType::SsmValue { list: true }),
            _ => None,
        };
    }
    if let Some(inner) = type_name.strip_prefix("List<").and_then(|inner| inner.strip_suffix('>')) {
        return match inner {
            "Number" => Some(ParameterType::NumberList),
            "String" => Some(ParameterType::TextList),
            other => IDENTIFIERS.contains(&other).then_some(ParameterType::TextList),
        };
    }
    match type_name {
        "String" => Some(ParameterType::Text),
        "Number" => Some(ParameterType::Number),
        "CommaDelimitedList" => Some(ParameterType::TextList),
        "AWS::SSM::Parameter::Name" => Some(ParameterType::SsmName),
        other => IDENTIFIERS.contains(&other).then_some(ParameterType::Text),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn text(entry: &Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    let Some(value) = entry.get(key) else { return Ok(None) };
    scalar(value).map(Some).ok_or_else(|| format!("Every {key} member must be a string."))
}

fn count(entry: &Map<String, Value>, key: &str) -> Result<Option<u64>, String> {
    let Some(text) = text(entry, key)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| format!("Every {key} member must be a number."))
}

fn number(entry: &Map<String, Value>, key: &str) -> Result<Option<f64>, String> {
    let Some(text) = text(entry, key)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| format!("Every {key} member must be a number."))
}

fn allowed_values(entry: &Map<String, Value>) -> Result<Option<Vec<String>>, String> {
    let Some(value) = entry.get("AllowedValues") else { return Ok(None) };
    let items = value.as_array().ok_or("Every AllowedValues member must be a list.")?;
    let values: Option<Vec<String>> = items.iter().map(scalar).collect();
    Ok(Some(values.ok_or("Every AllowedValues value must be a string.")?))
}

fn full_match(pattern: &str) -> Option<fancy_regex::Regex> {
    fancy_regex::RegexBuilder::new(&format!("^(?:{pattern})$")).backtrack_limit(100_000).build().ok()
}

/// Parameter Store entries to read before [`resolve`]: parameter name to reference.
pub fn needed_ssm(
    declared: &IndexMap<String, Parameter>,
    given: &IndexMap<String, String>,
) -> IndexMap<String, DynamicReference> {
    declared
        .iter()
        .filter(|(_, parameter)| parameter.is_ssm())
        .filter_map(|(name, parameter)| {
            let text = given.get(name).or(parameter.default.as_ref())?;
            Some((name.clone(), ssm_reference(text)))
        })
        .collect()
}

fn ssm_reference(text: &str) -> DynamicReference {
    if let Some((name, version)) = text.rsplit_once(':')
        && let Ok(version) = version.parse()
    {
        return DynamicReference::Ssm { name: name.to_owned(), version: Some(version) };
    }
    DynamicReference::Ssm { name: text.to_owned(), version: None }
}

/// Values given, defaults and Parameter Store answers (by parameter name) to what `Ref` gives: a string, or a list of
/// strings.
pub fn resolve(
    declared: &IndexMap<String, Parameter>,
    given: &IndexMap<String, String>,
    ssm: &IndexMap<String, String>,
) -> Result<IndexMap<String, Value>, ParameterError> {
    let undeclared: Vec<String> =
        given.keys().filter(|name| !declared.contains_key(*name)).cloned().collect();
    if !undeclared.is_empty() {
        return Err(ParameterError::Undeclared(undeclared));
    }
    let missing: Vec<String> = declared
        .iter()
        .filter(|(name, parameter)| !given.contains_key(*name) && parameter.default.is_none())
        .map(|(name, _)| name.clone())
        .collect();
    if !missing.is_empty() {
        return Err(ParameterError::MissingValues(missing));
    }
    let mut resolved = IndexMap::with_capacity(declared.len());
    for (name, parameter) in declared {
        let Some(text) = given.get(name).or(parameter.default.as_ref()) else { continue };
        check(name, parameter, text)?;
        resolved.insert(name.clone(), value_of(name, parameter, text, ssm)?);
    }
    Ok(resolved)
}

fn value_of(
    name: &str,
    parameter: &Parameter,
    text: &str,
    ssm: &IndexMap<String, String>,
) -> Result<Value, ParameterError> {
    match parameter.kind {
        ParameterType::Text | ParameterType::Number => Ok(Value::from(text)),
        ParameterType::NumberList | ParameterType::TextList => Ok(list(text)),
        ParameterType::SsmName | ParameterType::SsmValue { .. } => {
            let stored = ssm.get(name).ok_or_else(|| ParameterError::SsmMissing(vec![text.to_owned()]))?;
            Ok(match parameter.kind {
                ParameterType::SsmValue { list: true } => list(stored),
                ParameterType::SsmValue { list: false } => Value::from(stored.as_str()),
                _ => Value::from(text),
            })
        }
    }
}

fn list(text: &str) -> Value {
    if text.is_empty() {
        return Value::Array(Vec::new());
    }
    text.split(',').map(|item| Value::from(item.trim())).collect()
}

fn check(name: &str, parameter: &Parameter, text: &str) -> Result<(), ParameterError> {
    let items: Vec<&str> = match parameter.kind {
        ParameterType::NumberList | ParameterType::TextList => text.split(',').map(str::trim).collect(),
        _ => vec![text],
    };
    for item in items {
        if let Some(must) = violation(parameter, item) {
            return Err(match &parameter.constraint_description {
                Some(description) => {
                    ParameterError::Described { name: name.to_owned(), description: description.clone() }
                }
                None => ParameterError::Constraint { name: name.to_owned(), must },
            });
        }
    }
    Ok(())
}

/// What the value must, when it doesn't.
fn violation(parameter: &Parameter, text: &str) -> Option<String> {
    if let Some(allowed) = &parameter.allowed_values
        && !allowed.iter().any(|value| value == text)
    {
        return Some("be one of AllowedValues".to_owned());
    }
    if matches!(parameter.kind, ParameterType::Number | ParameterType::NumberList) {
        return number_violation(parameter.range, text);
    }
    let length = text.chars().count() as u64;
    match parameter.length {
        (Some(least), _) if length < least => return Some(format!("contain at least {least} characters")),
        (_, Some(most)) if length > most => return Some(format!("contain at most {most} characters")),
        _ => {}
    }
    let pattern = parameter.allowed_pattern.as_ref()?;
    let matches = full_match(pattern).is_some_and(|regex| regex.is_match(text).unwrap_or(false));
    (!matches).then(|| format!("match pattern {pattern}"))
}

fn number_violation(range: (Option<f64>, Option<f64>), text: &str) -> Option<String> {
    let Some(value) = text.trim().parse::<f64>().ok().filter(|value| value.is_finite()) else {
        return Some("be a number".to_owned());
    };
    match range {
        (Some(least), _) if value < least => Some(format!("be a number not less than {least}")),
        (_, Some(most)) if value > most => Some(format!("be a number not greater than {most}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resolve_one(declaration: Value, given: Option<&str>) -> Result<Value, String> {
        let declared = IndexMap::from([("X".to_owned(), Parameter::from_value("X", &declaration)?)]);
        let given = given.map(|text| ("X".to_owned(), text.to_owned())).into_iter().collect();
        let ssm = IndexMap::from([("X".to_owned(), "a,b".to_owned())]);
        resolve(&declared, &given, &ssm)
            .map(|mut values| values["X"].take())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn values_take_the_shape_of_their_type() {
        assert_eq!(resolve_one(json!({"Type": "String", "Default": 5}), None), Ok(json!("5")));
        assert_eq!(resolve_one(json!({"Type": "Number"}), Some("5")), Ok(json!("5")));
        assert_eq!(resolve_one(json!({"Type": "CommaDelimitedList"}), Some("a, b")), Ok(json!(["a", "b"])));
        assert_eq!(resolve_one(json!({"Type": "List<Number>"}), Some("1,2")), Ok(json!(["1", "2"])));
        assert_eq!(
            resolve_one(json!({"Type": "AWS::SSM::Parameter::Value<String>"}), Some("/p")),
            Ok(json!("a,b"))
        );
        assert_eq!(
            resolve_one(json!({"Type": "AWS::SSM::Parameter::Value<List<String>>"}), Some("/p")),
            Ok(json!(["a", "b"]))
        );
        assert_eq!(resolve_one(json!({"Type": "AWS::SSM::Parameter::Name"}), Some("/p")), Ok(json!("/p")));
        assert_eq!(
            resolve_one(json!({"Type": "List<AWS::EC2::Subnet::Id>"}), Some("s-1")),
            Ok(json!(["s-1"]))
        );
    }

    #[test]
    fn constraints_speak_the_services_words() {
        for (declaration, given, expected) in [
            (json!({"Type": "String"}), None, "Parameters: [X] must have values"),
            (
                json!({"Type": "String", "AllowedValues": ["a"]}),
                Some("b"),
                "Parameter 'X' must be one of AllowedValues",
            ),
            (
                json!({"Type": "String", "AllowedPattern": "[a-z]+"}),
                Some("aB"),
                "Parameter 'X' must match pattern [a-z]+",
            ),
            (
                json!({"Type": "String", "MinLength": 3}),
                Some("ab"),
                "Parameter 'X' must contain at least 3 characters",
            ),
            (
                json!({"Type": "String", "MaxLength": "1"}),
                Some("ab"),
                "Parameter 'X' must contain at most 1 characters",
            ),
            (
                json!({"Type": "Number", "MinValue": 3}),
                Some("2"),
                "Parameter 'X' must be a number not less than 3",
            ),
            (json!({"Type": "Number"}), Some("two"), "Parameter 'X' must be a number"),
            (
                json!({"Type": "String", "AllowedPattern": "a", "ConstraintDescription": "must be a."}),
                Some("b"),
                "Parameter X failed to satisfy constraint: must be a.",
            ),
            (json!({"Type": "Strin"}), Some("b"), "Unrecognized parameter type: Strin"),
            (json!({"Type": "String", "Defalt": "b"}), None, "Invalid template parameter property 'Defalt'"),
        ] {
            assert_eq!(resolve_one(declaration, given), Err(expected.to_owned()));
        }
    }

    #[test]
    fn undeclared_values_are_named() {
        let given = IndexMap::from([("Y".to_owned(), "1".to_owned())]);
        let error = resolve(&IndexMap::new(), &given, &IndexMap::new()).unwrap_err();
        assert_eq!(error.to_string(), "Parameters: [Y] do not exist in the template");
    }

    #[test]
    fn store_entries_are_listed_with_their_version() {
        let declaration = json!({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a:2"});
        let declared = IndexMap::from([("X".to_owned(), Parameter::from_value("X", &declaration).unwrap())]);
        let needed = needed_ssm(&declared, &IndexMap::new());
        assert_eq!(needed["X"], DynamicReference::Ssm { name: "/a".into(), version: Some(2) });
    }
}
