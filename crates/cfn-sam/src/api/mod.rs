//! `AWS::Serverless::Api`: REST API, deployment, stage, and what hangs on them.

mod authorizer;
mod cors;
mod deployment;
pub(crate) mod domain;
mod responses;
mod usage_plan;

use serde_json::{Value, json};

use crate::definition::{self, Definition, swagger};
use crate::error::Result;
use crate::generated::{Declared, Generated, propagate_tags};
use crate::location;
use crate::python::suffixed_id;
use crate::schema;
use crate::translation::{Translated, Translation};
use crate::tree::{Entries, at, reference, tag_list};

pub(crate) use authorizer::authorizer_uri;
pub(crate) use usage_plan::SharedUsagePlan;

const TYPE: &str = "AWS::Serverless::Api";

pub(crate) fn translate(translation: &mut Translation<'_>, id: &str, entry: &Value) -> Result<Translated> {
    let mut declared = Declared::read(id, entry, TYPE, schema::API)?;
    for name in ["BinaryMediaTypes", "Domain", "Auth"] {
        if let Some(value) = declared.get(name) {
            let resolved = translation.resolver.resolve(value)?;
            declared.properties.insert(name.to_owned(), resolved);
        }
    }
    let body = declared.set("DefinitionBody").cloned();
    let resources = Api { declared: &declared, body }.translate(translation)?;
    Ok(Translated::new(id, resources))
}

/// An API on its way; its definition gathers what the properties add.
pub(super) struct Api<'a> {
    declared: &'a Declared,
    body: Option<Value>,
}

