//! `cargo xtask coverage`: docs/coverage.md, read from the models and the services' source.
//!
//! An operation is built when the manifest lists it, the service's crate has its file in `ops/`, and neither that file
//! (`not_implemented("sqs:Operation")`) nor the trait's implementation (`refused(cx, "Operation")`) refuses it by name. What a built operation refuses in part
//! (`not_implemented("sqs:Operation with Parameter")`) is told beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::r#gen::{manifest, names};
use crate::{houses, screen};

const PATH: &str = "docs/coverage.md";
/// Services whose crate does not bear their name.
const CRATES: [(&str, &str); 3] =
    [("sts", "svc-iam"), ("cloudformation", "cfn-service"), ("apigatewayv2", "svc-apigateway")];
/// Where a service's operations are, if not in `ops/`: two services of a crate have a part each.
const PARTS: [(&str, &str); 2] = [("apigateway", "rest/ops"), ("apigatewayv2", "http/ops")];
const HEAD: &str = "\
# Coverage

Written by `cargo xtask coverage` from the models and the services' source; `cargo xtask check` fails where it is out of date.
Every operation and resource type not listed as built is refused with an error that names it.
";

/// One operation's state.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// With what it refuses in part.
    Built(Vec<String>),
    Refused,
}

/// A service's operations.
struct Service {
    id: String,
    title: String,
    operations: BTreeMap<String, State>,
}

impl Service {
    fn built(&self) -> usize {
        self.operations.values().filter(|state| **state != State::Refused).count()
    }
}

/// Writes the table, or with `check` compares it with the one committed.
pub fn run(check: bool) -> Result<()> {
    let services = read_services()?;
    let text = render(&services, &resource_types()?);
    let path = houses::root().join(PATH);
    if !check {
        fs::write(&path, text).with_context(|| format!("writing {PATH}"))?;
        screen::say(format!("    {PATH} is written"));
        return Ok(());
    }
    if fs::read_to_string(&path).unwrap_or_default() != text {
        bail!("{PATH} is out of date: cargo xtask coverage");
    }
    Ok(())
}

fn read_services() -> Result<Vec<Service>> {
    let mut services = Vec::new();
    let mut missing = Vec::new();
    for (id, wanted) in manifest::services(houses::root())? {
        let path = houses::root().join(format!("models/{id}.json"));
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let model: Value =
            serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        let sources = operation_files(&id)?;
        let refusals = refusals(&id)?;
        let mut operations = BTreeMap::new();
        let names = model["operations"].as_object().context("a model without operations")?.keys();
        for name in names {
            let state = match sources.get(&names::snake(name)) {
                _ if !wanted.operations.contains(name) || refusals.contains(name) => State::Refused,
                Some(source) => state(name, source),
                None => {
                    missing.push(format!("{id}:{name}"));
                    State::Refused
                }
            };
            operations.insert(name.clone(), state);
        }
        let title = model["metadata"]["serviceId"].as_str().unwrap_or(&id).to_owned();
        services.push(Service { id, title, operations });
    }
    if !missing.is_empty() {
        bail!("in the manifest, but without a file in ops/: {}", missing.join(", "));
    }
    Ok(services)
}

/// The text of each file below the service's `ops/`, by file name without extension. Where one crate serves two services,
/// the second's files are in a folder of its name (`ops/sts`), or each service has its own part of the crate (`PARTS`).
fn operation_files(id: &str) -> Result<BTreeMap<String, String>> {
    let part = PARTS.iter().find(|(service, _)| *service == id).map_or("ops", |(_, part)| *part);
    let mut paths = Vec::new();
    collect(&crate_source(id).join(part), &mut paths)?;
    let is_second = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "sts");
    paths.retain(|path| !is_second(path) || id == "sts");
    paths.sort_by_key(|path| is_second(path));
    let mut sources = BTreeMap::new();
    for path in paths {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        sources.insert(stem, fs::read_to_string(&path)?);
    }
    Ok(sources)
}

/// The operations that the trait's implementation refuses without a file of their own.
fn refusals(id: &str) -> Result<BTreeSet<String>> {
    let mut paths = Vec::new();
    let part = PARTS.iter().find(|(service, _)| *service == id).and_then(|(_, part)| part.split('/').next());
    collect(&part.map_or_else(|| crate_source(id), |part| crate_source(id).join(part)), &mut paths)?;
    let mut names = BTreeSet::new();
    for path in paths {
        names.extend(refused_in(&fs::read_to_string(path)?));
    }
    Ok(names)
}

fn refused_in(source: &str) -> Vec<String> {
    let calls = source.split("refused(cx, \"").skip(1);
    calls.filter_map(|call| Some(call.split_once('"')?.0.to_owned())).collect()
}

fn crate_source(id: &str) -> PathBuf {
    let name = CRATES
        .iter()
        .find(|(service, _)| *service == id)
        .map_or(format!("svc-{id}"), |(_, name)| (*name).into());
    houses::root().join("crates").join(name).join("src")
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    Ok(())
}

