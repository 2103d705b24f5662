//! Crashes: what was acknowledged is there, and nothing is half there, after a kill and after a power cut.
//!
//! The long runs are `cargo xtask bench crash`, which shares these files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod disk;
mod load;
mod trial;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base_id::Ids;

/// The test binary itself, running only `child_of_a_trial`.
fn child() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child_of_a_trial", "--nocapture"]).stdout(Stdio::null());
    command
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn child_of_a_trial() {
    let Some(directory) = std::env::var_os(trial::DIRECTORY) else { return };
    let ended = runtime().block_on(load::run(&PathBuf::from(directory)));
    eprintln!("the child ended: {ended:?}");
    std::process::exit(1);
}

#[test]
fn a_killed_process_loses_and_tears_nothing() {
    let report = runtime().block_on(trial::kill_trials(20, &Ids::system(), child)).unwrap();
    assert!(report.is_clean(), "{report:#?}");
    assert!(report.acknowledged > 0, "{report:#?}");
}

#[test]
fn a_power_cut_loses_and_tears_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/recorder.c");
    let recorder = trial::compile_recorder(&source, directory.path()).unwrap();
    let report = runtime().block_on(trial::power_cut_trials(20, &Ids::system(), &recorder, child)).unwrap();
    assert!(report.is_clean(), "{report:#?}");
    assert!(report.acknowledged > 0, "{report:#?}");
}
