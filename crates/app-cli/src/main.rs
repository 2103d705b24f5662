//! The `haneul` command: the server and the tools around it.
//!
//! Command line -> settings -> one file per command. Exit codes are documented in `exit.rs` and in `haneul --help`.

mod client;
mod commands;
mod deploy;
mod exit;
mod progress;
mod settings;
mod xml;

use std::process::ExitCode;

use clap::Parser;
use commands::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&anyhow::Error::new(error).context("starting the runtime")),
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error),
    }
}
