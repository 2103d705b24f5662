//! `cargo xtask bench <name>`: builds and installs what a bench needs, then runs it. `invoke` is measured beside peers by
//! `bench/invoke/measure.py`; every other name is a bench of its own in the haneul-bench binary.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::steps::{self, Steps};
use crate::{houses, tools};

#[derive(clap::Args)]
pub struct Arguments {
    /// invoke, or a bench of haneul-bench
    name: String,
    /// Its own arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs one bench.
pub fn run(arguments: &Arguments) -> Result<()> {
    match arguments.name.as_str() {
        "invoke" => invoke(&arguments.arguments),
        name => {
            let mut cargo = steps::cargo();
            cargo.args(["run", "--quiet", "--locked", "--profile", "fast", "-p", "haneul-bench", "--", name]);
            steps::run(cargo.args(&arguments.arguments))
        }
    }
}

fn invoke(arguments: &[String]) -> Result<()> {
    let mut steps = Steps::default();
    let results = houses::root().join("docs/bench");
    fs::create_dir_all(&results)?;
    steps.step("building haneul and the load client", || {
        steps::run(steps::cargo().args([
            "build",
            "--locked",
            "--profile",
            "fast",
            "-p",
            "app-cli",
            "-p",
            "haneul-bench",
        ]))
    })?;
    let bootstrap = steps.step("building the Rust function", build_function)?;
    steps.step("tools and peers", || {
        tools::ensure_python()?;
        tools::ensure_peers()
    })?;
    steps.step("measuring", || {
        let mut python = steps::command(tools::python());
        python.arg("bench/invoke/measure.py");
        python.arg("--haneul").arg(houses::target().join("fast/haneul"));
        python.arg("--load").arg(houses::target().join("fast/haneul-bench"));
        python.arg("--ministack").arg(tools::ministack()).arg("--serverless").arg(tools::serverless());
        python.arg("--bootstrap").arg(bootstrap).arg("--output").arg(results.join("invoke.md"));
        steps::run(python.args(arguments))
    })?;
    steps.verdict()
}

/// The orders example's Rust function.
fn build_function() -> Result<PathBuf> {
    let target = tools::cargo_target();
    let manifest = Path::new("examples/orders/pricing/Cargo.toml");
    let mut cargo = steps::cargo();
    cargo.args(["build", "--quiet", "--locked", "--release", "--manifest-path"]).arg(manifest);
    steps::run(cargo.arg("--target-dir").arg(&target))?;
    Ok(target.join("release/pricing"))
}
