//! The static schemas.

use std::fmt::Write;

use anyhow::Result;
use serde_json::Value;

use super::emit_types::schema_name;
use super::model::Model;

const HEAD: &str = "use wire_codec as w;\nuse w::schema::{Schema, Member, Kind, Location};\n\n";

/// All schemas of the service, in one file.
pub(crate) fn schemas(model: &Model) -> Result<String> {
    let mut out = HEAD.to_owned();
    for (name, shape) in &model.shapes {
        if is_shared(shape) {
            continue;
        }
        schema(model, name, shape, &mut out)?;
    }
    Ok(out)
}

/// Scalars without traits use the statics of wire-codec.
fn is_shared(shape: &Value) -> bool {
    let scalar =
        !matches!(shape["type"].as_str(), Some("structure" | "list" | "map")) || Model::is_document(shape);
    let traits =
        ["min", "max", "pattern", "enum", "timestampFormat", "sensitive", "locationName", "flattened"];
    scalar && traits.iter().all(|t| shape.get(*t).is_none())
}

/// A path to the static of a shape.
pub(crate) fn reference(model: &Model, name: &str) -> Result<String> {
    let shape = model.shape(name)?;
    if !is_shared(shape) {
        return Ok(format!("crate::schemas::{}", schema_name(name)));
    }
    Ok(format!("w::schema::{}", kind(shape).to_uppercase()))
}

fn kind(shape: &Value) -> &'static str {
    if Model::is_document(shape) {
        return "Document";
    }
    match shape["type"].as_str().unwrap_or_default() {
        "structure" if Model::is_union(shape) => "Union",
        "structure" => "Structure",
        "list" => "List",
        "map" => "Map",
        "blob" => "Blob",
        "boolean" => "Boolean",
        "integer" => "Integer",
        "long" => "Long",
        "float" => "Float",
        "double" => "Double",
        "timestamp" => "Timestamp",
        _ => "String",
    }
}

fn schema(model: &Model, name: &str, shape: &Value, out: &mut String) -> Result<()> {
    let rust = schema_name(name);
    if let Some(pattern) = shape["pattern"].as_str() {
        writeln!(out, "static {rust}_PATTERN: w::pattern::Pattern = w::pattern::Pattern::new({pattern:?});")?;
    }
    writeln!(out, "pub static {rust}: Schema = Schema {{")?;
    let members = members(model, shape)?;
    if !members.is_empty() {
        writeln!(out, "members: &[\n{members}],")?;
    }
    if let Some(values) = shape["enum"].as_array() {
        writeln!(out, "values: &{},", serde_json::to_string(values)?)?;
    }
    traits(model, name, shape, out)?;
    writeln!(out, "..Schema::new({name:?}, Kind::{})\n}};\n", kind(shape))?;
    Ok(())
}

fn traits(model: &Model, name: &str, shape: &Value, out: &mut String) -> Result<()> {
    if let Some(n) = shape["locationName"].as_str() {
        writeln!(out, "wire_name: Some({n:?}),")?;
    }
    if let Some(ns) = namespace(&shape["xmlNamespace"]) {
        writeln!(out, "xml_namespace: Some({ns}),")?;
    }
    for (key, field) in
        [("flattened", "flattened"), ("sensitive", "sensitive"), ("eventstream", "event_stream")]
    {
        if shape[key] == true {
            writeln!(out, "{field}: true,")?;
        }
    }
    if let Some(format) = timestamp_format(shape) {
        writeln!(out, "timestamp_format: Some(w::schema::TimestampFormat::{format}),")?;
    }
    for key in ["min", "max"] {
        if let Some(n) = shape[key].as_i64() {
            writeln!(out, "{key}: Some({n}),")?;
        }
    }
    if shape["pattern"].is_string() {
        writeln!(out, "pattern: Some(&{}_PATTERN),", schema_name(name))?;
    }
    if let Some(payload) = shape["payload"].as_str()
        && let Some(index) = Model::members(shape).position(|(n, _)| n == payload)
    {
        writeln!(out, "payload: Some({index}),")?;
    }
    if shape.get("exception").is_some() {
        writeln!(out, "error: Some({}),", error_trait(model, name, shape))?;
    }
    if model.is_constrained(name) {
        writeln!(out, "constrained: true,")?;
    }
    Ok(())
}

fn timestamp_format(shape: &Value) -> Option<&'static str> {
    Some(match shape["timestampFormat"].as_str()? {
        "iso8601" => "DateTime",
        "rfc822" => "HttpDate",
        _ => "EpochSeconds",
    })
}

