//! A transform under way: what has been read, what has been made, and the order in which resources are taken.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::deployment::Deployments;
use crate::error::{Result, SamError};
use crate::generated::Generated;
use crate::resolve::Resolver;
use crate::tree::Entries;
use crate::{
    Context, api, application, connector, function, http_api, layer, rewrite, state_machine, table,
    websocket_api,
};

/// Types a made resource may share its id with, because it takes the SAM resource's place or changes the template's own.
const SHARED_IDS: &[(&str, &[&str])] = &[
    ("AWS::Lambda::Function", &["AWS::Serverless::Function"]),
    ("AWS::Lambda::LayerVersion", &["AWS::Serverless::LayerVersion"]),
    ("AWS::ApiGateway::RestApi", &["AWS::Serverless::Api"]),
    ("AWS::ApiGatewayV2::Api", &["AWS::Serverless::HttpApi", "AWS::Serverless::WebSocketApi"]),
    ("AWS::S3::Bucket", &["AWS::S3::Bucket"]),
    ("AWS::SNS::Topic", &["AWS::SNS::Topic"]),
    ("AWS::DynamoDB::Table", &["AWS::Serverless::SimpleTable"]),
    ("AWS::CloudFormation::Stack", &["AWS::Serverless::Application"]),
    ("AWS::Cognito::UserPool", &["AWS::Cognito::UserPool"]),
    ("AWS::ApiGateway::DomainName", &["AWS::ApiGateway::DomainName"]),
    ("AWS::ApiGateway::BasePathMapping", &["AWS::ApiGateway::BasePathMapping"]),
    ("AWS::ApiGateway::DomainNameV2", &["AWS::ApiGateway::DomainNameV2"]),
    ("AWS::ApiGateway::BasePathMappingV2", &["AWS::ApiGateway::BasePathMappingV2"]),
    ("AWS::StepFunctions::StateMachine", &["AWS::Serverless::StateMachine"]),
];

/// What a SAM resource became.
pub(crate) struct Translated {
    /// Its logical id now; layers change theirs.
    pub(crate) id: String,
    pub(crate) resources: Vec<Generated>,
}

impl Translated {
    pub(crate) fn new(id: &str, resources: Vec<Generated>) -> Self {
        Self { id: id.to_owned(), resources }
    }
}

/// The state of a transform.
pub(crate) struct Translation<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) resolver: Resolver,
    /// The template's resources; events write into those they refer to.
    pub(crate) source: Entries,
    /// `Conditions`, those added included. `None` while the template has no such section.
    pub(crate) conditions: Option<Entries>,
    /// Resources and events are taken in the order of Python 2.7's dictionaries.
    pub(crate) emulated: bool,
    /// What has been made: the template's resources, SAM ones replaced.
    pub(crate) made: Entries,
    pub(crate) deployments: Deployments,
    pub(crate) usage_plan: api::SharedUsagePlan,
    /// Record set groups by logical id, shared between APIs of a hosted zone.
    pub(crate) record_sets: IndexMap<String, Generated>,
    /// Names of functions by the API that invokes them; they are part of its deployment's hash.
    pub(crate) function_names: IndexMap<String, String>,
    /// `Resource.Property` references to what SAM made: resource, property, logical id.
    references: rewrite::References,
    changed_ids: IndexMap<String, String>,
    errors: Vec<SamError>,
}

impl<'a> Translation<'a> {
    pub(crate) fn new(
        context: &'a Context<'a>,
        resolver: Resolver,
        source: Entries,
        conditions: Option<Entries>,
        emulated: bool,
    ) -> Self {
        Self {
            context,
            resolver,
            made: source.clone(),
            source,
            conditions,
            emulated,
            deployments: Deployments::default(),
            usage_plan: api::SharedUsagePlan::default(),
            record_sets: IndexMap::new(),
            function_names: IndexMap::new(),
            references: rewrite::References::default(),
            changed_ids: IndexMap::new(),
            errors: Vec::new(),
        }
    }

