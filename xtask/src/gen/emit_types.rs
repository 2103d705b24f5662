//! Structures, unions and enums.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::Result;
use serde_json::Value;

use super::model::Model;
use super::names;

/// Structures and unions, in chunks of about `CHUNK` lines each.
pub(crate) fn structures(model: &Model) -> Result<Vec<String>> {
    let mut chunks = vec![String::new()];
    for (name, shape) in &model.shapes {
        if shape["type"] != "structure" || Model::is_document(shape) {
            continue;
        }
        let text =
            if Model::is_union(shape) { union(model, name, shape)? } else { structure(model, name, shape)? };
        append(&mut chunks, &text);
    }
    append(&mut chunks, &operation_types(model)?);
    Ok(chunks)
}

const CHUNK_LINES: usize = 2_500;

fn append(chunks: &mut Vec<String>, text: &str) {
    let lines = |t: &str| t.bytes().filter(|b| *b == b'\n').count();
    if chunks.last().is_none_or(|c| lines(c) + lines(text) > CHUNK_LINES) {
        chunks.push(String::new());
    }
    if let Some(last) = chunks.last_mut() {
        last.push_str(text);
    }
}

/// Aliases for shared shapes, and empty structures for operations without input or output.
fn operation_types(model: &Model) -> Result<String> {
    let mut out = String::new();
    for (name, operation) in model.built() {
        for (key, suffix) in [("input", "Input"), ("output", "Output")] {
            let wanted = format!("{name}{suffix}");
            match Model::io(operation, key) {
                Some(shape) if model.rust_name(shape) != wanted => {
                    writeln!(out, "pub type {wanted} = {};\n", model.rust_name(shape))?;
                }
                Some(_) => {}
                None => write_structure(&mut out, &wanted, "w::schema::UNIT", "Clone, PartialEq", &[])?,
            }
        }
    }
    Ok(out)
}

struct Field {
    name: String,
    r#type: String,
}

