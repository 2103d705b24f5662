//! A definition as Python 2.7 prints it, each piece of text marked by where it came from.
//!
//! Text of the template is Unicode (`u'..'`), text of the translator plain. Where the template gave the definition,
//! what stands in it is the template's; elsewhere the place in the document decides.

use serde_json::{Value, json};

use super::listed;
use crate::definition::{ANY_METHOD, INTEGRATION};
use crate::generated::Declared;
use crate::tree::{Entries, at};

/// Where in a definition a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Made by the translator throughout.
    Made,
    /// The template's throughout.
    Template,
    Top,
    Components,
    Paths,
    PathItem,
    Method,
    Integration,
    /// An integration with Step Functions.
    StateMachine,
    Preflight,
    Uri,
    Security,
    Schemes,
    Scheme,
    Authorizer,
    Parameters,
    GatewayResponses,
    GatewayResponse,
    Policy,
    /// Statements of a policy, the translator's and the template's.
    Statements,
    Statement,
    Resource,
    Stage,
}

struct Printer<'a> {
    api: &'a Declared,
    out: String,
}

/// `str(definition)` of the translator.
pub(crate) fn definition_text(definition: &Value, api: &Declared) -> String {
    let managed = api.is_true("__MANAGE_SWAGGER");
    let original = api.get("DefinitionBody").filter(|_| !managed);
    let mut printer = Printer { api, out: String::new() };
    let place = if api.is_true("DefinitionUri") { Place::Made } else { Place::Top };
    if place == Place::Made {
        printer.location(definition);
    } else {
        printer.value(definition, original, place);
    }
    printer.out
}

impl Printer<'_> {
    /// `{u'Bucket'..}` of a definition in S3: keys are the translator's, values the template's.
    fn location(&mut self, location: &Value) {
        let entries = location.as_object().cloned().unwrap_or_default();
        self.out.push('{');
        for (index, key) in listed(entries.keys().map(String::as_str)).iter().enumerate() {
            self.separator(index);
            self.text(key, false);
            self.out.push_str(": ");
            if let Some(value) = entries.get(key) {
                self.value(value, None, Place::Template);
            }
        }
        self.out.push('}');
    }

    fn separator(&mut self, index: usize) {
        if index > 0 {
            self.out.push_str(", ");
        }
    }

    fn value(&mut self, value: &Value, original: Option<&Value>, place: Place) {
        let place = match (place, value) {
            (Place::Statements, Value::Object(_)) if is_made_statement(value) => Place::Statement,
            (Place::Statements, Value::Object(_)) => Place::Template,
            _ => place,
        };
        match value {
            Value::String(text) => {
                let is_template =
                    original.is_some_and(Value::is_string) || self.is_template_text(text, place);
                self.text(text, is_template);
            }
            Value::Array(items) => self.items(items, original, place),
            Value::Object(entries) => self.entries(entries, original, place),
            other => self.out.push_str(&crate::python::shown(other)),
        }
    }

    fn items(&mut self, items: &[Value], original: Option<&Value>, place: Place) {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            self.separator(index);
            self.value(item, original.and_then(|original| original.get(index)), place);
        }
        self.out.push(']');
    }

    fn entries(&mut self, entries: &Entries, original: Option<&Value>, place: Place) {
        if original.is_none()
            && let (1, Some(Value::Array(branches))) = (entries.len(), entries.get("Fn::If"))
            && matches!(place, Place::PathItem | Place::Method | Place::Uri)
        {
            return self.conditional(branches, place);
        }
        self.out.push('{');
        for (index, key) in listed(entries.keys().map(String::as_str)).iter().enumerate() {
            let Some(value) = entries.get(key) else { continue };
            self.separator(index);
            let own = original.and_then(|original| original.get(key));
            let is_template = own.is_some() || self.is_template_key(key, value, place);
            self.text(key, is_template);
            self.out.push_str(": ");
            self.value(value, own, next(place, key, value));
        }
        self.out.push('}');
    }

    /// Conditions of functions are the template's names; those of paths with several are made.
    fn conditional(&mut self, branches: &[Value], place: Place) {
        self.out.push_str("{'Fn::If': [");
        for (index, branch) in branches.iter().enumerate() {
            self.separator(index);
            match (index, branch) {
                (0, Value::String(name)) => {
                    let made = name.starts_with(&self.api.id) && name.ends_with("PathCondition");
                    self.text(name, !made);
                }
                (1, branch) => self.value(branch, None, place),
                (_, branch) => self.value(branch, None, Place::Made),
            }
        }
        self.out.push_str("]}");
    }

    fn is_template_key(&self, key: &str, value: &Value, place: Place) -> bool {
        match place {
            Place::Template | Place::Paths | Place::GatewayResponses => true,
            Place::PathItem => key != ANY_METHOD && !is_preflight(value),
            Place::Security => key != "api_key" && key != "api_key_false",
            Place::Schemes => match key {
                "api_key" => false,
                // Where an event asked for it first, the key is the translator's.
                "AWS_IAM" => {
                    let body = self.api.get("DefinitionBody");
                    let earlier = body.and_then(|body| at(body, "securityDefinitions"));
                    earlier.is_none_or(|earlier| at(earlier, "AWS_IAM").is_none())
                        && self.auth("DefaultAuthorizer").is_some_and(|name| name == "AWS_IAM")
                }
                _ => true,
            },
            _ => false,
        }
    }

    fn auth(&self, key: &str) -> Option<&Value> {
        self.api.get("Auth").and_then(|auth| at(auth, key))
    }

    fn is_template_text(&self, text: &str, place: Place) -> bool {
        match place {
            Place::Template => true,
            // Of an alias the translator makes plain text.
            Place::Uri => text.contains(".Arn}"),
            Place::Scheme => self.names_header(text),
            Place::Preflight => self.is_cors_value(text),
            Place::Resource => true,
            // The implicit API's stage is the translator's.
            Place::Stage => self.api.id != "ServerlessRestApi",
            _ => false,
        }
    }

    /// A header that an authorizer's identity names.
    fn names_header(&self, text: &str) -> bool {
        let authorizers = self.auth("Authorizers").and_then(Value::as_object);
        authorizers.into_iter().flatten().any(|(_, authorizer)| {
            at(authorizer, "Identity")
                .and_then(|identity| at(identity, "Header"))
                .is_some_and(|header| header == text)
        })
    }

    fn is_cors_value(&self, text: &str) -> bool {
        match self.api.get("Cors") {
            Some(Value::Object(entries)) => entries.values().any(|value| value == text),
            Some(value) => value == text,
            None => false,
        }
    }

    fn text(&mut self, text: &str, is_template: bool) {
        if is_template {
            self.out.push('u');
        }
        let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
        self.out.push(quote);
        for c in text.chars() {
            match c {
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\\' => self.out.push_str("\\\\"),
                c if c == quote => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                ' '..='~' => self.out.push(c),
                c if is_template || c.is_control() => self.out.push_str(&escaped(c)),
                c => self.out.push(c),
            }
        }
        self.out.push(quote);
    }
}

