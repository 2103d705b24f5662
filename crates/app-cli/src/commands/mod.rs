//! The command line: its definition, and one file per command.

mod deploy;
mod doctor;
mod env;
mod invoke;
mod logs;
mod status;
mod up;
mod version;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::exit;
use crate::settings::DEFAULT_DATA;

/// The AWS serverless stack on your own machines.
///
/// Start it with `haneul up`, point any AWS client to it with `eval "$(haneul env)"`, deploy a SAM or CloudFormation
/// folder with `haneul deploy DIR`.
#[derive(Parser)]
#[command(name = "haneul", version, after_help = exit::HELP)]
pub struct Cli {
    /// The data directory: everything the platform keeps.
    #[arg(long, global = true, env = "HANEUL_DATA", default_value = DEFAULT_DATA)]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the platform; it runs until Ctrl-C or SIGTERM.
    Up(up::Arguments),
    /// Print AWS_ENDPOINT_URL and credentials, for `eval "$(haneul env)"`.
    Env(env::Arguments),
    /// Build, package and deploy a SAM or CloudFormation template.
    Deploy(deploy::Arguments),
    /// Invoke a function and print its answer.
    Invoke(invoke::Arguments),
    /// Show a function's log, or any log group's.
    Logs(logs::Arguments),
    /// Show what runs: the server, its stacks and functions.
    Status(status::Arguments),
    /// Say how well functions are isolated on this machine, and what is missing.
    Doctor(doctor::Arguments),
    /// Print the version.
    Version,
}

pub async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Up(arguments) => up::run(&cli.data, arguments).await,
        Command::Env(arguments) => env::run(&cli.data, &arguments),
        Command::Deploy(arguments) => deploy::run(&cli.data, arguments).await,
        Command::Invoke(arguments) => invoke::run(&cli.data, arguments).await,
        Command::Logs(arguments) => logs::run(&cli.data, arguments).await,
        Command::Status(arguments) => status::run(&cli.data, arguments).await,
        Command::Doctor(arguments) => doctor::run(&cli.data, &arguments).await,
        Command::Version => version::run(),
    }
}
