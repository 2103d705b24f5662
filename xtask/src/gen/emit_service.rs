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
    writeln!(
        out,
        "OperationDesc {{ name: {name:?}, service: &SERVICE, method: {}, uri: {},",
        http["method"], http["requestUri"]
    )?;
    let bindings: String = operation["bindings"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|b| format!("Binding::{}({}), ", if b[0] == "header" { "Header" } else { "Query" }, b[1]))
        .collect();
    let status = http["responseCode"].as_u64().unwrap_or(200);
    writeln!(out, "status: {status}, required: &[{bindings}],")?;
    writeln!(out, "host_prefix: {:?},", operation["endpoint"]["hostPrefix"].as_str())?;
    let unsigned = operation["unsignedPayload"] == true || operation["authtype"] == "v4-unsigned-body";
    writeln!(out, "unsigned_payload: {unsigned}, anonymous: {},", operation["authtype"] == "none")?;
    writeln!(out, "max_body_bytes: {:?},", model.overlay.body_limits.get(name))?;
    if operation.get("errors").is_none() {
        writeln!(out, "built: None }},")?;
        return Ok(());
    }
    let schema = |key: &str| match Model::io(operation, key) {
        Some(shape) => reference(model, shape),
        None => Ok("w::schema::UNIT".to_owned()),
    };
    writeln!(out, "built: Some(Built {{ input: &{}, output: &{},", schema("input")?, schema("output")?)?;
    writeln!(out, "input_root: {:?},", operation["input"]["locationName"].as_str())?;
    writeln!(out, "result_wrapper: {},", wrapper(model, name, operation))?;
    writeln!(out, "output_root: {:?},", model.overlay.output_roots.get(name))?;
    writeln!(out, "unwrapped_output: {},", model.overlay.unwrapped_outputs.iter().any(|o| o == name))?;
    let errors: Result<Vec<String>> = operation["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|e| Ok(format!("&{}", reference(model, e)?)))
        .collect();
    writeln!(out, "errors: &[{}] }}) }},", errors?.join(", "))?;
    Ok(())
}

/// The model's `resultWrapper`; services that lost the query protocol follow its rule.
fn wrapper(model: &Model, name: &str, operation: &Value) -> String {
    let named = operation["output"]["resultWrapper"].as_str().map(str::to_owned);
    let ruled = || {
        let query = model.overlay.protocols.iter().any(|p| p == "query") && operation["output"].is_object();
        query.then(|| format!("{name}Result"))
    };
    format!("{:?}", named.or_else(ruled))
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
