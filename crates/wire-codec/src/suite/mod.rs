//! The public protocol cases: requests that clients send, answers that clients read.
//!
//! The cases' own small models become schemas at run time, and values of them are held in a dynamic structure. A request
//! must be routed and read as its parameters; an answer must be read as its result, and what we write for that result must
//! be read as the same. The cases are found at `../shared/cases` beside the project, or at `HANEUL_CASES`.

mod compare;
mod dynamic;
mod input;
mod model;
mod output;

use std::path::PathBuf;

use serde_json::Value;

/// A folder of cases, or `None` (said aloud) where they are absent.
fn cases(direction: &str) -> Option<PathBuf> {
    let root = std::env::var("HANEUL_CASES").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/cases")),
        PathBuf::from,
    );
    let folder = root.join("aws-protocols").join(direction);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no protocol cases at {}; set HANEUL_CASES", folder.display());
    None
}

/// Runs `check` on every case that isn't excepted; fails with all that failed.
fn run(direction: &str, exceptions: &[(&str, &str)], check: impl Fn(&Value, &Value) -> Result<(), String>) {
    let Some(folder) = cases(direction) else { return };
    let (mut passed, mut failures, mut unneeded) = (0, Vec::new(), Vec::new());
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files {
        let suites: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for suite in &suites {
            for case in suite["cases"].as_array().unwrap() {
                let id = case["id"].as_str().unwrap();
                let excepted = exceptions.iter().any(|(name, _)| *name == id);
                match check(suite, case) {
                    Ok(()) if excepted => unneeded.push(id.to_owned()),
                    Ok(()) => passed += 1,
                    Err(_) if excepted => {}
                    Err(e) => failures.push(format!("{}: {id}: {e}", file.file_stem().unwrap().display())),
                }
            }
        }
    }
    println!("{direction}: {passed} passed, {} excepted", exceptions.len());
    assert!(failures.is_empty(), "{} failed, {passed} passed:\n{}", failures.len(), failures.join("\n"));
    assert!(unneeded.is_empty(), "exceptions that pass: {unneeded:?}");
}
