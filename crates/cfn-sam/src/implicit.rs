//! APIs that events bring about: the implicit `ServerlessRestApi` and `ServerlessHttpApi`, and the routes of every API
//! whose definition SAM manages.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::condition;
use crate::definition::{ANY_METHOD, Definition, open_api, swagger};
use crate::error::{Result, SamError};
use crate::tree::{Entries, Owner, at, conditional, truthy};

const MANAGED: &str = "__MANAGE_SWAGGER";

/// SAM types that take part in checks, globals and events. Connectors are no such type.
pub(crate) fn is_sam(resource: &Value) -> bool {
    let name =
        resource.get("Type").and_then(Value::as_str).and_then(|name| name.strip_prefix("AWS::Serverless::"));
    matches!(
        name,
        Some(
            "Api"
                | "Function"
                | "SimpleTable"
                | "Application"
                | "LayerVersion"
                | "HttpApi"
                | "WebSocketApi"
                | "StateMachine"
                | "CapacityProvider"
        )
    )
}

fn has_type(resource: &Value, name: &str) -> bool {
    resource.get("Type").and_then(Value::as_str) == Some(name)
}

/// Resources in the order the translator takes them after the implicit APIs have come, and perhaps gone.
pub(crate) fn order(resources: &Entries, emulated: bool) -> Vec<String> {
    let implicit = [REST.implicit_id.to_owned(), HTTP.implicit_id.to_owned()];
    let gone = implicit.iter().filter(|id| !resources.contains_key(*id));
    let mut ids = crate::python27::order(resources.keys().chain(gone), emulated);
    ids.retain(|id| resources.contains_key(id));
    ids
}

/// The two kinds of API.
struct Flavour {
    /// The event's property that names the API.
    id_property: &'static str,
    implicit_id: &'static str,
    event_type: &'static str,
    api_type: &'static str,
    is_rest: bool,
}

const REST: Flavour = Flavour {
    id_property: "RestApiId",
    implicit_id: "ServerlessRestApi",
    event_type: "Api",
    api_type: "AWS::Serverless::Api",
    is_rest: true,
};

const HTTP: Flavour = Flavour {
    id_property: "ApiId",
    implicit_id: "ServerlessHttpApi",
    event_type: "HttpApi",
    api_type: "AWS::Serverless::HttpApi",
    is_rest: false,
};

impl Flavour {
    fn skeleton(&self) -> Value {
        let version = if self.is_rest { ("swagger", "2.0") } else { ("openapi", "3.0.1") };
        Value::Object(Definition::skeleton(version))
    }

    fn implicit_resource(&self) -> Value {
        let mut properties = json!({"DefinitionBody": self.skeleton(), MANAGED: true});
        if let (true, Some(entries)) = (self.is_rest, properties.as_object_mut()) {
            entries.insert("StageName".into(), json!("Prod"));
        }
        json!({"Type": self.api_type, "Properties": properties})
    }

    /// Resources in the translator's order. Its dictionary still feels the implicit REST API it has taken out.
    fn owners(&self, resources: &Entries, emulated: bool) -> Vec<String> {
        if self.is_rest {
            crate::python27::order(resources.keys(), emulated)
        } else {
            order(resources, emulated)
        }
    }

    fn is_valid(&self, body: Option<&Value>) -> bool {
        if self.is_rest { swagger::is_valid(body) } else { open_api::is_valid(body) }
    }

    fn edit(&self, body: Option<&Value>) -> Result<Definition> {
        if self.is_rest { Definition::swagger(body) } else { Definition::open_api(body) }
    }
}

/// Gives every API a definition and every event of an API its route.
pub(crate) fn apply(
    resources: &mut Entries,
    conditions: &mut Option<Entries>,
    globals: Option<&Value>,
    emulated: bool,
) -> std::result::Result<(), Vec<SamError>> {
    for flavour in [&REST, &HTTP] {
        add_definitions(flavour, resources);
    }
    for flavour in [&REST, &HTTP] {
        let mut pass =
            Pass { flavour, resources, globals, emulated, conditions: IndexMap::new(), policies: Vec::new() };
        pass.run(conditions)?;
    }
    Ok(())
}