fn structure(model: &Model, name: &str, shape: &Value) -> Result<String> {
    let fields: Result<Vec<Field>> = Model::members(shape)
        .map(|(member, def)| {
            Ok(Field { name: names::field(member), r#type: field_type(model, name, shape, member, def)? })
        })
        .collect();
    let derives = if model.has_stream(shape) { "" } else { "Clone, PartialEq" };
    let mut out = String::new();
    let schema = format!("crate::schemas::{}", schema_name(name));
    write_structure(&mut out, &model.rust_name(name), &schema, derives, &fields?)?;
    if is_error(shape) {
        let rust = model.rust_name(name);
        writeln!(
            out,
            "impl From<{rust}> for w::ApiError {{\n fn from(e: {rust}) -> Self {{ Self::from_shape(e) }}\n}}\n"
        )?;
    }
    Ok(out)
}

fn is_error(shape: &Value) -> bool {
    shape.get("exception").is_some()
}

fn write_structure(
    out: &mut String,
    rust: &str,
    schema: &str,
    derives: &str,
    fields: &[Field],
) -> Result<()> {
    let comma = if derives.is_empty() { "" } else { ", " };
    writeln!(out, "#[derive(Debug, Default{comma}{derives})]\npub struct {rust} {{")?;
    for f in fields {
        writeln!(out, "pub {}: {},", f.name, f.r#type)?;
    }
    writeln!(out, "}}\n\nimpl w::Structure for {rust} {{")?;
    writeln!(out, "fn schema(&self) -> &'static w::Schema {{ &{schema} }}")?;
    for (method, of, this, value, other) in [
        ("member", "view", "&self", "w::View<'_>", "w::View::Absent"),
        ("member_slot", "slot", "&mut self", "w::Slot<'_>", "w::Slot::Unknown"),
    ] {
        if fields.is_empty() {
            writeln!(out, "fn {method}({this}, _: usize) -> {value} {{ {other} }}")?;
            continue;
        }
        writeln!(out, "fn {method}({this}, index: usize) -> {value} {{ match index {{")?;
        for (i, f) in fields.iter().enumerate() {
            writeln!(out, "{i} => self.{}.{of}(),", f.name)?;
        }
        writeln!(out, "_ => {other},\n}} }}")?;
    }
    writeln!(out, "}}\n\n{}", structure_value(rust))?;
    Ok(())
}

fn structure_value(rust: &str) -> String {
    format!(
        "impl w::Value for {rust} {{\nfn view(&self) -> w::View<'_> {{ w::View::Structure(self) }}\n\
         fn slot(&mut self) -> w::Slot<'_> {{ w::Slot::Structure(self) }}\n}}\n"
    )
}

fn union(model: &Model, name: &str, shape: &Value) -> Result<String> {
    let rust = model.rust_name(name);
    let mut out = String::new();
    let variants: Result<Vec<(String, String)>> = Model::members(shape)
        .map(|(member, def)| {
            Ok((names::type_name(member), plain_type(model, def["shape"].as_str().unwrap_or_default())?))
        })
        .collect();
    let variants = variants?;
    let derives = "Clone, Debug, PartialEq";
    writeln!(out, "#[derive({derives})]\npub enum {rust} {{")?;
    for (variant, r#type) in &variants {
        writeln!(out, "{variant}({type}),")?;
    }
    writeln!(out, "}}\n")?;
    if let Some((first, _)) = variants.first() {
        writeln!(
            out,
            "impl Default for {rust} {{\nfn default() -> Self {{ Self::{first}(Default::default()) }}\n}}\n"
        )?;
    }
    writeln!(out, "impl w::Structure for {rust} {{")?;
    writeln!(out, "fn schema(&self) -> &'static w::Schema {{ &crate::schemas::{} }}", schema_name(name))?;
    writeln!(out, "fn member(&self, index: usize) -> w::View<'_> {{ match (index, self) {{")?;
    for (i, (variant, _)) in variants.iter().enumerate() {
        writeln!(out, "({i}, Self::{variant}(v)) => v.view(),")?;
    }
    writeln!(out, "_ => w::View::Absent,\n}} }}")?;
    writeln!(out, "fn member_slot(&mut self, index: usize) -> w::Slot<'_> {{\nmatch index {{")?;
    for (i, (variant, _)) in variants.iter().enumerate() {
        writeln!(
            out,
            "{i} => {{ if !matches!(self, Self::{variant}(_)) {{ *self = Self::{variant}(Default::default()); }} }}"
        )?;
    }
    writeln!(out, "_ => return w::Slot::Unknown,\n}}\nmatch self {{")?;
    for (variant, _) in &variants {
        writeln!(out, "Self::{variant}(v) => v.slot(),")?;
    }
    writeln!(out, "}} }}\n}}\n\n{}", structure_value(&rust))?;
    Ok(out)
}

fn field_type(model: &Model, owner: &str, shape: &Value, member: &str, def: &Value) -> Result<String> {
    if model.is_streaming(def) {
        return Ok("w::Body".to_owned());
    }
    if model.is_event_stream(def) {
        return Ok("w::Events".to_owned());
    }
    let target = def["shape"].as_str().unwrap_or_default();
    let mut plain = plain_type(model, target)?;
    if model.is_recursive(owner, target) {
        plain = format!("Box<{plain}>");
    }
    Ok(if Model::is_required(shape, member) { plain } else { format!("Option<{plain}>") })
}

/// The Rust type of a shape.
pub(crate) fn plain_type(model: &Model, name: &str) -> Result<String> {
    let shape = model.shape(name)?;
    if Model::is_document(shape) {
        return Ok("serde_json::Value".to_owned());
    }
    let of = |key: &str| plain_type(model, shape[key]["shape"].as_str().unwrap_or_default());
    Ok(match model.kind(shape) {
        "structure" => model.rust_name(name),
        "string" if Model::is_enum(shape) => model.rust_name(name),
        "list" => format!("Vec<{}>", of("member")?),
        "map" => format!("IndexMap<String, {}>", of("value")?),
        "blob" => "Bytes".to_owned(),
        "boolean" => "bool".to_owned(),
        "integer" => "i32".to_owned(),
        "long" => "i64".to_owned(),
        "float" => "f32".to_owned(),
        "double" => "f64".to_owned(),
        "timestamp" => "Timestamp".to_owned(),
        _ => "String".to_owned(),
    })
}

/// The name of a shape's static.
pub(crate) fn schema_name(shape: &str) -> String {
    names::type_name(shape)
}

/// Enums of the model.
pub(crate) fn enums(model: &Model) -> Result<String> {
    let mut out = String::new();
    for (name, shape) in &model.shapes {
        if !Model::is_enum(shape) {
            continue;
        }
        let rust = model.rust_name(name);
        let variants = variants(shape);
        writeln!(
            out,
            "#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum {rust} {{"
        )?;
        for (i, (variant, _)) in variants.iter().enumerate() {
            writeln!(out, "{}{variant},", if i == 0 { "#[default]\n" } else { "" })?;
        }
        writeln!(out, "}}\n\nw::string_enum!({rust} {{")?;
        for (variant, value) in &variants {
            writeln!(out, "{variant} => {value:?},")?;
        }
        writeln!(out, "}});\n")?;
    }
    Ok(out)
}

fn variants(shape: &Value) -> Vec<(String, String)> {
    let values = shape["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut taken = BTreeSet::new();
    values
        .map(|value| {
            let mut variant = names::variant(value);
            while !taken.insert(variant.clone()) {
                variant.push('_');
            }
            (variant, value.to_owned())
        })
        .collect()
}
