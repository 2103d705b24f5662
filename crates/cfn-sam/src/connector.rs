//! `AWS::Serverless::Connector` and embedded connectors: the permissions one resource needs to use another.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::schema;
use crate::translation::{Translated, Translation};
use crate::tree::{Entries, at, get_att, given, logical_id_of, reference, truthy};

const TYPE: &str = "AWS::Serverless::Connector";

/// What a pair of types needs; see `data/connectors.txt`.
struct Profile {
    from: &'static str,
    to: &'static str,
    makes: Makes,
    /// The source carries it, else the destination.
    on_source: bool,
    waits: Option<&'static str>,
    sets: Vec<Vec<&'static str>>,
    access: Vec<(&'static str, Vec<&'static str>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Makes {
    RolePolicy,
    Permission,
    QueuePolicy,
    TopicPolicy,
}

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| read(include_str!("../data/connectors.txt")));

fn read(text: &'static str) -> Vec<Profile> {
    let mut profiles: Vec<Profile> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&'static str> = line.split_whitespace().collect();
        if let (true, [name, rest @ ..]) = (line.starts_with(' '), words.as_slice()) {
            if let Some(profile) = profiles.last_mut() {
                profile.access.push((name, rest.to_vec()));
            }
        } else if let [from, to, makes, on, options @ ..] = words.as_slice() {
            let option = |name: &str| options.iter().find_map(|option| option.strip_prefix(name));
            profiles.push(Profile {
                from,
                to,
                makes: match *makes {
                    "role-policy" => Makes::RolePolicy,
                    "permission" => Makes::Permission,
                    "queue-policy" => Makes::QueuePolicy,
                    _ => Makes::TopicPolicy,
                },
                on_source: *on == "source",
                waits: option("waits="),
                sets: option("sets=")
                    .map(|sets| sets.split(',').map(|set| set.split('+').collect()).collect())
                    .unwrap_or_default(),
                access: Vec::new(),
            });
        }
    }
    profiles
}

/// Makes connectors of the `Connectors` attributes, which are taken away.
/// What is wrong with some doesn't hinder the others.
pub(crate) fn detach_embedded(resources: &mut Entries) -> Vec<SamError> {
    let mut errors = Vec::new();
    let mut made = Vec::new();
    let existing: Vec<String> = resources.keys().cloned().collect();
    for (id, resource) in resources.iter_mut() {
        let Some(connectors) = resource.as_object_mut().and_then(|entry| entry.shift_remove("Connectors"))
        else {
            continue;
        };
        let Some(connectors) = connectors.as_object() else {
            errors.push(SamError::resource(id, format!("Attribute '{id}.Connectors' should be a map.")));
            continue;
        };
        for (name, connector) in connectors {
            match embedded(id, name, connector) {
                Ok((full, _)) if existing.contains(&full) => errors.push(SamError::Duplicate {
                    id: id.clone(),
                    duplicate: full,
                    type_name: TYPE.to_owned(),
                }),
                Ok(connector) => made.push(connector),
                Err(error) => errors.push(error),
            }
        }
    }
    resources.extend(made);
    errors
}

fn embedded(source: &str, name: &str, connector: &Value) -> Result<(String, Value)> {
    let full = format!("{source}{name}");
    let Some(mut entry) = connector.as_object().cloned() else {
        return Err(SamError::resource(&full, format!("{source}.{full} should be a map.")));
    };
    entry.insert("Type".into(), json!(TYPE));
    let Some(properties) = entry.get_mut("Properties").and_then(Value::as_object_mut) else {
        let text = format!("Attribute 'Connectors.{name}.Properties' should be a map.");
        return Err(SamError::resource(source, text));
    };
    let mut end = Map::new();
    end.insert("Id".into(), json!(source));
    if let Some(own) = properties.shift_remove("SourceReference") {
        let path = format!("Connectors.{name}.Properties.SourceReference");
        let own = crate::tree::Owner::Resource(source).map(Some(&own), &path)?.clone();
        if own.contains_key("Id") {
            return Err(SamError::resource(name, "'Id' shouldn't be defined in 'SourceReference'."));
        }
        end.extend(own);
    }
    properties.insert("Source".into(), Value::Object(end));
    let entry = Value::Object(entry);
    Declared::read(&full, &entry, TYPE, schema::CONNECTOR)?;
    Ok((full, entry))
}