fn add_definitions(flavour: &Flavour, resources: &mut Entries) {
    for api in resources.values_mut().filter(|api| has_type(api, flavour.api_type)) {
        let Some(entry) = api.as_object_mut() else { continue };
        let Some(properties) = crate::tree::entry_map(entry, "Properties") else { continue };
        let given = |name: &str| properties.get(name).is_some_and(truthy);
        if !given("DefinitionBody") && !given("DefinitionUri") {
            properties.insert("DefinitionBody".into(), flavour.skeleton());
            properties.insert(MANAGED.into(), json!(true));
        }
    }
}

/// API, path, method to the condition of the function (or state machine) behind it.
type Routes = IndexMap<String, IndexMap<String, IndexMap<String, Option<String>>>>;

struct Pass<'a> {
    flavour: &'a Flavour,
    resources: &'a mut Entries,
    globals: Option<&'a Value>,
    /// Resources and events are taken in the order of Python 2.7's dictionaries.
    emulated: bool,
    conditions: Routes,
    /// Deletion and update-replace policies of the functions behind the implicit API.
    policies: Vec<(Option<String>, Option<String>)>,
}

/// What a route inherits from the resource whose event it is.
struct Inherited {
    condition: Option<String>,
    deletion: Option<String>,
    update_replace: Option<String>,
}

