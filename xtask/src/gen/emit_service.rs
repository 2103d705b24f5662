//! The operation table, the service's trait and its dispatch.

use std::fmt::Write;

use anyhow::{Result, bail};
use serde_json::Value;

use super::emit_schemas::reference;
use super::model::Model;
use super::names;

/// `ServiceDesc` with every operation of the model.
pub(crate) fn operations(model: &Model) -> Result<String> {
    let mut out =
        String::from("use wire_codec as w;\nuse w::service::{Binding, Built, OperationDesc, Protocol};\n\n");
    let meta = |key: &str| model.metadata[key].as_str();
    let prefix = meta("endpointPrefix").unwrap_or(&model.id);
    writeln!(out, "/// The service and every operation of its model, built or not.")?;
    writeln!(out, "pub static SERVICE: w::ServiceDesc = w::ServiceDesc {{")?;
    writeln!(out, "id: {:?},\nservice_id: {:?},", model.id, meta("serviceId").unwrap_or(&model.id))?;
    writeln!(
        out,
        "endpoint_prefix: {prefix:?},\nsigning_name: {:?},",
        meta("signingName").unwrap_or(prefix)
    )?;
    writeln!(
        out,
        "target_prefix: {:?},\napi_version: {:?},",
        meta("targetPrefix"),
        meta("apiVersion").unwrap_or_default()
    )?;
    writeln!(out, "xml_namespace: {:?},\nprotocols: &[{}],", meta("xmlNamespace"), protocols(model)?)?;
    writeln!(out, "query_compatible: {},", model.metadata.get("awsQueryCompatible").is_some())?;
    let quirks: String = model.overlay.quirks.iter().map(|(k, v)| format!("{k}: {v}, ")).collect();
    writeln!(out, "quirks: w::service::Quirks {{ {quirks}..w::service::Quirks::DEFAULT }},")?;
    writeln!(out, "operations: &[")?;
    let mut sorted: Vec<(&String, &Value)> = model.operations.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(b.0));
    for (name, operation) in sorted {
        operation_desc(model, name, operation, &mut out)?;
    }
    writeln!(out, "],\n}};")?;
    Ok(out)
}

fn protocols(model: &Model) -> Result<String> {
    let single = vec![model.metadata["protocol"].clone()];
    let listed = model.metadata["protocols"].as_array().unwrap_or(&single);
    let named =
        listed.iter().filter_map(Value::as_str).chain(model.overlay.protocols.iter().map(String::as_str));
    let mut out = Vec::new();
    for name in named {
        out.push(match name {
            "json" if model.metadata["jsonVersion"] == "1.0" => "Protocol::AwsJson10",
            "json" => "Protocol::AwsJson11",
            "query" => "Protocol::Query",
            "ec2" => "Protocol::Ec2",
            "rest-json" => "Protocol::RestJson",
            "rest-xml" => "Protocol::RestXml",
            "smithy-rpc-v2-cbor" => "Protocol::RpcV2Cbor",
            other => bail!("{}: unknown protocol {other}", model.id),
        });
    }
    Ok(out.join(", "))
}

fn operation_desc(model: &Model, name: &str, operation: &Value, out: &mut String) -> Result<()> {
    let http = &operation["http"];
    let base = format!("OperationDesc::new({name:?}, &SERVICE, {}, {})", http["method"], http["requestUri"]);
    let mut traits = Vec::new();
    if let Some(status) = http["responseCode"].as_u64().filter(|s| *s != 200) {
        traits.push(format!("status: {status}"));
    }
    let bindings: Vec<String> = operation["bindings"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|b| format!("Binding::{}({})", if b[0] == "header" { "Header" } else { "Query" }, b[1]))
        .collect();
    if !bindings.is_empty() {
        traits.push(format!("required: &[{}]", bindings.join(", ")));
    }
    if let Some(prefix) = operation["endpoint"]["hostPrefix"].as_str() {
        traits.push(format!("host_prefix: Some({prefix:?})"));
    }
    if operation["unsignedPayload"] == true || operation["authtype"] == "v4-unsigned-body" {
        traits.push("unsigned_payload: true".to_owned());
    }
    if operation["authtype"] == "none" {
        traits.push("anonymous: true".to_owned());
    }
    if let Some(limit) = model.overlay.body_limits.get(name) {
        traits.push(format!("max_body_bytes: Some({limit})"));
    }
    if operation.get("errors").is_some() {
        traits.push(format!("built: Some({})", built(model, name, operation)?));
    }
    writeln!(out, "{},", updated("OperationDesc", &traits, &base))?;
    Ok(())
}