pub(crate) fn translate(translation: &mut Translation<'_>, id: &str, entry: &Value) -> Result<Translated> {
    let declared = Declared::read(id, entry, TYPE, schema::CONNECTOR)?;
    let (destinations, several) = match declared.get("Destination") {
        Some(Value::Array(items)) => (items.clone(), true),
        Some(one) => (vec![one.clone()], false),
        None => (Vec::new(), false),
    };
    let source = declared.get("Source").cloned().unwrap_or_default();
    let mut resources = Vec::new();
    for (index, destination) in destinations.iter().enumerate() {
        let to = End::read(translation, destination, &source).map_err(|text| declared.error(text))?;
        let from = End::read(translation, &source, destination).map_err(|text| declared.error(text))?;
        let suffix = if several { format!("Destination{index}") } else { String::new() };
        let connection = Connection { declared: &declared, from, to, suffix };
        let mut made = connection.make(translation)?;
        connection.note(translation, &mut made);
        resources.extend(made);
    }
    wait_for_all(translation, id, &resources);
    if resources.is_empty() {
        return Err(declared.error("'Destination' is an empty list"));
    }
    Ok(Translated::new(id, resources))
}

/// Who waited for the connector waits for what it made.
fn wait_for_all(translation: &mut Translation<'_>, id: &str, made: &[Generated]) {
    for resource in translation.made.values_mut().filter_map(Value::as_object_mut) {
        let waits = match resource.get("DependsOn") {
            Some(Value::Array(items)) => items.clone(),
            Some(one) => vec![one.clone()],
            None => continue,
        };
        if !waits.contains(&json!(id)) {
            continue;
        }
        let mut kept: Vec<Value> = waits.into_iter().filter(|wait| wait != id).collect();
        for resource in made {
            if !kept.contains(&json!(resource.id)) {
                kept.push(json!(resource.id));
            }
        }
        resource.insert("DependsOn".into(), Value::Array(kept));
    }
}

/// One end of a connection.
#[derive(Clone, Default)]
struct End {
    id: Option<String>,
    type_name: String,
    arn: Value,
    role: Value,
    queue_url: Value,
    resource_id: Value,
    name: Value,
    qualifier: Value,
}

impl End {
    fn read(translation: &Translation<'_>, end: &Value, other: &Value) -> std::result::Result<Self, String> {
        let Some(entries) = end.as_object() else { return Err("'Id' is missing or not a string.".into()) };
        let by_id = entries.contains_key("Id");
        let by_properties = entries.keys().any(|key| key != "Id" && key != "Qualifier");
        if by_id == by_properties {
            return Err(
                "Must provide 'Id' (with optional 'Qualifier') or a supported combination of other properties.".into()
            );
        }
        match entries.get("Id").filter(|id| truthy(id)) {
            Some(Value::String(id)) => Self::from_template(translation, id, entries, other),
            Some(_) => Err("'Id' is missing or not a string.".into()),
            None => Self::from_properties(entries),
        }
    }

    fn from_properties(entries: &Entries) -> std::result::Result<Self, String> {
        let type_name = entries.get("Type").and_then(Value::as_str).filter(|name| !name.is_empty());
        let type_name = type_name.ok_or("'Type' is missing or not a string.")?;
        let type_name = match type_name {
            "AWS::Serverless::Function" => "AWS::Lambda::Function",
            "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
            "AWS::Serverless::Api" => "AWS::ApiGateway::RestApi",
            "AWS::Serverless::HttpApi" => "AWS::ApiGatewayV2::Api",
            "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
            other => other,
        };
        let value = |name: &str| entries.get(name).cloned().unwrap_or_default();
        Ok(Self {
            id: None,
            type_name: type_name.to_owned(),
            arn: value("Arn"),
            role: value("RoleName"),
            queue_url: value("QueueUrl"),
            resource_id: value("ResourceId"),
            name: value("Name"),
            qualifier: value("Qualifier"),
        })
    }

