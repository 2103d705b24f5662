//! The `Policies` property: managed policies by name, documents, and SAM's policy templates.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::error::{Result, SamError};
use crate::tree::{Entries, if_argument, if_parts, is_intrinsic, is_no_value, sub, sub_with};

/// What an entry of `Policies` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Managed,
    Document,
    Template,
    Unknown,
}

/// The entries of a `Policies` property, each with its kind.
pub(crate) fn entries(policies: Option<&Value>) -> Result<Vec<(Value, Kind)>> {
    let items = match policies.filter(|policies| crate::tree::truthy(policies)) {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items.clone(),
        Some(other) => vec![other.clone()],
    };
    items.into_iter().map(|item| kind_of(&item).map(|kind| (item, kind))).collect()
}

fn kind_of(policy: &Value) -> Result<Kind> {
    if policy.is_string() {
        return Ok(Kind::Managed);
    }
    if let Some(argument) = if_argument(policy) {
        return kind_of_if(argument);
    }
    if is_intrinsic(policy) {
        return Ok(Kind::Managed);
    }
    let Some(entries) = policy.as_object() else { return Ok(Kind::Unknown) };
    if entries.contains_key("Statement") {
        return Ok(Kind::Document);
    }
    let name = entries.keys().next().filter(|_| entries.len() == 1);
    Ok(if name.is_some_and(|name| TEMPLATES.contains_key(name.as_str())) {
        Kind::Template
    } else {
        Kind::Unknown
    })
}

fn kind_of_if(argument: &Value) -> Result<Kind> {
    let (_, then, otherwise) =
        if_parts(argument).ok_or_else(|| SamError::template("Fn::If requires 3 arguments"))?;
    let (first, second) = (kind_of(then)?, kind_of(otherwise)?);
    if first == second || is_no_value(otherwise) {
        Ok(first)
    } else if is_no_value(then) {
        Ok(second)
    } else {
        Err(SamError::template(
            "Different policy types within the same Fn::If statement is unsupported. Separate different policy types into different Fn::If statements",
        ))
    }
}

/// Policies with templates turned into documents.
pub(crate) fn expand(id: &str, policies: Option<&Value>) -> Result<Option<Value>> {
    let entries = entries(policies)?;
    if entries.is_empty() {
        return Ok(policies.cloned());
    }
    let expanded: Result<Vec<Value>> = entries
        .into_iter()
        .map(|(policy, kind)| match (kind, if_argument(&policy).and_then(if_parts)) {
            (Kind::Template, Some((condition, then, otherwise))) => {
                let branch =
                    |value: &Value| if is_no_value(value) { Ok(value.clone()) } else { document(id, value) };
                Ok(json!({"Fn::If": [condition, branch(then)?, branch(otherwise)?]}))
            }
            (Kind::Template, None) => document(id, &policy),
            _ => Ok(policy),
        })
        .collect();
    expanded.map(|expanded| Some(Value::Array(expanded)))
}

fn document(id: &str, policy: &Value) -> Result<Value> {
    let Some((name, values)) = policy.as_object().and_then(|entries| entries.iter().next()) else {
        return Err(SamError::resource(id, "Policy template is not valid"));
    };
    let Some(template) = TEMPLATES.get(name.as_str()) else {
        return Err(SamError::resource(id, format!("Policy template '{name}' does not exist")));
    };
    let Some(values) = values.as_object() else {
        let text = format!("Must specify valid parameter values for policy template '{name}'");
        return Err(SamError::resource(id, text));
    };
    let missing: Vec<String> = template
        .parameters
        .iter()
        .filter(|parameter| !values.contains_key(**parameter))
        .map(|parameter| format!("'{parameter}'"))
        .collect();
    if !missing.is_empty() {
        let list = missing.join(", ");
        let text = format!("Following required parameters of template '{name}' don't have values: [{list}]");
        return Err(SamError::resource(id, text));
    }
    let statements: Vec<Value> =
        template.statements.iter().map(|statement| statement.value(values)).collect();
    Ok(json!({"Statement": statements}))
}

/// A policy template; see `data/policy_templates.txt`.
struct Template {
    parameters: Vec<&'static str>,
    statements: Vec<Statement>,
}

#[derive(Default)]
struct Statement {
    actions: Vec<&'static str>,
    one_action: bool,
    resources: Vec<&'static str>,
    listed: bool,
    condition: Option<Value>,
}

static TEMPLATES: LazyLock<IndexMap<&'static str, Template>> =
    LazyLock::new(|| read(include_str!("../data/policy_templates.txt")));

