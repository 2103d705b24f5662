//! Steps of a command: announced, timed, and summed up at the end. Also how programs are started.

use std::ffi::OsStr;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{houses, screen};

/// Runs steps one after the other. A failed step ends the command unless it was run with `go_on`.
#[derive(Default)]
pub struct Steps {
    finished: Vec<(String, Duration, Option<String>)>,
}

impl Steps {
    /// Runs a step; its failure is the command's.
    pub fn step<T>(&mut self, what: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
        screen::begin(what);
        let start = Instant::now();
        let outcome = run().with_context(|| what.to_owned());
        self.finish(what, start, outcome.as_ref().err());
        outcome
    }

    /// Runs a step; its failure is told at the end, by `verdict`.
    pub fn go_on(&mut self, what: &str, run: impl FnOnce() -> Result<()>) {
        screen::begin(what);
        let start = Instant::now();
        let outcome = run();
        if let Err(error) = &outcome {
            screen::say(format!("    FAILED: {error:#}"));
        }
        self.finish(what, start, outcome.as_ref().err());
    }

    fn finish(&mut self, what: &str, start: Instant, error: Option<&anyhow::Error>) {
        screen::done(what, start.elapsed());
        self.finished.push((what.to_owned(), start.elapsed(), error.map(|error| format!("{error:#}"))));
    }

    /// The summary; an error if a step failed.
    pub fn verdict(&self) -> Result<()> {
        screen::say("\nSummary");
        for (what, took, error) in &self.finished {
            let verdict = if error.is_none() { "ok" } else { "FAILED" };
            screen::say(format!("  {verdict:<7} {:>14}  {what}", screen::seconds(*took)));
        }
        let failed: Vec<&str> = self
            .finished
            .iter()
            .filter(|(_, _, error)| error.is_some())
            .map(|(what, ..)| what.as_str())
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        bail!("failed: {}", failed.join(", "))
    }
}

/// A command in the project's folder, without anything of the host's AWS settings.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(houses::root());
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if ["AWS_", "HANEUL_", "SAM_CLI_"].iter().any(|prefix| name_text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_PAGER", "")
        .env("SAM_CLI_TELEMETRY", "0");
    command
}

/// `cargo`, the one that runs us.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end with the screen shared; anything but exit code 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("starting {program}"))?;
    if status.success() {
        return Ok(());
    }
    let arguments: Vec<_> =
        command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
    bail!("`{program} {}` ended with {status}", arguments.join(" "))
}

/// Runs to the end and answers what was printed to standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("starting {program}"))?;
    if !output.status.success() {
        bail!("{program} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether a program can be started at all.
pub fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}