    fn from_template(
        translation: &Translation<'_>,
        id: &str,
        entries: &Entries,
        other: &Value,
    ) -> std::result::Result<Self, String> {
        let resource = translation.made.get(id).filter(|resource| truthy(resource));
        let resource = resource.ok_or_else(|| format!("Unable to find resource with logical ID '{id}'."))?;
        let type_name = at(resource, "Type").and_then(Value::as_str).filter(|name| !name.is_empty());
        let type_name = type_name.ok_or("'Type' is missing or not a string.")?;
        let mut end = Self { id: Some(id.to_owned()), type_name: type_name.to_owned(), ..Self::default() };
        end.fill_outputs(id);
        let properties = at(resource, "Properties").cloned().unwrap_or_default();
        let role = role_of(type_name, &properties, other);
        if let Some(role) = role.as_ref().and_then(logical_id_of) {
            end.role = reference(role);
        }
        if let Some(qualifier) = entries.get("Qualifier") {
            end.qualifier = qualifier.clone();
        }
        Ok(end)
    }

    /// How a type's resources are referred to.
    fn fill_outputs(&mut self, id: &str) {
        let by_arn = get_att(id, "Arn");
        match self.type_name.as_str() {
            "AWS::Lambda::Function"
            | "AWS::Events::Rule"
            | "AWS::DynamoDB::Table"
            | "AWS::S3::Bucket"
            | "AWS::Location::PlaceIndex"
            | "AWS::Events::EventBus" => self.arn = by_arn,
            "AWS::StepFunctions::StateMachine" => {
                self.arn = reference(id);
                self.name = get_att(id, "Name");
            }
            "AWS::AppSync::GraphQLApi" => {
                self.arn = reference(id);
                self.resource_id = get_att(id, "ApiId");
            }
            "AWS::AppSync::DataSource" | "AWS::SNS::Topic" => self.arn = reference(id),
            "AWS::SQS::Queue" => {
                self.arn = by_arn;
                self.queue_url = reference(id);
            }
            "AWS::ApiGatewayV2::Api" | "AWS::ApiGateway::RestApi" => {
                self.arn = by_arn;
                self.resource_id = reference(id);
                self.qualifier = json!("*");
            }
            _ => {}
        }
    }
}

/// The role a resource acts under.
fn role_of(type_name: &str, properties: &Value, other: &Value) -> Option<Value> {
    match type_name {
        "AWS::Lambda::Function" => at(properties, "Role").cloned(),
        "AWS::StepFunctions::StateMachine" => at(properties, "RoleArn").cloned(),
        "AWS::AppSync::DataSource" => at(properties, "ServiceRoleArn").cloned(),
        "AWS::Events::Rule" => {
            let targets = at(properties, "Targets").and_then(Value::as_array)?;
            let target = targets.iter().find(|target| {
                let arn = at(target, "Arn");
                let id = arn.and_then(logical_id_of);
                let same_id = id.is_some() && id == at(other, "Id").and_then(Value::as_str);
                same_id || (at(other, "Arn").is_some() && arn == at(other, "Arn"))
            })?;
            at(target, "RoleArn").cloned()
        }
        _ => None,
    }
}

struct Connection<'a> {
    declared: &'a Declared,
    from: End,
    to: End,
    /// Tells resources of several destinations apart.
    suffix: String,
}