/// What the operation's own file refuses.
fn state(name: &str, source: &str) -> State {
    let mut parts = BTreeSet::new();
    for call in source.split("not_implemented(").skip(1) {
        let Some(said) = call.split('"').nth(1) else { continue };
        let Some((_, what)) = said.split_once(':') else { continue };
        let Some(rest) = what.strip_prefix(name) else { continue };
        match rest.strip_prefix(" with ") {
            Some(part) if !part.contains('{') => {
                parts.insert(part.to_owned());
            }
            Some(_) => {}
            None if rest.is_empty() || rest.starts_with(" (") => return State::Refused,
            None => {}
        }
    }
    State::Built(parts.into_iter().collect())
}

/// CloudFormation resource types by the crate that provides them.
fn resource_types() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in houses::files()? {
        let text_path = path.to_string_lossy().into_owned();
        let Some(name) = text_path.strip_prefix("crates/").and_then(|rest| rest.split('/').next()) else {
            continue;
        };
        let provides = name.starts_with("svc-") || name == "cfn-service";
        if !provides || !text_path.contains("/src/resources") || text_path.contains("test") {
            continue;
        }
        let source = fs::read_to_string(houses::root().join(&path))?;
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let types = source.split('"').filter(|literal| is_resource_type(literal));
        found.entry(name.to_owned()).or_default().extend(types.map(str::to_owned));
    }
    found.retain(|_, types| !types.is_empty());
    Ok(found)
}

fn is_resource_type(literal: &str) -> bool {
    let parts: Vec<&str> = literal.split("::").collect();
    parts.len() == 3
        && parts[0] == "AWS"
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(char::is_alphanumeric))
}

fn render(services: &[Service], types: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut out = format!("{HEAD}\n| service | operations built | of |\n|---|---:|---:|\n");
    let mut line = |text: String| {
        let _ = writeln!(out, "{text}");
    };
    for service in services {
        line(format!(
            "| [{}](#{}) | {} | {} |",
            service.title,
            service.id,
            service.built(),
            service.operations.len()
        ));
    }
    line("\n## CloudFormation resource types\n".to_owned());
    line("The types of the AWS::Serverless transform become these.\n".to_owned());
    line("| provided by | types |\n|---|---|".to_owned());
    for (provider, names) in types {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        line(format!("| {provider} | {} |", names.join(", ")));
    }
    for service in services {
        line(format!("\n<a id=\"{}\"></a>\n## {}\n", service.id, service.title));
        for text in render_service(service) {
            line(text);
        }
    }
    out
}

fn render_service(service: &Service) -> Vec<String> {
    let mut lines = vec!["| operation | |\n|---|---|".to_owned()];
    let mut refused = Vec::new();
    for (name, state) in &service.operations {
        match state {
            State::Built(parts) if parts.is_empty() => lines.push(format!("| {name} | built |")),
            State::Built(parts) => lines.push(format!("| {name} | built; refuses {} |", parts.join(", "))),
            State::Refused => refused.push(name.as_str()),
        }
    }
    if !refused.is_empty() {
        lines.push(format!("\nRefused by name: {}.", refused.join(", ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_that_refuses_itself_is_not_built() {
        assert_eq!(state("FlyHome", "Err(ApiError::not_implemented(\"x:FlyHome\"))"), State::Refused);
        assert_eq!(state("FlyHome", "Err(Error::not_implemented(\"x:FlyHome (by night)\"))"), State::Refused);
    }

    #[test]
    fn a_parameter_refused_is_told_beside_the_operation() {
        let source = "not_implemented(\"x:Fly with Wings\")) not_implemented(format!(\"x:Fly with {name}\"))";
        assert_eq!(state("Fly", source), State::Built(vec!["Wings".to_owned()]));
        assert_eq!(state("Fly", "not_implemented(\"x:FlyHome\")"), State::Built(Vec::new()));
    }

    #[test]
    fn the_traits_implementation_may_refuse_too() {
        let source = "async fn a() { refused(cx, \"FlyHome\") }\nasync fn b() { ops::b::run() }\n{ refused(cx, \"Land\") }";
        assert_eq!(refused_in(source), ["FlyHome", "Land"]);
    }

    #[test]
    fn resource_types_are_told_from_other_text() {
        assert!(is_resource_type("AWS::SQS::Queue"));
        assert!(!is_resource_type("AWS::Serverless"));
        assert!(!is_resource_type("use AWS::SQS::Queue"));
    }

    #[test]
    fn the_table_counts_what_is_built() {
        let operations = BTreeMap::from([
            ("A".to_owned(), State::Built(Vec::new())),
            ("B".to_owned(), State::Built(vec!["C".to_owned()])),
            ("D".to_owned(), State::Refused),
        ]);
        let service = Service { id: "x".into(), title: "X".into(), operations };
        let text = render(&[service], &BTreeMap::new());
        assert!(text.contains("| [X](#x) | 2 | 3 |"), "{text}");
        assert!(text.contains("| B | built; refuses C |"), "{text}");
        assert!(text.contains("Refused by name: D."), "{text}");
    }
}
