//! The `AWS::Serverless-2016-10-31` transform: a SAM template in, a CloudFormation template out.
//!
//! Pure: JSON to JSON, no I/O. Logical ids, properties and error texts are those of AWS's public translator, so that a
//! stack deployed here and one deployed on AWS have the same resources. `AWS::Include` and
//! `AWS::LanguageExtensions` are other transforms, not handled here.
//!
//! The way through, in [`transform`]: checks -> definitions for APIs without one ([`implicit`]) -> routes of implicit and
//! managed APIs ([`implicit`]) -> `Globals` ([`globals`]) -> each SAM resource ([`translation`]) -> references
//! ([`rewrite`]).

mod api;
mod application;
mod condition;
mod connector;
mod definition;
mod deployment;
mod error;
mod events;
mod function;
mod generated;
mod globals;
mod http_api;
mod implicit;
mod layer;
mod location;
mod policies;
mod python;
mod python27;
mod resolve;
mod rewrite;
mod role;
mod schema;
mod state_machine;
mod table;
mod translation;
mod tree;
mod websocket_api;

use serde_json::{Map, Value, json};

pub use error::{SamError, document_message};

use crate::error::Result;
use crate::resolve::Resolver;
use crate::translation::Translation;
use crate::tree::Entries;

/// The transform's name in a template's `Transform`.
pub const TRANSFORM: &str = "AWS::Serverless-2016-10-31";

/// Where the stack will be.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// `us-east-1`.
    pub region: &'a str,
    /// `aws`.
    pub partition: &'a str,
    /// ARNs of managed policies by name, asked before the built-in list of AWS's; `None` for a name it doesn't know.
    pub managed_policy: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("region", &self.region).field("partition", &self.partition).finish()
    }
}

/// Transforms a template. `parameters` are the values given for the stack; defaults are taken from the template.
/// The template's `Transform` is removed.
pub fn transform(
    template: Value,
    parameters: &Map<String, Value>,
    context: &Context<'_>,
) -> std::result::Result<Value, Vec<SamError>> {
    let Value::Object(mut template) = template else {
        return Err(vec![SamError::template("'Resources' section is required")]);
    };
    let resolver = resolver(&template, parameters, context);
    let emulated = python27::is_emulated(&template);
    let mut resources = check(&mut template).map_err(|error| vec![error])?;
    let mut conditions = template.get("Conditions").and_then(Value::as_object).cloned();
    let globals = template.shift_remove("Globals");
    implicit::apply(&mut resources, &mut conditions, globals.as_ref(), emulated)?;
    globals::apply(globals, &mut resources).map_err(|error| vec![error])?;
    template.shift_remove("Transform");
    Translation::new(context, resolver, resources, conditions, emulated).run(template)
}

fn resolver(template: &Entries, parameters: &Map<String, Value>, context: &Context<'_>) -> Resolver {
    let mut values = parameters.clone();
    for (name, declaration) in template.get("Parameters").and_then(Value::as_object).into_iter().flatten() {
        if let (false, Some(default)) = (values.contains_key(name), declaration.get("Default")) {
            values.insert(name.clone(), default.clone());
        }
    }
    values.entry("AWS::Region").or_insert_with(|| json!(context.region));
    values.entry("AWS::Partition").or_insert_with(|| json!(context.partition));
    let mappings = template.get("Mappings").and_then(Value::as_object).cloned().unwrap_or_default();
    Resolver { parameters: values, mappings }
}

/// Takes the resources out, each of them a mapping.
fn check(template: &mut Entries) -> Result<Entries> {
    let resources = match template.shift_remove("Resources") {
        Some(Value::Object(resources)) if !resources.is_empty() => resources,
        _ => return Err(SamError::template("'Resources' section is required")),
    };
    if !resources.values().all(Value::is_object) {
        return Err(SamError::template(
            "All 'Resources' must be Objects. If you're using YAML, this may be an indentation issue.",
        ));
    }
    for (id, resource) in &resources {
        if !implicit::is_sam(resource) {
            continue;
        }
        if resource
            .get("Condition")
            .is_some_and(|condition| tree::truthy(condition) && !condition.is_string())
        {
            return Err(SamError::template("Every Condition member must be a string."));
        }
        if resource.get("Properties").is_some_and(|properties| !properties.is_object()) {
            return Err(SamError::resource(id, "Attribute 'Properties' should be a map."));
        }
    }
    Ok(resources)
}