impl Api<'_> {
    fn translate(mut self, translation: &mut Translation<'_>) -> Result<Vec<Generated>> {
        let mut rest_api = self.rest_api(translation)?;
        let mut domain = domain::construct(translation, self.declared)?;
        let mut deployment = Generated::new(
            format!("{}Deployment", self.declared.id),
            "AWS::ApiGateway::Deployment",
            &self.inherited(),
        );
        deployment.put("RestApiId", reference(&self.declared.id));
        if !self.declared.is_true("OpenApiVersion") {
            deployment.put("StageName", "Stage");
        }
        let mut stage = self.stage();
        let definition = rest_api.properties.get("Body").or(rest_api.properties.get("BodyS3Location"));
        if let Some(definition) = definition {
            deployment::name(
                translation,
                self.declared,
                &mut deployment,
                definition,
                domain.config.as_ref(),
            )?;
        }
        if let Some(body) = rest_api.properties.get_mut("Body") {
            crate::python27::forget_removed(body);
        }
        stage.put("DeploymentId", reference(&deployment.id));
        if let Some(tags) = self.declared.get("Tags") {
            stage.put("Tags", tag_list(tags));
        }
        let permissions = authorizer::permissions(translation, self.declared)?;
        let usage_plan = usage_plan::construct(translation, self.declared, &stage)?;
        let mut resources = vec![rest_api, deployment, stage];
        resources.extend(permissions);
        resources.append(&mut domain.resources);
        resources.extend(usage_plan);
        propagate_tags(&mut resources, self.declared.get("Tags"), self.declared.is_true("PropagateTags"));
        Ok(resources)
    }

    fn inherited(&self) -> Entries {
        self.declared.inherited()
    }

    fn rest_api(&mut self, translation: &Translation<'_>) -> Result<Generated> {
        let declared = self.declared;
        self.check()?;
        let mut rest_api = Generated::new(&declared.id, "AWS::ApiGateway::RestApi", &declared.attributes);
        rest_api.depends_on = declared.depends_on.clone();
        rest_api.copy(&declared.properties, &["BinaryMediaTypes", "MinimumCompressionSize"]);
        self.set_endpoint(translation, &mut rest_api)?;
        cors::apply(self)?;
        authorizer::apply(translation, self)?;
        responses::apply(self)?;
        self.add_media_types()?;
        self.add_models()?;
        if let Some(value) = declared.set("FailOnWarnings") {
            rest_api.put("FailOnWarnings", value.clone());
        }
        self.add_endpoint_extension()?;
        if let Some(uri) = declared.set("DefinitionUri") {
            rest_api.put("BodyS3Location", location::body(uri, &declared.id, "DefinitionUri")?);
        } else if let Some(body) = self.body.take() {
            let doc = body.as_object().cloned().unwrap_or_default();
            let body = Definition { doc }.align(declared.set("OpenApiVersion"))?;
            rest_api.put("Body", Value::Object(body.doc));
        }
        for name in [
            "Name",
            "Description",
            "Mode",
            "ApiKeySourceType",
            "Policy",
            "SecurityPolicy",
            "EndpointAccessMode",
        ] {
            if let Some(value) = declared.set(name) {
                rest_api.put(name, value.clone());
            }
        }
        Ok(rest_api)
    }

    fn check(&self) -> Result<()> {
        let declared = self.declared;
        let uri = declared.is_true("DefinitionUri");
        if uri && self.body.is_some() {
            return Err(
                declared.error("Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.")
            );
        }
        if uri && declared.is_true("MergeDefinitions") {
            return Err(declared.error("Cannot set 'MergeDefinitions' to True when using `DefinitionUri`."));
        }
        let version = declared.set("OpenApiVersion").map(crate::python::shown);
        if version.is_some_and(|version| !definition::is_supported_version(&version)) {
            return Err(declared.error("The OpenApiVersion value must be of the format '3.0.0'."));
        }
        Ok(())
    }

    fn set_endpoint(&self, translation: &Translation<'_>, rest_api: &mut Generated) -> Result<()> {
        let regional = json!("REGIONAL");
        let value = match self.declared.set("EndpointConfiguration") {
            Some(value) => value,
            // Edge endpoints exist in the commercial partition only.
            None if translation.context.partition != "aws" => &regional,
            None => return Ok(()),
        };
        let Some(kind) = at(value, "Type").filter(|kind| crate::tree::truthy(kind)) else {
            rest_api.put("EndpointConfiguration", json!({"Types": [value]}));
            rest_api.put("Parameters", json!({"endpointConfigurationTypes": value}));
            return Ok(());
        };
        let mut config = Entries::from_iter([("Types".to_owned(), json!([kind]))]);
        let (old, new) = (at(value, "VPCEndpointIds"), at(value, "VpcEndpointIds"));
        if old.is_some() && new.is_some() {
            return Err(self.declared.error(
                "'VPCEndpointIds' and 'VpcEndpointIds' cannot be used together in EndpointConfiguration.",
            ));
        }
        if let Some(endpoints) = old.or(new) {
            config.insert("VpcEndpointIds".into(), endpoints.clone());
        }
        if let Some(kind) = at(value, "IpAddressType") {
            config.insert("IpAddressType".into(), kind.clone());
        }
        rest_api.put("EndpointConfiguration", Value::Object(config));
        rest_api.put("Parameters", json!({"endpointConfigurationTypes": kind}));
        Ok(())
    }

    /// The definition for editing; the error when there is none to edit.
    pub(super) fn editable(&self, property: &str) -> Result<Definition> {
        if self.body.is_none() {
            return Err(self.declared.error(format!(
                "{property} works only with inline Swagger specified in 'DefinitionBody' property."
            )));
        }
        let noun = if property == "GatewayResponses" { "Auth" } else { property };
        if !swagger::is_valid(self.body.as_ref()) {
            let what = if property == "Models" {
                "Models definitions".to_owned()
            } else {
                format!("{noun} configuration")
            };
            return Err(self.declared.error(format!(
                "Unable to add {what} because 'DefinitionBody' does not contain a valid Swagger definition."
            )));
        }
        Definition::swagger(self.body.as_ref())
    }

    pub(super) fn set_body(&mut self, definition: Definition) {
        self.body = Some(definition.value());
    }

    fn add_media_types(&mut self) -> Result<()> {
        let Some(types) = self.declared.set("BinaryMediaTypes").filter(|_| self.body.is_some()) else {
            return Ok(());
        };
        let mut definition = Definition::swagger(self.body.as_ref())?;
        definition.set_binary_media_types(types);
        self.set_body(definition);
        Ok(())
    }

    fn add_models(&mut self) -> Result<()> {
        let Some(models) = self.declared.set("Models") else { return Ok(()) };
        let mut definition = self.editable("Models")?;
        let models = models.as_object().filter(|models| models.values().all(Value::is_object));
        let models = models.ok_or_else(|| self.declared.error("Invalid value for 'Models' property"))?;
        definition.add_models(models)?;
        // Copied, then aligned: the order of keys depends on it.
        self.set_body(definition);
        let doc = self.body.take().and_then(|body| body.as_object().cloned()).unwrap_or_default();
        self.body = Some(Value::Object(Definition { doc }.align(self.declared.set("OpenApiVersion"))?.doc));
        Ok(())
    }

    fn add_endpoint_extension(&mut self) -> Result<()> {
        let Some(value) = self.declared.get("DisableExecuteApiEndpoint") else { return Ok(()) };
        if self.body.is_none() {
            return Err(self
                .declared
                .error("DisableExecuteApiEndpoint works only within 'DefinitionBody' property."));
        }
        let mut definition = Definition::swagger(self.body.as_ref())?;
        definition.set_disable_endpoint(value)?;
        self.set_body(definition);
        Ok(())
    }

    fn stage(&self) -> Generated {
        let declared = self.declared;
        let name = declared.get("StageName").and_then(Value::as_str).unwrap_or_default();
        let is_plain = !name.is_empty() && name.chars().all(char::is_alphanumeric);
        let id = if is_plain {
            format!("{}{name}Stage", declared.id)
        } else {
            suffixed_id(&format!("{}Stage", declared.id), name)
        };
        let mut stage = Generated::new(id, "AWS::ApiGateway::Stage", &self.inherited());
        stage.put("RestApiId", reference(&declared.id));
        stage.copy(
            &declared.properties,
            &[
                "StageName",
                "CacheClusterEnabled",
                "CacheClusterSize",
                "Variables",
                "MethodSettings",
                "AccessLogSetting",
                "CanarySetting",
                "TracingEnabled",
            ],
        );
        stage
    }
}
