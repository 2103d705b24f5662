//! `AWS::Serverless::HttpApi`: HTTP API and stage, with their domain and authorizers.

mod authorizer;
pub(crate) mod domain;

pub(crate) use authorizer::authorizers_arn;

use serde_json::{Value, json};

use crate::definition::{Definition, open_api};
use crate::error::Result;
use crate::generated::{Declared, Generated, propagate_tags};
use crate::location;
use crate::python::suffixed_id;
use crate::schema;
use crate::translation::{Translated, Translation};
use crate::tree::{Entries, at, is_intrinsic, reference, truthy};

const TYPE: &str = "AWS::Serverless::HttpApi";
const DEFAULT_STAGE: &str = "$default";
const CREATED_BY: &str = "httpapi:createdBy";

pub(crate) fn translate(translation: &mut Translation<'_>, id: &str, entry: &Value) -> Result<Translated> {
    let mut declared = Declared::read(id, entry, TYPE, schema::HTTP_API)?;
    for name in ["CorsConfiguration", "Domain"] {
        if let Some(value) = declared.get(name) {
            let resolved = translation.resolver.resolve(value)?;
            declared.properties.insert(name.to_owned(), resolved);
        }
    }
    let body = declared.set("DefinitionBody").cloned();
    let mut api = HttpApi { tags: declared.get("Tags").cloned(), declared, body };
    let resources = api.translate(translation)?;
    Ok(Translated::new(id, resources))
}

struct HttpApi {
    declared: Declared,
    body: Option<Value>,
    /// The template's tags, and the one that says who made the API.
    tags: Option<Value>,
}

impl HttpApi {
    fn translate(&mut self, translation: &mut Translation<'_>) -> Result<Vec<Generated>> {
        let http_api = self.http_api(translation)?;
        let mut resources = vec![http_api];
        resources.extend(authorizer::permissions(&self.declared)?);
        resources.extend(domain::construct(translation, &self.declared, CREATED_BY)?);
        resources.push(self.stage());
        let from_body = self.declared.get("DefinitionBody").is_some();
        propagate_tags(&mut resources, self.tags.as_ref(), from_body);
        Ok(resources)
    }

    fn http_api(&mut self, translation: &Translation<'_>) -> Result<Generated> {
        let declared = &self.declared;
        let mut api = Generated::new(&declared.id, "AWS::ApiGatewayV2::Api", &declared.attributes);
        api.depends_on = declared.depends_on.clone();
        if declared.is_true("DefinitionUri") && self.body.is_some() {
            return Err(
                declared.error("Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.")
            );
        }
        self.add_cors()?;
        self.add_auth(translation)?;
        self.add_tags(translation.emulated)?;
        if let Some(value) = self.declared.set("FailOnWarnings") {
            api.put("FailOnWarnings", value.clone());
        }
        self.add_endpoint()?;
        self.add_info("Name", "title")?;
        self.add_info("Description", "description")?;
        self.move_default_path();
        let declared = &self.declared;
        if let Some(uri) = declared.set("DefinitionUri") {
            api.put("BodyS3Location", location::body(uri, &declared.id, "DefinitionUri")?);
        } else if let Some(body) = self.body.take() {
            api.put("Body", body);
        } else {
            return Err(declared.error(
                "'DefinitionUri' or 'DefinitionBody' are required properties of an 'AWS::Serverless::HttpApi'. Add a value for one of these properties or add a 'HttpApi' event to an 'AWS::Serverless::Function'.",
            ));
        }
        Ok(api)
    }

    fn editable(&self, property: &str, what: &str, invalid: &str) -> Result<Definition> {
        if self.body.is_none() {
            return Err(self
                .declared
                .error(format!("{property} works only with inline OpenApi specified in {what}")));
        }
        if !open_api::is_valid(self.body.as_ref()) {
            return Err(self.declared.error(format!(
                "Unable to add {invalid} because 'DefinitionBody' does not contain a valid OpenApi definition."
            )));
        }
        Definition::open_api(self.body.as_ref())
    }

    fn set_body(&mut self, definition: Definition) {
        self.body = Some(Value::Object(definition.doc));
    }

    fn add_cors(&mut self) -> Result<()> {
        let Some(value) = self.declared.set("CorsConfiguration") else { return Ok(()) };
        let cors = if self.body.is_some() { self.cors(value)? } else { Entries::new() };
        let mut definition = self.editable("Cors", "'DefinitionBody' property.", "Cors configuration")?;
        if cors.get("allowCredentials").is_some() && cors.get("allowOrigins") == Some(&json!(["*"])) {
            return Err(self.declared.error(
                "Unable to add Cors configuration because 'AllowCredentials' can not be true when 'AllowOrigin' is \"'*'\" or not set.",
            ));
        }
        definition.set_http_cors(cors)?;
        self.set_body(definition);
        Ok(())
    }

