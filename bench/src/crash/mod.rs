//! `haneul-bench crash`: the crash trials of `store-kv`'s tests, many more of them. Half kill a writing process, half cut
//! the power at random places of a recording of its writes. Needs a C compiler for the recorder.

#[path = "../../../crates/store-kv/tests/crash/disk.rs"]
mod disk;
#[path = "../../../crates/store-kv/tests/crash/load.rs"]
mod load;
#[path = "../../../crates/store-kv/tests/crash/trial.rs"]
mod trial;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use base_id::Ids;
use clap::Parser;

const RECORDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/store-kv/tests/crash/recorder.c");

/// Kills and power cuts under load.
#[derive(Parser)]
struct Arguments {
    /// Of each of the two kinds
    #[arg(long, default_value_t = 250)]
    trials: u64,
    /// Which trials, to have the same places again; the load's own timing is never the same
    #[arg(long)]
    seed: Option<u64>,
}

pub fn run(arguments: impl Iterator<Item = String>) -> anyhow::Result<String> {
    let arguments = Arguments::try_parse_from(std::iter::once("crash".to_owned()).chain(arguments))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if let Some(directory) = std::env::var_os(trial::DIRECTORY) {
        // This is the process that is killed.
        let directory = PathBuf::from(directory);
        return runtime.block_on(load::run(&directory)).map(|()| String::new()).map_err(anyhow::Error::msg);
    }
    let ids = arguments.seed.map_or_else(Ids::system, Ids::seeded);
    let directory = tempfile::tempdir()?;
    let recorder = trial::compile_recorder(Path::new(RECORDER), directory.path()).context("cc")?;
    let program = std::env::current_exe()?;
    let child = || {
        let mut command = Command::new(&program);
        command.arg("crash");
        command
    };
    let kills = runtime.block_on(trial::kill_trials(arguments.trials, &ids, child))?;
    let cuts = runtime.block_on(trial::power_cut_trials(arguments.trials, &ids, &recorder, child))?;
    let result = format!("kills: {}\npower cuts: {}", line(&kills), line(&cuts));
    anyhow::ensure!(
        kills.is_clean() && cuts.is_clean(),
        "{result}\n{:#?}\n{:#?}",
        kills.details,
        cuts.details
    );
    Ok(result)
}

fn line(report: &trial::Report) -> String {
    format!(
        "{} trials, {} acknowledged commits judged, {} lost, {} torn, {} not opened",
        report.trials, report.acknowledged, report.lost, report.torn, report.broken
    )
}
