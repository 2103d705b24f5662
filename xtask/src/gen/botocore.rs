//! Derives `models/<service>.json` from the botocore package: facts of the wire, no prose.
//!
//! The package is installed into a virtual environment under `target/`, at the version in `models/VERSION`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};

use super::manifest::Wanted;

const METADATA: [&str; 10] = [
    "apiVersion",
    "awsQueryCompatible",
    "endpointPrefix",
    "jsonVersion",
    "protocol",
    "protocols",
    "serviceId",
    "signingName",
    "targetPrefix",
    "xmlNamespace",
];

/// Keys that say nothing about the wire.
const PROSE: [&str; 8] = [
    "documentation",
    "deprecated",
    "deprecatedMessage",
    "deprecatedSince",
    "contextParam",
    "box",
    "synthetic",
    "retryable",
];

/// Installs botocore and returns its data folder. `version` `None` takes the newest.
pub(crate) fn install(root: &Path, version: Option<&str>) -> Result<(PathBuf, String)> {
    let venv = root.join("target/gen-venv");
    if !venv.join("bin/pip").exists() {
        run(Command::new("python3").arg("-m").arg("venv").arg(&venv))?;
    }
    let package = version.map_or("botocore".to_owned(), |v| format!("botocore=={v}"));
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    if version.is_none() {
        pip.arg("--upgrade");
    }
    run(pip.arg(&package))?;
    let code = "import importlib.metadata as m; d = m.distribution('botocore'); print(d.version); print(d.locate_file('botocore/data'))";
    let out = Command::new(venv.join("bin/python")).args(["-c", code]).output()?;
    let text = String::from_utf8(out.stdout)?;
    let mut lines = text.lines();
    let (Some(version), Some(data)) = (lines.next(), lines.next()) else { bail!("botocore did not install") };
    Ok((PathBuf::from(data), version.to_owned()))
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed");
    }
    Ok(())
}

/// The reduced model of one service: all operations, and the shapes that the wanted ones reach.
pub(crate) fn reduce(data: &Path, service: &str, wanted: &Wanted) -> Result<Value> {
    let model = load(data, service)?;
    let mut reached = BTreeSet::new();
    let mut operations = Map::new();
    for (name, operation) in object(&model, "operations")? {
        let built = wanted.contains(name);
        operations.insert(name.clone(), reduce_operation(&model, operation, built));
        if built {
            for shape in shapes_of(operation) {
                reach(&model, &shape, &mut reached);
            }
        }
    }
    for name in wanted.names() {
        if !operations.contains_key(name) {
            bail!("{service} has no operation {name}");
        }
    }
    let shapes: Map<String, Value> =
        reached.into_iter().map(|name| (name.clone(), strip(&model["shapes"][&name]))).collect();
    let metadata: Map<String, Value> =
        METADATA.iter().filter_map(|k| Some(((*k).to_owned(), model["metadata"].get(*k)?.clone()))).collect();
    Ok(json!({ "metadata": metadata, "operations": operations, "shapes": shapes }))
}

fn load(data: &Path, service: &str) -> Result<Value> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir(data.join(service))?
        .filter_map(|e| Some(e.ok()?.path().join("service-2.json.gz")))
        .filter(|p| p.exists())
        .collect();
    versions.sort();
    let newest = versions.last().with_context(|| format!("botocore has no model of {service}"))?;
    let file = std::fs::File::open(newest)?;
    Ok(serde_json::from_reader(GzDecoder::new(file))?)
}

fn object<'a>(value: &'a Value, key: &str) -> Result<&'a Map<String, Value>> {
    value[key].as_object().with_context(|| format!("the model has no {key}"))
}

fn shapes_of(operation: &Value) -> Vec<String> {
    let errors = operation["errors"].as_array().into_iter().flatten();
    [&operation["input"], &operation["output"]]
        .into_iter()
        .chain(errors)
        .filter_map(|s| Some(s["shape"].as_str()?.to_owned()))
        .collect()
}

fn reach(model: &Value, name: &str, reached: &mut BTreeSet<String>) {
    if !reached.insert(name.to_owned()) {
        return;
    }
    let shape = &model["shapes"][name];
    let members = shape["members"].as_object().into_iter().flat_map(|m| m.values());
    let edges = members.chain([&shape["member"], &shape["key"], &shape["value"]]);
    for target in edges.filter_map(|m| m["shape"].as_str()) {
        reach(model, target, reached);
    }
}

/// HTTP binding and required keys of every operation; types only of those that are built.
fn reduce_operation(model: &Value, operation: &Value, built: bool) -> Value {
    let mut out = Map::new();
    for key in ["http", "endpoint", "authtype", "unsignedPayload"] {
        if let Some(value) = operation.get(key) {
            out.insert(key.to_owned(), strip(value));
        }
    }
    let bindings = required_bindings(model, operation);
    if !bindings.is_empty() {
        out.insert("bindings".to_owned(), json!(bindings));
    }
    if built {
        for key in ["input", "output"] {
            if let Some(value) = operation.get(key) {
                out.insert(key.to_owned(), strip(value));
            }
        }
        let errors: Vec<&Value> =
            operation["errors"].as_array().into_iter().flatten().map(|e| &e["shape"]).collect();
        out.insert("errors".to_owned(), json!(errors));
    }
    Value::Object(out)
}

fn required_bindings(model: &Value, operation: &Value) -> Vec<[String; 2]> {
    let Some(input) = operation["input"]["shape"].as_str() else { return Vec::new() };
    let shape = &model["shapes"][input];
    let required = shape["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required
        .filter_map(|name| {
            let member = &shape["members"][name];
            let location = member["location"].as_str()?;
            let wire = member["locationName"].as_str().unwrap_or(name);
            matches!(location, "header" | "querystring").then(|| [location.to_owned(), wire.to_owned()])
        })
        .collect()
}

fn strip(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(k, v)| !is_prose(k, v))
                .map(|(k, v)| (k.clone(), strip_entry(k, v)))
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.iter().map(strip).collect()),
        other => other.clone(),
    }
}

/// Members are named by services: only what is inside each is stripped.
fn strip_entry(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(members) if key == "members" => {
            Value::Object(members.iter().map(|(name, m)| (name.clone(), strip(m))).collect())
        }
        other => strip(other),
    }
}

fn is_prose(key: &str, value: &Value) -> bool {
    // `documentation` may also be the name of a member, whose value is an object.
    PROSE.contains(&key) && !value.is_object()
}

/// One line a shape and an operation: compact, and readable in a diff.
pub(crate) fn to_text(model: &Value) -> Result<String> {
    let mut out = String::from("{\n");
    out.push_str(&format!("\"metadata\": {},\n", serde_json::to_string(&model["metadata"])?));
    for (key, end) in [("operations", ",\n"), ("shapes", "\n")] {
        let lines: Result<Vec<String>, serde_json::Error> = object(model, key)?
            .iter()
            .map(|(name, v)| Ok(format!("{}: {}", serde_json::to_string(name)?, serde_json::to_string(v)?)))
            .collect();
        out.push_str(&format!("\"{key}\": {{\n{}\n}}{end}", lines?.join(",\n")));
    }
    out.push_str("}\n");
    Ok(out)
}
