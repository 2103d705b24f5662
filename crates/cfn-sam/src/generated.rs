//! A resource being made, and a SAM resource being read.

use serde_json::{Map, Value, json};

use crate::error::{Result, SamError};
use crate::schema::{self, Rule};
use crate::tree::{Entries, tag_list};

/// Attributes a SAM resource may carry besides its type and properties.
const ATTRIBUTES: &[&str] =
    &["DeletionPolicy", "UpdatePolicy", "Condition", "UpdateReplacePolicy", "Metadata"];
/// Those that its generated resources inherit.
const INHERITED: &[&str] = &["Condition", "DeletionPolicy", "UpdateReplacePolicy"];

/// A CloudFormation resource being made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Generated {
    pub(crate) id: String,
    pub(crate) type_name: &'static str,
    pub(crate) depends_on: Option<Value>,
    pub(crate) attributes: Entries,
    pub(crate) properties: Entries,
}

impl Generated {
    pub(crate) fn new(id: impl Into<String>, type_name: &'static str, attributes: &Entries) -> Self {
        Self {
            id: id.into(),
            type_name,
            depends_on: None,
            attributes: attributes.clone(),
            properties: Map::new(),
        }
    }

    /// Sets a property; null is the same as leaving it out.
    pub(crate) fn put(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        let value = value.into();
        if value.is_null() {
            self.properties.remove(name);
        } else {
            self.properties.insert(name.to_owned(), value);
        }
        self
    }

    /// Copies properties that are given.
    pub(crate) fn copy(&mut self, from: &Entries, names: &[&str]) -> &mut Self {
        for name in names {
            self.put(name, from.get(*name).cloned().unwrap_or_default());
        }
        self
    }

    pub(crate) fn depends_on(mut self, ids: Value) -> Self {
        self.depends_on = Some(ids);
        self
    }

    /// `Fn::GetAtt id.Arn`.
    pub(crate) fn arn(&self) -> Value {
        crate::tree::get_att(&self.id, "Arn")
    }

    /// What the template's `Resources` section gets.
    pub(crate) fn into_value(self) -> Value {
        let mut entry = Map::new();
        entry.insert("Type".into(), json!(self.type_name));
        if let Some(depends_on) = self.depends_on.filter(crate::tree::truthy) {
            entry.insert("DependsOn".into(), depends_on);
        }
        entry.extend(self.attributes);
        entry.insert("Properties".into(), Value::Object(self.properties));
        Value::Object(entry)
    }

    /// Replaces the tags of a type that has them.
    fn assign_tags(&mut self, tags: &Value) {
        match self.type_name {
            "AWS::ApiGatewayV2::Stage" | "AWS::ApiGatewayV2::DomainName" => {
                self.put("Tags", tags.clone());
            }
            "AWS::Lambda::Function"
            | "AWS::IAM::Role"
            | "AWS::SQS::Queue"
            | "AWS::SNS::Topic"
            | "AWS::ApiGateway::RestApi"
            | "AWS::ApiGateway::Stage"
            | "AWS::ApiGateway::DomainName"
            | "AWS::ApiGateway::DomainNameV2"
            | "AWS::ApiGateway::DomainNameAccessAssociation"
            | "AWS::ApiGateway::UsagePlan"
            | "AWS::ApiGateway::ApiKey"
            | "AWS::CodeDeploy::Application"
            | "AWS::CodeDeploy::DeploymentGroup"
            | "AWS::DynamoDB::Table"
            | "AWS::IoT::TopicRule"
            | "AWS::S3::Bucket"
            | "AWS::CloudFormation::Stack"
            | "AWS::StepFunctions::StateMachine" => {
                self.put("Tags", tag_list(tags));
            }
            _ => {}
        }
    }
}

/// `PropagateTags`: the owner's tags on everything it makes.
pub(crate) fn propagate_tags(resources: &mut [Generated], tags: Option<&Value>, propagate: bool) {
    let Some(tags) = tags.filter(|tags| propagate && crate::tree::truthy(tags)) else { return };
    resources.iter_mut().for_each(|resource| resource.assign_tags(tags));
}

/// A SAM resource (or event), read and checked.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) id: String,
    pub(crate) depends_on: Option<Value>,
    /// All its attributes.
    pub(crate) attributes: Entries,
    pub(crate) properties: Entries,
}

impl Declared {
    pub(crate) fn read(id: &str, entry: &Value, type_name: &str, rules: &[Rule]) -> Result<Self> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(SamError::resource(id, "Logical ids must be alphanumeric."));
        }
        let properties = match entry.get("Properties") {
            None => Map::new(),
            Some(Value::Object(properties)) => properties.clone(),
            Some(_) => return Err(SamError::resource(id, "Properties of a resource must be an object.")),
        };
        schema::check(id, type_name, rules, &properties)?;
        let attributes = ATTRIBUTES
            .iter()
            .filter_map(|name| entry.get(*name).map(|value| ((*name).to_owned(), value.clone())))
            .collect();
        let mut properties = properties;
        properties.retain(|_, value| !value.is_null());
        Ok(Self { id: id.to_owned(), depends_on: entry.get("DependsOn").cloned(), attributes, properties })
    }

    /// Attributes that generated resources inherit.
    pub(crate) fn inherited(&self) -> Entries {
        inherited(&self.attributes)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.properties.get(name)
    }

    /// A property that is true in Python's sense.
    pub(crate) fn set(&self, name: &str) -> Option<&Value> {
        crate::tree::set(&self.properties, name)
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.set(name).is_some()
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> SamError {
        SamError::resource(&self.id, message)
    }
}

pub(crate) fn inherited(attributes: &Entries) -> Entries {
    attributes
        .iter()
        .filter(|(name, _)| INHERITED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