/// `Type { field: value, ..base }`, or the base alone.
fn updated(name: &str, fields: &[String], base: &str) -> String {
    if fields.is_empty() { base.to_owned() } else { format!("{name} {{ {}, ..{base} }}", fields.join(", ")) }
}

fn built(model: &Model, name: &str, operation: &Value) -> Result<String> {
    let schema = |key: &str| match Model::io(operation, key) {
        Some(shape) => reference(model, shape),
        None => Ok("w::schema::UNIT".to_owned()),
    };
    let errors = operation["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let errors: Result<Vec<String>> = errors.map(|e| Ok(format!("&{}", reference(model, e)?))).collect();
    let base =
        format!("Built::new(&{}, &{}, &[{}])", schema("input")?, schema("output")?, errors?.join(", "));
    let mut fields = Vec::new();
    let names = [
        ("input_root", operation["input"]["locationName"].as_str().map(str::to_owned)),
        ("result_wrapper", wrapper(model, name, operation)),
        ("output_root", model.overlay.output_roots.get(name).cloned()),
    ];
    fields
        .extend(names.into_iter().filter_map(|(field, value)| Some(format!("{field}: Some({:?})", value?))));
    if model.overlay.unwrapped_outputs.iter().any(|o| o == name) {
        fields.push("unwrapped_output: true".to_owned());
    }
    Ok(updated("Built", &fields, &base))
}

/// The model's `resultWrapper`; services that lost the query protocol follow its rule.
fn wrapper(model: &Model, name: &str, operation: &Value) -> Option<String> {
    let named = operation["output"]["resultWrapper"].as_str().map(str::to_owned);
    let ruled = || {
        let query = model.overlay.protocols.iter().any(|p| p == "query") && operation["output"].is_object();
        query.then(|| format!("{name}Result"))
    };
    named.or_else(ruled)
}

/// The trait and `dispatch`.
pub(crate) fn service(model: &Model) -> Result<String> {
    let name = &model.trait_name;
    let id = model.metadata["serviceId"].as_str().unwrap_or(&model.id);
    let mut out = String::from("use wire_codec as w;\nuse crate::types::*;\n\n");
    writeln!(out, "/// The operations of {id} that are built. Each takes its parsed and validated input.")?;
    writeln!(
        out,
        "pub trait {name}: Send + Sync {{\n/// Who calls, from where, and how to authorize.\ntype Context: Send + Sync;\n"
    )?;
    for (operation, _) in model.built() {
        writeln!(
            out,
            "fn {}(&self, cx: &Self::Context, input: {operation}Input) -> impl Future<Output = Result<{operation}Output, w::ApiError>> + Send;\n",
            names::field(operation)
        )?;
    }
    writeln!(out, "}}\n")?;
    writeln!(out, "/// Parses the call, runs its operation and writes the answer in the call's protocol.")?;
    writeln!(
        out,
        "pub async fn dispatch<S: {name}>(service: &S, cx: &S::Context, call: w::Call) -> http::Response<w::Body> {{\nmatch call.operation.name {{"
    )?;
    for (operation, _) in model.built() {
        writeln!(
            out,
            "{operation:?} => {{ let mut input = {operation}Input::default();\nmatch w::read(call, &mut input).await {{\n\
             Ok(responder) => responder.finish(Box::pin(service.{}(cx, input)).await),\nErr(answer) => *answer,\n}} }}",
            names::field(operation)
        )?;
    }
    writeln!(out, "_ => w::refuse(&call),\n}}\n}}")?;
    Ok(out)
}
