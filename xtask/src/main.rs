//! The project's own commands: `cargo xtask <command>`. This file only says what there is; each command has its module.

mod bench;
mod check;
mod coverage;
mod demo;
mod r#gen;
mod houses;
mod http;
mod licences;
mod screen;
mod steps;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Haneul's own commands", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything that must hold of the source: format, tidy, clippy, generated code, coverage table, licences
    Check,
    /// Layers, lengths, bans
    Tidy {
        /// Lower the ratchet to what is there now; it never rises
        #[arg(long)]
        ratchet: bool,
    },
    /// Derive the models and generate the api-* crates
    Gen {
        /// --check, --update, --offline
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Install what the tests need, then run the Rust tests and the tests with real clients
    Test(test::Arguments),
    /// Build Haneul, deploy the three examples, drive them, and leave it running
    Demo(demo::Arguments),
    /// Measure; results go to docs/bench/
    Bench(bench::Arguments),
    /// Write docs/coverage.md
    Coverage {
        /// Write nothing; fail where the committed table is not what would be written
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Check => check::run(),
        Command::Tidy { ratchet } => tidy::run(ratchet),
        Command::Gen { arguments } => r#gen::run(arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Coverage { check } => coverage::run(check),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            screen::error(&error);
            ExitCode::FAILURE
        }
    }
}
