//! `cargo xtask check`: what must hold of the source. Runs everything, then says all that failed.

use anyhow::Result;

use crate::steps::{self, Steps};
use crate::{coverage, r#gen, licences, screen, tidy};

/// Runs all checks.
pub fn run() -> Result<()> {
    let mut steps = Steps::default();
    steps.go_on("tidy", || tidy::run(false));
    steps.go_on("format", format);
    steps.go_on("generated code", || r#gen::run(["--check".to_owned(), "--offline".to_owned()]));
    steps.go_on("coverage table", || coverage::run(true));
    steps.go_on("clippy", clippy);
    steps.go_on("licences and advisories", deny);
    steps.verdict()
}

fn format() -> Result<()> {
    steps::run(steps::cargo().args(["fmt", "--all", "--check"]))?;
    steps::run(steps::cargo().args([
        "fmt",
        "--check",
        "--manifest-path",
        "examples/orders/pricing/Cargo.toml",
    ]))
}

fn clippy() -> Result<()> {
    steps::run(steps::cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))
}

fn deny() -> Result<()> {
    licences::check()?;
    if !steps::is_installed("cargo-deny") {
        screen::say(
            "    skipped: bans and advisories, since cargo-deny is not installed (cargo install cargo-deny)",
        );
        return Ok(());
    }
    steps::run(steps::cargo().args(["deny", "--offline", "check", "bans", "licenses", "sources"]))
}