fn error_trait(model: &Model, name: &str, shape: &Value) -> String {
    let error = &shape["error"];
    // Of services that spoke the query protocol before JSON, the model's code and status are the query protocol's.
    let query_compatible = model.metadata.get("awsQueryCompatible").is_some();
    let model_code = error["code"].as_str();
    let code = model_code.filter(|_| !query_compatible).unwrap_or(name);
    let fault = shape["fault"] == true || error["fault"] == true;
    let default_status = if fault { 500 } else { 400 };
    let status = model.overlay.statuses.get(name).copied().map(u64::from);
    let model_status = error["httpStatusCode"].as_u64().filter(|_| !query_compatible);
    let status = status.or(model_status).unwrap_or(default_status);
    let overlaid = model.overlay.query_codes.get(name).map(String::as_str);
    let query_code = overlaid.or(model_code.filter(|_| query_compatible));
    format!(
        "w::schema::ErrorTrait {{ code: {code:?}, query_code: {query_code:?}, status: {status}, sender: {} }}",
        !fault
    )
}

/// `None`, or an expression of type `XmlNamespace`.
fn namespace(value: &Value) -> Option<String> {
    let (prefix, uri) = match value {
        Value::String(uri) => (None, uri.as_str()),
        Value::Object(map) => (map.get("prefix").and_then(Value::as_str), map.get("uri")?.as_str()?),
        _ => return None,
    };
    Some(format!("w::schema::XmlNamespace {{ prefix: {prefix:?}, uri: {uri:?} }}"))
}

fn members(model: &Model, shape: &Value) -> Result<String> {
    let mut out = String::new();
    for (name, def) in Model::members(shape) {
        member(model, name, def, Model::is_required(shape, name), query_name(model, shape, name), &mut out)?;
    }
    for key in ["member", "key", "value"] {
        if shape[key].is_object() {
            member(model, key, &shape[key], false, None, &mut out)?;
        }
    }
    Ok(out)
}

fn query_name<'a>(model: &'a Model, shape: &Value, member: &str) -> Option<&'a str> {
    let (name, _) = model.shapes.iter().find(|(_, s)| std::ptr::eq(*s, shape))?;
    model.overlay.query_names.get(&format!("{name}.{member}")).map(String::as_str)
}

fn member(
    model: &Model,
    name: &str,
    def: &Value,
    required: bool,
    query_name: Option<&str>,
    out: &mut String,
) -> Result<()> {
    let target = reference(model, def["shape"].as_str().unwrap_or_default())?;
    let mut traits = String::new();
    if let Some(n) = def["locationName"].as_str() {
        write!(traits, "wire_name: Some({n:?}), ")?;
    }
    if let Some(n) = query_name.or_else(|| def["queryName"].as_str()) {
        write!(traits, "query_name: Some({n:?}), ")?;
    }
    if let Some(location) = location(def) {
        write!(traits, "location: Location::{location}, ")?;
    }
    if let Some(ns) = namespace(&def["xmlNamespace"]) {
        write!(traits, "xml_namespace: Some({ns}), ")?;
    }
    if def["eventpayload"] == true {
        traits.push_str("event: w::schema::EventPart::Payload, ");
    } else if def["eventheader"] == true {
        traits.push_str("event: w::schema::EventPart::Header, ");
    }
    let flags = [
        ("flattened", def["flattened"] == true),
        ("xml_attribute", def["xmlAttribute"] == true),
        ("streaming", model.is_streaming(def)),
        ("idempotency_token", def["idempotencyToken"] == true),
        ("host_label", def["hostLabel"] == true),
        ("json_value", def["jsonvalue"] == true),
        ("required", required),
    ];
    for (flag, _) in flags.iter().filter(|(_, set)| *set) {
        write!(traits, "{flag}: true, ")?;
    }
    if traits.is_empty() {
        writeln!(out, "Member::new({name:?}, &{target}),")?;
    } else {
        writeln!(out, "Member {{ {traits}..Member::new({name:?}, &{target}) }},")?;
    }
    Ok(())
}

fn location(def: &Value) -> Option<&'static str> {
    Some(match def["location"].as_str()? {
        "header" => "Header",
        "headers" => "Headers",
        "querystring" => "QueryString",
        "uri" => "Uri",
        "statusCode" => "StatusCode",
        _ => return None,
    })
}