fn read(text: &'static str) -> IndexMap<&'static str, Template> {
    let mut templates: IndexMap<&'static str, Template> = IndexMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let mut words = line.split_whitespace();
        let Some(word) = words.next() else { continue };
        if !line.starts_with(' ') {
            templates.insert(word, Template { parameters: words.collect(), statements: Vec::new() });
            continue;
        }
        let Some((_, template)) = templates.last_mut() else { continue };
        let rest = line.trim_start().strip_prefix(word).unwrap_or_default().trim_start();
        if let "allow" | "allow-one" = word {
            let statement = Statement {
                actions: words.collect(),
                one_action: word == "allow-one",
                ..Statement::default()
            };
            template.statements.push(statement);
            continue;
        }
        let Some(statement) = template.statements.last_mut() else { continue };
        match word {
            "on" => statement.resources.push(rest),
            "each" => {
                statement.listed = true;
                statement.resources.push(rest);
            }
            _ => statement.condition = serde_json::from_str(rest).ok(),
        }
    }
    templates
}

impl Statement {
    fn value(&self, values: &Entries) -> Value {
        let mut statement = Map::new();
        let actions = if self.one_action { json!(self.actions.first()) } else { json!(self.actions) };
        statement.insert("Effect".into(), json!("Allow"));
        statement.insert("Action".into(), actions);
        let mut resources: Vec<Value> =
            self.resources.iter().map(|resource| resource_value(resource, values)).collect();
        let resources =
            if self.listed { Value::Array(resources) } else { resources.pop().unwrap_or_default() };
        statement.insert("Resource".into(), resources);
        if let Some(condition) = &self.condition {
            statement.insert("Condition".into(), fill(condition, values));
        }
        Value::Object(statement)
    }
}

fn resource_value(resource: &str, values: &Entries) -> Value {
    let value_of = |parameter: &str| values.get(parameter).cloned().unwrap_or_default();
    match resource.split_once(' ') {
        Some(("sub", rest)) => {
            let mut words = rest.split(' ');
            let text = words.next().unwrap_or_default();
            let variables: Entries = words
                .filter_map(|word| word.split_once('='))
                .map(|(name, parameter)| (name.to_owned(), value_of(parameter)))
                .collect();
            if variables.is_empty() { sub(text) } else { sub_with(text, Value::Object(variables)) }
        }
        Some(("ref", parameter)) => value_of(parameter),
        Some((_, literal)) => json!(literal),
        None => Value::Null,
    }
}

/// `{"Ref": parameter}` replaced by its value.
fn fill(value: &Value, values: &Entries) -> Value {
    match value {
        Value::Object(entries) => match (entries.len(), entries.get("Ref").and_then(Value::as_str)) {
            (1, Some(name)) if values.contains_key(name) => values[name].clone(),
            _ => {
                Value::Object(entries.iter().map(|(key, value)| (key.clone(), fill(value, values))).collect())
            }
        },
        Value::Array(items) => items.iter().map(|item| fill(item, values)).collect(),
        plain => plain.clone(),
    }
}

static MANAGED: LazyLock<IndexMap<&'static str, String>> = LazyLock::new(|| {
    let mut path = "";
    let mut policies = IndexMap::new();
    for line in include_str!("../data/managed_policies.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(section) => path = section,
            None if path.is_empty() => {
                policies.insert(line, line.to_owned());
            }
            None => {
                policies.insert(line, format!("{path}/{line}"));
            }
        }
    }
    policies
});

/// An AWS managed policy's path and name, by name.
pub(crate) fn managed_path(name: &str) -> Option<&'static str> {
    MANAGED.get(name).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_take_their_parameters() {
        assert_eq!(TEMPLATES.len(), 81);
        let policy = json!({"SQSSendMessagePolicy": {"QueueName": {"Fn::GetAtt": ["Q", "QueueName"]}}});
        assert_eq!(
            expand("F", Some(&policy)).unwrap().unwrap()[0]["Statement"][0],
            json!({
                "Effect": "Allow", "Action": ["sqs:SendMessage*"],
                "Resource": {"Fn::Sub": ["arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${queueName}", {"queueName": {"Fn::GetAtt": ["Q", "QueueName"]}}]},
            })
        );
        let error = expand("F", Some(&json!([{"S3ReadPolicy": {}}]))).unwrap_err().to_string();
        assert_eq!(
            error,
            "Resource with id [F] is invalid. Following required parameters of template 'S3ReadPolicy' don't have values: ['BucketName']"
        );
    }

    #[test]
    fn managed_policies_know_their_path() {
        assert_eq!(
            managed_path("AWSLambdaBasicExecutionRole"),
            Some("service-role/AWSLambdaBasicExecutionRole")
        );
        assert_eq!(managed_path("AmazonS3ReadOnlyAccess"), Some("AmazonS3ReadOnlyAccess"));
        assert_eq!(managed_path("Mine"), None);
    }
}
