//! `cargo xtask test`: the Rust tests, then the tests with real clients against a running server.

use anyhow::Result;
use clap::ValueEnum;

use crate::steps::{self, Steps};
use crate::{houses, tools};

#[derive(clap::Args)]
pub struct Arguments {
    /// Only one half
    #[arg(long)]
    only: Option<Half>,
    /// Only the tests with real clients that match, as pytest's -k says
    #[arg(short = 'k', value_name = "EXPRESSION")]
    matching: Option<String>,
    /// More arguments for pytest, after --
    #[arg(last = true)]
    pytest: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Half {
    Rust,
    Python,
}

/// Runs what is asked for; a failed half does not keep the other from running.
pub fn run(arguments: &Arguments) -> Result<()> {
    let only = arguments.only.or(arguments.matching.as_ref().map(|_| Half::Python));
    let mut steps = Steps::default();
    if only != Some(Half::Python) {
        steps.go_on("Rust tests", || steps::run(steps::cargo().args(["test", "--quiet", "--locked"])));
        steps.go_on("Rust tests of the examples", example_tests);
    }
    if only != Some(Half::Rust) {
        steps.step("tools", install)?;
        steps.step("haneul", || {
            steps::run(steps::cargo().args(["build", "--quiet", "--locked", "-p", "app-cli"]))
        })?;
        steps.go_on("tests with real clients", || pytest(arguments));
    }
    steps.verdict()
}

fn install() -> Result<()> {
    tools::ensure_system()?;
    tools::ensure_python()?;
    tools::ensure_node()
}

fn example_tests() -> Result<()> {
    let mut cargo = steps::cargo();
    cargo.args([
        "test",
        "--quiet",
        "--locked",
        "--release",
        "--manifest-path",
        "examples/orders/pricing/Cargo.toml",
    ]);
    steps::run(cargo.arg("--target-dir").arg(tools::cargo_target()))
}

fn pytest(arguments: &Arguments) -> Result<()> {
    let mut pytest = steps::command(tools::python());
    pytest.args(["-m", "pytest", "tests", "-p", "no:cacheprovider", "--durations=15"]);
    if let Some(expression) = &arguments.matching {
        pytest.args(["-k", expression]);
    }
    pytest.args(&arguments.pytest);
    pytest.env("HANEUL_BIN", houses::target().join("debug/haneul")).env("HANEUL_TOOLS", tools::folder());
    steps::run(pytest.env("PYTHONDONTWRITEBYTECODE", "1"))
}