    /// Takes every SAM resource in turn, then puts the template together again.
    pub(crate) fn run(mut self, mut template: Entries) -> std::result::Result<Value, Vec<SamError>> {
        self.errors = connector::detach_embedded(&mut self.source);
        self.made = self.source.clone();
        for (id, entry) in self.in_order() {
            if let Err(error) = self.take(&id, &entry) {
                self.errors.push(error);
            }
        }
        if let Err(error) = self.add_deployments() {
            self.errors.push(error);
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        template.insert("Resources".into(), Value::Object(std::mem::take(&mut self.made)));
        if let Some(conditions) = self.conditions.take() {
            template.insert("Conditions".into(), Value::Object(conditions));
        }
        let mut value = Value::Object(template);
        rewrite::depends_on(&mut value, &self.changed_ids);
        rewrite::changed_ids(&mut value, &self.changed_ids);
        rewrite::properties(&mut value, &self.references);
        Ok(value)
    }

    /// Functions, state machines, APIs, the rest, connectors.
    fn in_order(&self) -> Vec<(String, Value)> {
        let rank = |entry: &Value| match entry.get("Type").and_then(Value::as_str) {
            Some("AWS::Serverless::Function") => Some(0),
            Some("AWS::Serverless::StateMachine") => Some(1),
            Some("AWS::Serverless::Api" | "AWS::Serverless::HttpApi" | "AWS::Serverless::WebSocketApi") => {
                Some(2)
            }
            Some("AWS::Serverless::Connector") => Some(4),
            Some(name) if name.starts_with("AWS::Serverless::") => Some(3),
            _ => None,
        };
        let ids = crate::implicit::order(&self.source, self.emulated);
        let mut ordered: Vec<(u8, String)> =
            ids.into_iter().filter_map(|id| Some((rank(self.source.get(&id)?)?, id))).collect();
        ordered.sort_by_key(|(rank, _)| *rank);
        // Copies, because the taking of one resource changes others; APIs are read again when their turn comes.
        ordered
            .into_iter()
            .map(|(_, id)| (id.clone(), self.source.get(&id).cloned().unwrap_or_default()))
            .collect()
    }

    fn take(&mut self, id: &str, entry: &Value) -> Result<()> {
        let current = self.source.get(id).cloned().unwrap_or_else(|| entry.clone());
        let type_name = current.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned();
        function::note_names(self, &current)?;
        let translated = match type_name.as_str() {
            "AWS::Serverless::Function" => function::translate(self, id, &current)?,
            "AWS::Serverless::StateMachine" => state_machine::translate(self, id, &current)?,
            "AWS::Serverless::Api" => api::translate(self, id, &current)?,
            "AWS::Serverless::HttpApi" => http_api::translate(self, id, &current)?,
            "AWS::Serverless::WebSocketApi" => websocket_api::translate(self, id, &current)?,
            "AWS::Serverless::SimpleTable" => table::translate(id, &current)?,
            "AWS::Serverless::Application" => application::translate(id, &current)?,
            "AWS::Serverless::LayerVersion" => layer::translate(self, id, &current)?,
            "AWS::Serverless::Connector" => connector::translate(self, id, &current)?,
            other => {
                return Err(SamError::resource(id, format!("Resources of type {other} are not supported.")));
            }
        };
        self.references.note(id, &type_name, &translated.resources);
        if translated.id != id {
            self.changed_ids.insert(id.to_owned(), translated.id.clone());
        }
        self.made.shift_remove(id);
        for resource in translated.resources {
            self.place(id, resource);
        }
        Ok(())
    }

    /// Puts a made resource into the template, unless its id is taken.
    fn place(&mut self, owner: &str, resource: Generated) {
        let taken = self.source.get(&resource.id).is_some_and(|existing| {
            let existing = existing.get("Type").and_then(Value::as_str).unwrap_or_default();
            !SHARED_IDS.iter().any(|(made, shared)| *made == resource.type_name && shared.contains(&existing))
        });
        if taken {
            self.errors.push(SamError::Duplicate {
                id: owner.to_owned(),
                duplicate: resource.id,
                type_name: resource.type_name.to_owned(),
            });
            return;
        }
        self.made.insert(resource.id.clone(), resource.into_value());
    }

    fn add_deployments(&mut self) -> Result<()> {
        let deployments = std::mem::take(&mut self.deployments);
        let (resources, conditions) = deployments.resources(self.context.partition)?;
        for resource in resources {
            self.made.insert(resource.id.clone(), resource.into_value());
        }
        if let Some(existing) = &mut self.conditions {
            existing.extend(conditions);
        }
        Ok(())
    }

    /// Adds a condition. Without a `Conditions` section there is nowhere to put it.
    pub(crate) fn add_condition(&mut self, name: &str, value: Value) {
        self.conditions.get_or_insert_with(Map::new).insert(name.to_owned(), value);
    }

    /// The properties of a resource of the template, made when missing.
    pub(crate) fn properties_mut(&mut self, id: &str) -> Option<&mut Entries> {
        let entry = self.source.get_mut(id)?.as_object_mut()?;
        crate::tree::entry_map(entry, "Properties")
    }

    pub(crate) fn properties_of(&self, id: &str) -> Option<&Entries> {
        self.source.get(id)?.get("Properties")?.as_object()
    }

    /// Writes an API's definition back.
    pub(crate) fn set_definition(&mut self, api: &str, body: Value) {
        if let Some(properties) = self.properties_mut(api) {
            properties.insert("DefinitionBody".into(), body);
        }
    }

    /// The ARN of an AWS managed policy by its path and name.
    pub(crate) fn managed_policy(&self, name: &str) -> Value {
        json!(format!("arn:{}:iam::aws:policy/{name}", self.context.partition))
    }
}
