//! Our transform against AWS's public translator, on templates of our own (`tests/templates`).
//!
//! Runs where Python can import `samtranslator`; elsewhere it says so and passes. `HANEUL_SAM_TEMPLATES` names a further
//! folder of templates, compared and counted but not required to match (their causes go to `HANEUL_SAM_REPORT`).

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test reports on standard error")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use cfn_plan::template::{Aliases, Source};
use cfn_sam::{Context, transform};
use serde_json::{Map, Value, json};

const REGION: &str = "us-east-1";

struct Reference {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Reference {
    /// None where the translator can't be had.
    fn start() -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference.py");
        let mut child = Command::new("python3")
            .args([script, REGION])
            .env("AWS_DEFAULT_REGION", REGION)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let input = child.stdin.take()?;
        let mut output = BufReader::new(child.stdout.take()?);
        let mut line = String::new();
        output.read_line(&mut line).ok()?;
        if line.trim() != "ready" {
            let _ = child.wait();
            return None;
        }
        Some(Self { child, input, output })
    }

    fn ask(&mut self, template: &Value) -> Value {
        let case = json!({"template": template, "parameters": {}});
        writeln!(self.input, "{case}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ours(template: &Value) -> Value {
    let nothing = |_: &str| None;
    let context = Context { region: REGION, partition: "aws", managed_policy: &nothing };
    match transform(template.clone(), &Map::new(), &context) {
        Ok(output) => json!({"output": output}),
        Err(errors) => json!({"errors": errors.iter().map(ToString::to_string).collect::<Vec<_>>()}),
    }
}

/// Lists that are sets are compared as such: the translator's own order of them varies.
fn normal(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let mut sorted: Vec<(&String, &Value)> = entries.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            Value::Object(
                sorted
                    .into_iter()
                    .map(|(key, value)| {
                        let mut value = normal(value);
                        if let (
                            "DependsOn" | "Statement" | "ManagedPolicyArns" | "Fn::Or",
                            Value::Array(items),
                        ) = (key.as_str(), &mut value)
                        {
                            items.sort_by_key(ToString::to_string);
                        }
                        (key.clone(), value)
                    })
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(normal).collect(),
        // Python prints whole floats with a fraction, and so does JSON made of them.
        plain => plain.clone(),
    }
}

/// The first places where two values differ.
fn differences(path: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    if left == right || found.len() > 12 {
        return;
    }
    match (left, right) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (key, value) in ours {
                match theirs.get(key) {
                    Some(other) => differences(&format!("{path}/{key}"), value, other, found),
                    None => found.push(format!("{path}/{key}: only ours {value}")),
                }
            }
            for (key, value) in theirs.iter().filter(|(key, _)| !ours.contains_key(*key)) {
                found.push(format!("{path}/{key}: only theirs {value}"));
            }
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                differences(&format!("{path}/{index}"), ours, theirs, found);
            }
        }
        _ => found.push(format!("{path}: ours {left} theirs {right}")),
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Outcome {
    Same,
    SameErrors,
    OtherErrors,
    OnlyOursFails,
    OnlyTheirsFails,
    Different,
    Skipped,
}

fn compare(reference: &mut Reference, template: &Value) -> (Outcome, Vec<String>) {
    let (ours, theirs) = (ours(template), reference.ask(template));
    if let Some(failure) = theirs.get("failed") {
        return (Outcome::Skipped, vec![failure.to_string()]);
    }
    match (ours.get("output"), theirs.get("output")) {
        (Some(left), Some(right)) => {
            let (left, right) = (normal(left), normal(right));
            let mut found = Vec::new();
            differences("", &left, &right, &mut found);
            (if found.is_empty() { Outcome::Same } else { Outcome::Different }, found)
        }
        (None, Some(_)) => (Outcome::OnlyOursFails, vec![ours["errors"].to_string()]),
        (Some(_), None) => (Outcome::OnlyTheirsFails, vec![theirs["errors"].to_string()]),
        (None, None) => {
            let texts = |value: &Value| {
                let mut texts: Vec<String> =
                    value["errors"].as_array().unwrap().iter().map(ToString::to_string).collect();
                texts.sort();
                texts.dedup();
                texts
            };
            let (left, right) = (texts(&ours), texts(&theirs));
            if left == right {
                (Outcome::SameErrors, Vec::new())
            } else {
                (Outcome::OtherErrors, vec![format!("ours   {left:?}"), format!("theirs {right:?}")])
            }
        }
    }
}

fn templates(folder: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match Source::parse_with(&text, Aliases::Expand) {
            Ok(source) => found.push((name, source.value)),
            Err(error) => eprintln!("{name}: {error}"),
        }
    }
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

#[test]
fn our_templates_come_out_as_the_translator_makes_them() {
    let Some(mut reference) = Reference::start() else {
        eprintln!("skipped: python3 with samtranslator is not installed");
        return;
    };
    let mut wrong = String::new();
    for (name, template) in templates(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/templates"))) {
        let (outcome, notes) = compare(&mut reference, &template);
        if !matches!(outcome, Outcome::Same | Outcome::SameErrors) {
            wrong.push_str(&format!("{name}: {outcome:?}\n  {}\n", notes.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn further_templates_are_counted() {
    let Ok(folder) = std::env::var("HANEUL_SAM_TEMPLATES") else {
        eprintln!("skipped: HANEUL_SAM_TEMPLATES is not set");
        return;
    };
    let mut reference = Reference::start().expect("python3 with samtranslator");
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    let mut report = String::new();
    for (name, template) in templates(Path::new(&folder)) {
        let (outcome, notes) = compare(&mut reference, &template);
        *counts.entry(outcome).or_default() += 1;
        if !matches!(outcome, Outcome::Same | Outcome::SameErrors) {
            report.push_str(&format!("{name}: {outcome:?}\n  {}\n", notes.join("\n  ")));
        }
    }
    eprintln!("{counts:?}");
    if let Ok(path) = std::env::var("HANEUL_SAM_REPORT") {
        std::fs::write(path, report).unwrap();
    }
}
