//! `cargo xtask tidy`: rules no compiler knows. Which crate may depend on which, how long files and functions may be, what
//! may not be written at all.
//!
//! Each rule is a module that takes the source as text and answers violations; this one gathers the text and reports.

mod bans;
mod layers;
mod lengths;
mod ratchet;
mod rust_text;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::{houses, screen};

/// A rule that does not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `path:line`, or a crate's name.
    pub place: String,
    pub what: String,
}

/// A file of the project as text.
pub struct SourceFile {
    /// Relative to the project's folder.
    pub path: PathBuf,
    pub text: String,
}

impl SourceFile {
    pub fn is_rust(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "rs")
    }

    /// Written by `cargo xtask gen`, so its lengths are nobody's.
    pub fn is_generated(&self) -> bool {
        self.text.lines().take(12).any(|line| line.contains("enerated by `cargo xtask gen`"))
            || self.text.lines().take(12).any(|line| line.contains("`cargo xtask gen` writes this crate"))
    }

    fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }
}

/// Checks everything; with `lower`, first lowers the ratchet to what is there.
pub fn run(lower: bool) -> Result<()> {
    let files = read_files()?;
    let excess = lengths::excess(&files);
    if lower {
        ratchet::lower(&excess)?;
    }
    let mut violations = layers::check(&houses::packages()?);
    violations.extend(ratchet::check(&excess)?);
    violations.extend(bans::check(&files));
    if violations.is_empty() {
        screen::say(format!("    {} files, nothing to complain about", files.len()));
        return Ok(());
    }
    for violation in &violations {
        screen::say(format!("    {}: {}", violation.place, violation.what));
    }
    bail!("{} things are not tidy", violations.len())
}

fn read_files() -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for path in houses::files()? {
        let bytes =
            fs::read(houses::root().join(&path)).with_context(|| format!("reading {}", path.display()))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(SourceFile { path, text });
        }
    }
    Ok(files)
}