impl Connection<'_> {
    fn error(&self, text: impl Into<String>) -> SamError {
        self.declared.error(text)
    }

    fn make(&self, translation: &mut Translation<'_>) -> Result<Vec<Generated>> {
        let (from, to) = (self.from.type_name.as_str(), self.to.type_name.as_str());
        let profile = PROFILES.iter().find(|profile| profile.from == from && profile.to == to).ok_or_else(|| {
            self.error(format!(
                "Unable to create connector from {from} to {to}; it's not supported or the template is invalid."
            ))
        })?;
        let wanted = self.permissions(profile)?;
        match profile.makes {
            Makes::RolePolicy => self.role_policy(translation, profile, &wanted).map(|policy| vec![policy]),
            Makes::Permission => self.function_permissions(profile, &wanted),
            Makes::QueuePolicy => {
                self.fill("%{Destination.Arn}")?;
                let url = self.carrier(profile, "SQS queue URL", |end| &end.queue_url)?;
                self.resource_policy(
                    profile,
                    &wanted,
                    "QueuePolicy",
                    "AWS::SQS::QueuePolicy",
                    ("Queues", url),
                )
            }
            Makes::TopicPolicy => {
                self.fill("%{Destination.Arn}")?;
                let arn = self.carrier(profile, "SNS topic ARN", |end| &end.arn)?;
                self.resource_policy(
                    profile,
                    &wanted,
                    "TopicPolicy",
                    "AWS::SNS::TopicPolicy",
                    ("Topics", arn),
                )
            }
        }
    }

    fn permissions(&self, profile: &Profile) -> Result<Vec<String>> {
        let (from, to) = (profile.from, profile.to);
        let known: Vec<&str> = {
            let mut names: Vec<&str> = Vec::new();
            for (name, _) in &profile.access {
                if !names.contains(name) {
                    names.push(name);
                }
            }
            names
        };
        let wanted: Vec<String> = self
            .declared
            .get("Permissions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(crate::python::shown)
            .collect();
        let values = known.join(", ");
        if wanted.is_empty() {
            return Err(self.error(format!("'Permissions' cannot be empty; valid values are: {values}.")));
        }
        if wanted.iter().any(|name| !known.contains(&name.as_str())) {
            return Err(self.error(format!(
                "Unsupported 'Permissions' provided for connector from {from} to {to}; valid values are: {values}."
            )));
        }
        let sorted = |names: &[&str]| {
            let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            names.sort();
            names.dedup();
            names
        };
        let mine = sorted(&wanted.iter().map(String::as_str).collect::<Vec<_>>());
        if !profile.sets.is_empty() && !profile.sets.iter().any(|set| sorted(set) == mine) {
            let sets: Vec<String> = profile.sets.iter().map(|set| sorted(set).join(" + ")).collect();
            return Err(self.error(format!(
                "Unsupported 'Permissions' provided for connector from {from} to {to}; valid combinations are: {}.",
                sets.join(", ")
            )));
        }
        Ok(wanted)
    }

    /// A value of the end that carries the permission.
    fn carrier(&self, profile: &Profile, what: &str, value: impl Fn(&End) -> &Value) -> Result<Value> {
        let (end, property) =
            if profile.on_source { (&self.from, "Source") } else { (&self.to, "Destination") };
        let value = value(end);
        if truthy(value) {
            return Ok(value.clone());
        }
        Err(self.error(format!("Unable to get {what} from '{property}' resource.")))
    }

    fn new_resource(&self, id: String, type_name: &'static str) -> Generated {
        let mut resource = Generated::new(id, type_name, &self.declared.attributes);
        resource.depends_on = self.declared.depends_on.clone();
        resource
    }

    fn role_policy(
        &self,
        translation: &mut Translation<'_>,
        profile: &Profile,
        wanted: &[String],
    ) -> Result<Generated> {
        let mut statements = Vec::new();
        for (name, words) in &profile.access {
            let split = words.iter().position(|word| *word == "|").unwrap_or(words.len());
            let resources: Result<Vec<Value>> =
                words[split..].iter().skip(1).map(|text| self.fill(text)).collect();
            let resources = resources?;
            if wanted.iter().any(|wanted| wanted == name) {
                statements.push(json!({"Effect": "Allow", "Action": words[..split], "Resource": resources}));
            }
        }
        let role = self.carrier(profile, "IAM role name", |end| &end.role)?;
        let id = format!("{}Policy{}", self.declared.id, self.suffix);
        let mut policy = self.new_resource(id, "AWS::IAM::ManagedPolicy");
        policy.put("PolicyDocument", json!({"Version": "2012-10-17", "Statement": statements}));
        policy.put("Roles", json!([role]));
        self.make_wait(translation, profile, &policy.id);
        Ok(policy)
    }

    /// What uses the permission from its start waits for it.
    fn make_wait(&self, translation: &mut Translation<'_>, profile: &Profile, policy: &str) {
        let waiting = match (profile.waits, &self.from.id, &self.to.id) {
            (Some("source"), Some(source), _) => Some(source.clone()),
            (Some(_), Some(source), Some(destination)) => mapping_between(translation, source, destination),
            _ => None,
        };
        let resource = waiting.and_then(|id| translation.made.get_mut(&id)).and_then(Value::as_object_mut);
        let Some(resource) = resource else { return };
        let mut waits = match resource.get("DependsOn") {
            Some(Value::Array(items)) => items.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        if !waits.contains(&json!(policy)) {
            waits.push(json!(policy));
        }
        resource.insert("DependsOn".into(), Value::Array(waits));
    }

    fn function_permissions(&self, profile: &Profile, wanted: &[String]) -> Result<Vec<Generated>> {
        let mut permissions = Vec::new();
        for (name, words) in &profile.access {
            let [action, principal, source, account @ ..] = words.as_slice() else { continue };
            let source = self.fill(source)?;
            let account = account.first().map(|account| self.fill(account)).transpose()?;
            let function = self.carrier(profile, "Lambda function ARN", |end| &end.arn)?;
            if !wanted.iter().any(|wanted| wanted == name) {
                continue;
            }
            let id = format!("{}{name}LambdaPermission{}", self.declared.id, self.suffix);
            let mut permission = self.new_resource(id, "AWS::Lambda::Permission");
            permission.put("Action", *action).put("FunctionName", function).put("Principal", *principal);
            permission.put("SourceArn", source).put("SourceAccount", account.unwrap_or_default());
            permissions.push(permission);
        }
        Ok(permissions)
    }

    fn resource_policy(
        &self,
        profile: &Profile,
        wanted: &[String],
        suffix: &str,
        type_name: &'static str,
        (property, carrier): (&str, Value),
    ) -> Result<Vec<Generated>> {
        let mut statements = Vec::new();
        for (name, words) in &profile.access {
            let [action, service] = words.as_slice() else { continue };
            if wanted.iter().any(|wanted| wanted == name) {
                statements.push(json!({
                    "Effect": "Allow", "Principal": {"Service": service}, "Resource": self.fill("%{Destination.Arn}")?,
                    "Action": action, "Condition": {"ArnEquals": {"aws:SourceArn": self.fill("%{Source.Arn}")?}},
                }));
            }
        }
        let mut policy = self.new_resource(format!("{}{suffix}{}", self.declared.id, self.suffix), type_name);
        policy.put("PolicyDocument", json!({"Version": "2012-10-17", "Statement": statements}));
        policy.put(property, json!([carrier]));
        Ok(vec![policy])
    }

    /// Puts the ends' values into `%{Source.Arn}` and the like.
    fn fill(&self, text: &str) -> Result<Value> {
        let mut filled = text.to_owned();
        let mut variables = Map::new();
        for (end, label) in [(&self.from, "Source"), (&self.to, "Destination")] {
            let values = [
                ("Arn", &end.arn),
                ("ResourceId", &end.resource_id),
                ("Name", &end.name),
                ("Qualifier", &end.qualifier),
            ];
            for (property, value) in values {
                let pattern = format!("%{{{label}.{property}}}");
                if !text.contains(&pattern) {
                    continue;
                }
                if value.is_null() {
                    return Err(self.error(format!("{label}.{property} is missing.")));
                }
                if pattern == text {
                    return Ok(value.clone());
                }
                filled = filled.replace(&pattern, &format!("${{{label}{property}}}"));
                variables.insert(format!("{label}{property}"), value.clone());
            }
        }
        Ok(match (filled.contains("${"), variables.is_empty()) {
            (true, false) => json!({"Fn::Sub": [filled, variables]}),
            (true, true) => json!({"Fn::Sub": filled}),
            _ => json!(filled),
        })
    }

    /// Says in the metadata which connector made the resources.
    fn note(&self, translation: &Translation<'_>, made: &mut [Generated]) {
        let original = |end: &End| {
            let declared =
                end.id.as_ref().and_then(|id| translation.source.get(id)).and_then(|r| at(r, "Type"));
            declared.cloned().unwrap_or_else(|| json!(end.type_name))
        };
        let note = json!({self.declared.id.as_str(): {
            "Source": {"Type": original(&self.from)}, "Destination": {"Type": original(&self.to)},
        }});
        for resource in made {
            let mut metadata = given(&resource.attributes, "Metadata")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            metadata.insert("aws:sam:connectors".into(), note.clone());
            resource.attributes.insert("Metadata".into(), Value::Object(metadata));
        }
    }
}

/// The one event source mapping from a source to a function, if there is just one.
fn mapping_between(translation: &Translation<'_>, source: &str, function: &str) -> Option<String> {
    let mut found = translation.made.iter().filter(|(_, resource)| {
        let property = |name: &str| {
            at(resource, "Properties").and_then(|properties| at(properties, name)).and_then(logical_id_of)
        };
        at(resource, "Type").is_some_and(|name| name == "AWS::Lambda::EventSourceMapping")
            && property("FunctionName") == Some(function)
            && property("EventSourceArn") == Some(source)
    });
    match (found.next(), found.next()) {
        (Some((id, _)), None) => Some(id.clone()),
        _ => None,
    }
}
