//! Preflight methods (`options`) for REST APIs.

use serde_json::{Map, Value, json};

use super::{ANY_METHOD, Definition, INTEGRATION};
use crate::error::{Result, SamError};
use crate::tree::{Entries, truthy};

/// What `Cors` says.
#[derive(Debug, Clone)]
pub(crate) struct Cors {
    pub(crate) origin: Value,
    pub(crate) headers: Value,
    pub(crate) methods: Value,
    pub(crate) max_age: Value,
    pub(crate) credentials: bool,
}

impl Definition {
    /// Adds an `options` method to a path that has none.
    pub(crate) fn add_cors(&mut self, path: &str, cors: &Cors) -> Result<()> {
        let mut methods = cors.methods.clone();
        for item in self.items_mut(path)? {
            if item.contains_key("options") {
                continue;
            }
            if !truthy(&cors.origin) {
                return Err(SamError::template("Invalid input. Value for AllowedOrigins is required"));
            }
            if !truthy(&methods) {
                methods = json!(format!("'{}'", allowed_methods(item)));
            }
            item.insert("options".into(), preflight(cors, &methods));
        }
        Ok(())
    }
}

fn allowed_methods(item: &Entries) -> String {
    if item.contains_key(ANY_METHOD) {
        return "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT".to_owned();
    }
    let mut methods: Vec<String> = item.keys().map(|name| name.to_uppercase()).collect();
    methods.push("OPTIONS".into());
    methods.sort();
    methods.dedup();
    methods.join(",")
}

fn preflight(cors: &Cors, methods: &Value) -> Value {
    let mut parameters = Map::new();
    let mut headers = Map::new();
    let mut add = |name: &str, value: Value, kind: &str| {
        parameters.insert(format!("method.response.header.{name}"), value);
        headers.insert(name.to_owned(), json!({"type": kind}));
    };
    add("Access-Control-Allow-Origin", cors.origin.clone(), "string");
    if truthy(&cors.headers) {
        add("Access-Control-Allow-Headers", cors.headers.clone(), "string");
    }
    add("Access-Control-Allow-Methods", methods.clone(), "string");
    if !cors.max_age.is_null() {
        add("Access-Control-Max-Age", cors.max_age.clone(), "integer");
    }
    if cors.credentials {
        add("Access-Control-Allow-Credentials", json!("'true'"), "string");
    }
    json!({
        "summary": "CORS support",
        "consumes": ["application/json"],
        "produces": ["application/json"],
        INTEGRATION: {
            "type": "mock",
            "requestTemplates": {"application/json": "{\n  \"statusCode\" : 200\n}\n"},
            "responses": {"default": {
                "statusCode": "200",
                "responseParameters": parameters,
                "responseTemplates": {"application/json": "{}\n"},
            }},
        },
        "responses": {"200": {"description": "Default response for CORS method", "headers": headers}},
    })
}