fn escaped(c: char) -> String {
    match u32::from(c) {
        code @ 0..=0xff => format!("\\x{code:02x}"),
        code @ 0x100..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

/// Statements that the translator makes name the stage by a variable.
fn is_made_statement(statement: &Value) -> bool {
    let first = at(statement, "Resource").and_then(|resources| resources.get(0));
    let variables = first.and_then(|resource| at(resource, "Fn::Sub")).and_then(|parts| parts.get(1));
    variables.is_some_and(|variables| at(variables, "__Stage__").is_some())
}

fn is_preflight(value: &Value) -> bool {
    at(value, "summary").is_some_and(|summary| summary == "CORS support")
}

/// The place of what stands under a key.
fn next(place: Place, key: &str, value: &Value) -> Place {
    match (place, key) {
        (Place::Template, _) => Place::Template,
        (Place::PathItem | Place::Method, "Fn::If") => place,
        (Place::Top, "paths") => Place::Paths,
        (Place::Top, "securityDefinitions") | (Place::Components, "securitySchemes") => Place::Schemes,
        (Place::Top, "components") => Place::Components,
        (Place::Top, "definitions" | "x-amazon-apigateway-binary-media-types" | "openapi")
        | (Place::Components, "schemas") => Place::Template,
        (Place::Top, "x-amazon-apigateway-gateway-responses") => Place::GatewayResponses,
        (Place::Top, "x-amazon-apigateway-policy") => Place::Policy,
        (Place::Paths, _) => Place::PathItem,
        (Place::PathItem, _) => Place::Method,
        (Place::Method, INTEGRATION) if at(value, "type").is_some_and(|kind| kind == "aws") => {
            Place::StateMachine
        }
        (Place::Method, INTEGRATION) => Place::Integration,
        (Place::StateMachine, "uri") => Place::Uri,
        (Place::Method, "security") => Place::Security,
        (Place::Method, "parameters") => Place::Parameters,
        (Place::Integration, "uri") => Place::Uri,
        (Place::Integration, "responses" | "default" | "responseParameters") => Place::Integration,
        (Place::Integration, "credentials" | "cacheKeyParameters") => match value.as_str() {
            Some(text) if text.ends_with(":iam::*:user/*") => Place::Made,
            _ => Place::Template,
        },
        (Place::Integration, key) if key.starts_with("method.response.header.") => {
            if value.is_string() {
                Place::Preflight
            } else {
                Place::Template
            }
        }
        (Place::Uri, "Fn::Sub") => Place::Uri,
        (Place::Security, _) => Place::Template,
        (Place::Schemes, _) => Place::Scheme,
        (Place::Scheme, "x-amazon-apigateway-authorizer") => Place::Authorizer,
        (Place::Scheme, "name") => Place::Scheme,
        (Place::Authorizer, "type") => Place::Made,
        (Place::Authorizer, "authorizerUri") => Place::Authorizer,
        (Place::Authorizer, "Fn::Sub") => Place::Authorizer,
        (Place::Authorizer, _) => Place::Template,
        (Place::Parameters, "name") => Place::Template,
        (Place::Parameters, "in") if *value != json!("query") && *value != json!("body") => Place::Template,
        (Place::GatewayResponses, _) => Place::GatewayResponse,
        (Place::GatewayResponse, "responseParameters" | "responseTemplates") => Place::Template,
        (Place::Policy, "Statement") => Place::Statements,
        (Place::Statement, "Resource") => Place::Resource,
        (Place::Statement, "AWS" | "aws:SourceIp" | "aws:SourceVpc" | "aws:SourceVpce") => Place::Template,
        (Place::Statement, "Principal" | "Condition") => Place::Statement,
        (Place::Statement, "IpAddress" | "NotIpAddress" | "StringEquals" | "StringNotEquals") => {
            Place::Statement
        }
        (Place::Resource, "__Stage__") => Place::Stage,
        (Place::Resource, _) => Place::Resource,
        (Place::Stage, _) => Place::Template,
        _ => Place::Made,
    }
}