impl Pass<'_> {
    fn run(&mut self, conditions: &mut Option<Entries>) -> std::result::Result<(), Vec<SamError>> {
        let existing = self.resources.get(self.flavour.implicit_id).cloned();
        self.resources.insert(self.flavour.implicit_id.into(), self.flavour.implicit_resource());
        let mut errors = Vec::new();
        let owners = self.flavour.owners(self.resources, self.emulated);
        for owner in owners {
            match self.owner(&owner) {
                Ok(()) => {}
                Err(error @ SamError::Event { .. }) => errors.push(error.owned_by(&owner)),
                Err(error) => return Err(vec![error]),
            }
        }
        self.finish(existing, conditions).map_err(|error| vec![error])?;
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn owner(&mut self, owner: &str) -> Result<()> {
        let Some(resource) = self.resources.get(owner) else { return Ok(()) };
        if !has_type(resource, "AWS::Serverless::Function")
            && !has_type(resource, "AWS::Serverless::StateMachine")
        {
            return Ok(());
        }
        let text = |name: &str| resource.get(name).and_then(Value::as_str).map(str::to_owned);
        let inherited = Inherited {
            condition: text("Condition"),
            deletion: text("DeletionPolicy"),
            update_replace: text("UpdateReplacePolicy"),
        };
        let events = resource.get("Properties").and_then(|p| p.get("Events")).and_then(Value::as_object);
        let Some(events) = events else { return Ok(()) };
        let mut names = crate::python27::order(events.keys(), self.emulated);
        names.retain(|name| events.get(name).is_some_and(|event| has_type(event, self.flavour.event_type)));
        // The translator gathers them in a dictionary of their own.
        let names = crate::python27::order(names.iter(), self.emulated);
        for name in names {
            self.event(owner, &name, &inherited)?;
        }
        Ok(())
    }

    fn event(&mut self, owner: &str, name: &str, inherited: &Inherited) -> Result<()> {
        let pointer =
            |entries: &Entries| entries.get(owner)?.get("Properties")?.get("Events")?.get(name).cloned();
        let Some(mut event) = pointer(self.resources) else { return Ok(()) };
        let properties = event.get("Properties").cloned().unwrap_or_else(|| json!({}));
        if self.flavour.is_rest && !truthy(&properties) {
            return Ok(());
        }
        let owner_kind = Owner::Event(name);
        let mut properties = owner_kind.map_or(Some(&properties), "Properties should be a map.")?.clone();
        if !properties.contains_key(self.flavour.id_property) {
            self.add_tags(owner);
            properties.insert(self.flavour.id_property.into(), json!({"Ref": self.flavour.implicit_id}));
        }
        if !self.flavour.is_rest {
            let missing = |key: &str| !properties.get(key).is_some_and(truthy);
            if missing("Path") && missing("Method") {
                properties.insert("Path".into(), json!(open_api::DEFAULT_PATH));
                properties.insert("Method".into(), json!(ANY_METHOD));
            }
        }
        let route = self.route(name, &properties)?;
        self.note(&route, inherited);
        self.add_route(name, &route)?;
        if let Some(settings) = properties.get("RouteSettings").filter(|_| !self.flavour.is_rest) {
            self.add_route_settings(name, &route, settings, inherited.condition.as_deref())?;
        }
        if let Some(entry) = event.as_object_mut() {
            entry.insert("Properties".into(), Value::Object(properties));
        }
        let events = self.resources.get_mut(owner).and_then(|r| r.get_mut("Properties")?.get_mut("Events"));
        if let Some(events) = events.and_then(Value::as_object_mut) {
            events.insert(name.to_owned(), event);
        }
        Ok(())
    }

    /// The implicit API takes the tags of functions that propagate theirs.
    fn add_tags(&mut self, owner: &str) {
        let Some(resource) = self.resources.get(owner) else { return };
        let section = resource.get("Type").and_then(Value::as_str).and_then(|name| name.rsplit("::").next());
        let global = section.and_then(|section| self.globals?.get(section));
        let property = |name: &str| {
            let own =
                resource.get("Properties").and_then(|properties| properties.get(name)).filter(|v| truthy(v));
            own.or_else(|| global?.get(name).filter(|v| truthy(v))).cloned()
        };
        let (Some(_), Some(Value::Object(tags))) = (property("PropagateTags"), property("Tags")) else {
            return;
        };
        let api = self.resources.get_mut(self.flavour.implicit_id).and_then(|api| api.get_mut("Properties"));
        let Some(properties) = api.and_then(Value::as_object_mut) else { return };
        if let Some(existing) = crate::tree::entry_map(properties, "Tags") {
            existing.extend(tags);
        }
        properties.insert("PropagateTags".into(), json!(true));
    }

    fn route(&self, event: &str, properties: &Entries) -> Result<Route> {
        let owner = Owner::Event(event);
        owner.required(properties.get("Path"), "Path")?;
        owner.required(properties.get("Method"), "Method")?;
        let named = properties.get(self.flavour.id_property);
        let api = named.and_then(|named| at(named, "Ref")).or(named);
        Ok(Route {
            api: owner.text(api, self.flavour.id_property)?.to_owned(),
            path: owner.text(properties.get("Path"), "Path")?.to_owned(),
            method: owner.text(properties.get("Method"), "Method")?.to_owned(),
        })
    }

    fn note(&mut self, route: &Route, inherited: &Inherited) {
        let paths = self.conditions.entry(route.api.clone()).or_default();
        paths
            .entry(route.path.clone())
            .or_default()
            .insert(route.method.clone(), inherited.condition.clone());
        if route.api == self.flavour.implicit_id {
            self.policies.push((inherited.deletion.clone(), inherited.update_replace.clone()));
        }
    }

    fn add_route(&mut self, event: &str, route: &Route) -> Result<()> {
        let api = self.resources.get(&route.api);
        if api.is_none_or(|api| self.flavour.is_rest && has_type(api, HTTP.api_type)) {
            return Err(SamError::event(
                event,
                format!(
                    "{} must be a valid reference to an '{}' resource in same template.",
                    self.flavour.id_property, self.flavour.api_type
                ),
            ));
        }
        let Some(properties) = api.and_then(|api| api.get("Properties")).and_then(Value::as_object) else {
            return Ok(());
        };
        let body = properties.get("DefinitionBody");
        if !self.flavour.is_valid(body) || !properties.get(MANAGED).is_some_and(truthy) {
            return Ok(());
        }
        let mut definition = self.flavour.edit(body)?;
        definition.add_path(&route.path, &route.method)?;
        self.set_definition(&route.api, definition);
        Ok(())
    }

    fn set_definition(&mut self, api: &str, definition: Definition) {
        let properties = self.resources.get_mut(api).and_then(|api| api.get_mut("Properties"));
        if let Some(properties) = properties.and_then(Value::as_object_mut) {
            properties.insert("DefinitionBody".into(), definition.value());
        }
    }

    fn add_route_settings(
        &mut self,
        event: &str,
        route: &Route,
        settings: &Value,
        condition: Option<&str>,
    ) -> Result<()> {
        let key = match route.method.as_str() {
            ANY_METHOD => route.path.clone(),
            method => format!("{} {}", method.to_uppercase(), route.path),
        };
        let settings = match condition {
            Some(condition) => conditional(&json!(condition), settings.clone()),
            None => settings.clone(),
        };
        let settings = Owner::Event(event).map(Some(&settings), "RouteSettings")?.clone();
        let properties = self.resources.get_mut(&route.api).and_then(|api| api.get_mut("Properties"));
        let Some(properties) = properties.and_then(Value::as_object_mut) else { return Ok(()) };
        let all = crate::tree::entry_map(properties, "RouteSettings")
            .ok_or_else(|| SamError::resource(&route.api, "Property 'RouteSettings' should be a map."))?;
        if let Some(own) = crate::tree::entry_map(all, &key) {
            own.extend(settings);
        }
        Ok(())
    }

    fn finish(&mut self, existing: Option<Value>, conditions: &mut Option<Entries>) -> Result<()> {
        self.set_implicit_condition(conditions);
        self.set_implicit_policies();
        self.set_path_conditions(conditions)?;
        let implicit = self.flavour.implicit_id;
        let body = self.resources.get(implicit).and_then(|api| api.get("Properties")?.get("DefinitionBody"));
        let unused = body.and_then(|body| body.get("paths")).is_none_or(|paths| !truthy(paths));
        if unused {
            match existing {
                Some(existing) => {
                    self.resources.insert(implicit.into(), existing);
                }
                None => {
                    self.resources.shift_remove(implicit);
                }
            }
        }
        Ok(())
    }

    /// When every route of the implicit API is conditional, so is the API.
    fn set_implicit_condition(&mut self, conditions: &mut Option<Entries>) {
        let Some(paths) = self.conditions.get(self.flavour.implicit_id) else { return };
        let name = format!("{}Condition", self.flavour.implicit_id);
        let Some(condition) = joint(paths.values().flat_map(|methods| methods.values()), &name, conditions)
        else {
            return;
        };
        if let Some(api) = self.resources.get_mut(self.flavour.implicit_id).and_then(Value::as_object_mut) {
            api.insert("Condition".into(), json!(condition));
        }
    }

    fn set_implicit_policies(&mut self) {
        let strongest = |choices: &[&str], policies: Vec<Option<String>>| {
            let found =
                choices.iter().find(|choice| policies.iter().flatten().any(|policy| policy == *choice));
            found.map(|choice| json!(choice))
        };
        let deletion = self.policies.iter().map(|(deletion, _)| deletion.clone()).collect();
        let replace = self.policies.iter().map(|(_, replace)| replace.clone()).collect();
        let deletion = strongest(&["Retain", "Delete"], deletion);
        let replace = strongest(&["Retain", "Snapshot", "Delete"], replace);
        let Some(api) = self.resources.get_mut(self.flavour.implicit_id).and_then(Value::as_object_mut)
        else {
            return;
        };
        api.extend(deletion.map(|policy| ("DeletionPolicy".to_owned(), policy)));
        api.extend(replace.map(|policy| ("UpdateReplacePolicy".to_owned(), policy)));
    }

    /// When every method of a path is conditional, so is the path.
    fn set_path_conditions(&mut self, conditions: &mut Option<Entries>) -> Result<()> {
        let managed: Vec<String> = self
            .resources
            .iter()
            .filter(|(_, api)| has_type(api, self.flavour.api_type))
            .filter(|(_, api)| api.get("Properties").and_then(|p| p.get(MANAGED)).is_some_and(truthy))
            .map(|(id, _)| id.clone())
            .collect();
        for api in managed {
            let body = self
                .resources
                .get(&api)
                .and_then(|api| api.get("Properties")?.get("DefinitionBody"))
                .cloned();
            let mut definition = self.flavour.edit(body.as_ref())?;
            for path in definition.paths() {
                let Some(methods) = self.conditions.get(&api).and_then(|paths| paths.get(&path)) else {
                    continue;
                };
                let spelled = path.replace('/', "SLASH").replace('{', "OB").replace('}', "CB");
                let name = format!("{api}{spelled}PathCondition");
                if let Some(condition) = joint(methods.values(), &name, conditions) {
                    definition.make_path_conditional(&path, &json!(condition))?;
                }
            }
            self.set_definition(&api, definition);
        }
        Ok(())
    }
}

struct Route {
    api: String,
    path: String,
    method: String,
}

/// The condition under which any of the given holds, when all are conditional; made under `name` when there are several.
fn joint<'a>(
    given: impl Iterator<Item = &'a Option<String>>,
    name: &str,
    conditions: &mut Option<Entries>,
) -> Option<String> {
    let distinct: Option<BTreeSet<&String>> = given.map(Option::as_ref).collect();
    let distinct: Vec<String> = distinct?.into_iter().cloned().collect();
    match distinct.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => {
            let made = condition::combined(several, name);
            conditions.get_or_insert_with(Entries::new).extend(made);
            Some(name.to_owned())
        }
    }
}