    fn cors(&self, value: &Value) -> Result<Entries> {
        const KEYS: [(&str, &str); 6] = [
            ("AllowOrigins", "allowOrigins"),
            ("AllowHeaders", "allowHeaders"),
            ("AllowMethods", "allowMethods"),
            ("ExposeHeaders", "exposeHeaders"),
            ("MaxAge", "maxAge"),
            ("AllowCredentials", "allowCredentials"),
        ];
        let mut cors = Entries::new();
        match value {
            Value::Bool(_) => {
                cors.insert("allowOrigins".into(), json!(["*"]));
            }
            other if is_intrinsic(other) => {
                let text = KEYS.iter().fold(other.to_string(), |text, (from, to)| text.replace(from, to));
                cors = serde_json::from_str(&text).unwrap_or_default();
            }
            Value::Object(entries) => {
                if let Some(key) = entries.keys().find(|key| !KEYS.iter().any(|(known, _)| known == key)) {
                    return Err(self.declared.error(format!("Invalid key '{key}' for 'Cors' property.")));
                }
                for (from, to) in KEYS {
                    let keep = match from {
                        "MaxAge" => entries.get(from).is_some_and(|value| !value.is_null()),
                        "AllowCredentials" => entries.get(from) == Some(&json!(true)),
                        _ => entries.get(from).is_some_and(truthy),
                    };
                    if let (true, Some(value)) = (keep, entries.get(from)) {
                        cors.insert(to.into(), value.clone());
                    }
                }
            }
            _ => return Err(self.declared.error("Invalid value for 'Cors' property.")),
        }
        Ok(cors)
    }

    fn add_auth(&mut self, translation: &Translation<'_>) -> Result<()> {
        let Some(auth) = self.declared.set("Auth") else { return Ok(()) };
        let keys = ["Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer"];
        let unknown =
            auth.as_object().is_some_and(|auth| auth.keys().any(|key| !keys.contains(&key.as_str())));
        if self.body.is_some() && unknown {
            return Err(self.declared.error("Invalid value for 'Auth' property"));
        }
        let mut definition = self.editable("Auth", "the 'DefinitionBody' property.", "Auth configuration")?;
        authorizer::apply(translation.context.partition, &self.declared, auth, &mut definition)?;
        self.set_body(definition);
        Ok(())
    }

    fn add_tags(&mut self, emulated: bool) -> Result<()> {
        let given = self.tags.as_ref().filter(|tags| truthy(tags)).and_then(Value::as_object).cloned();
        if self.body.is_none() {
            return match given {
                Some(_) => self.editable("Tags", "the 'DefinitionBody' property.", "`Tags`").map(drop),
                None => Ok(()),
            };
        }
        if given.is_none() && !open_api::is_valid(self.body.as_ref()) {
            return Ok(());
        }
        let mut definition = self.editable("Tags", "the 'DefinitionBody' property.", "`Tags`")?;
        let mut tags = given.unwrap_or_default();
        tags.insert(CREATED_BY.into(), json!("SAM"));
        let ordered = if emulated { crate::python27::copied(&tags) } else { tags.clone() };
        definition.add_tags(&ordered)?;
        self.tags = Some(Value::Object(tags));
        self.set_body(definition);
        Ok(())
    }

    fn add_endpoint(&mut self) -> Result<()> {
        let Some(value) = self.declared.get("DisableExecuteApiEndpoint").cloned() else { return Ok(()) };
        if self.body.is_none() {
            return Err(self
                .declared
                .error("DisableExecuteApiEndpoint works only within 'DefinitionBody' property."));
        }
        let mut definition = Definition::open_api(self.body.as_ref())?;
        definition.set_http_endpoint(&value)?;
        self.set_body(definition);
        Ok(())
    }

    /// Name and description go into the definition, unless it has its own.
    fn add_info(&mut self, property: &str, key: &str) -> Result<()> {
        let Some(value) = self.declared.set(property).cloned() else { return Ok(()) };
        let Some(body) = &self.body else {
            return Err(self.declared.error(format!(
                "{property} works only with inline OpenApi specified in the 'DefinitionBody' property."
            )));
        };
        let existing = at(body, "info").and_then(|info| at(info, key));
        let taken = match property {
            "Name" => existing != Some(&reference("AWS::StackName")),
            _ => existing.is_some_and(truthy),
        };
        if taken {
            return Err(self.declared.error(format!(
                "Unable to set {property} because it is already defined within inline OpenAPI specified in the 'DefinitionBody' property."
            )));
        }
        let mut definition = Definition::open_api(self.body.as_ref())?;
        definition.set_info(key, &value);
        self.set_body(definition);
        Ok(())
    }

    /// With warnings as failures the default route must look like a path.
    fn move_default_path(&mut self) {
        if !self.declared.is_true("FailOnWarnings") {
            return;
        }
        let paths = self.body.as_mut().and_then(|body| body.get_mut("paths")).and_then(Value::as_object_mut);
        if let Some(paths) = paths
            && let Some(route) = paths.shift_remove(DEFAULT_STAGE)
        {
            paths.insert(format!("/{DEFAULT_STAGE}"), route);
        }
    }

    fn stage(&self) -> Generated {
        let declared = &self.declared;
        let given = declared.set("StageName").cloned().unwrap_or_else(|| json!(DEFAULT_STAGE));
        let id = match given.as_str().unwrap_or_default() {
            DEFAULT_STAGE => format!("{}ApiGatewayDefaultStage", declared.id),
            name if !name.is_empty() && name.chars().all(char::is_alphanumeric) => {
                format!("{}{name}Stage", declared.id)
            }
            name => suffixed_id(&format!("{}Stage", declared.id), name),
        };
        let mut stage = Generated::new(id, "AWS::ApiGatewayV2::Stage", &declared.inherited());
        stage.put("ApiId", reference(&declared.id)).put("StageName", given);
        stage.copy(
            &declared.properties,
            &["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"],
        );
        stage.put("Tags", self.tags.clone().unwrap_or_default()).put("AutoDeploy", json!(true));
        stage
    }
}
