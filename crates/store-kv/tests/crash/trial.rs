//! Trials: a child under load, its end, and the judgement.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use base_id::Ids;
use base_time::Clock;

use super::disk::{Disk, records};
use super::load::{Damage, acknowledged, acks, judge};

/// The environment variable by which a child knows its directory.
pub const DIRECTORY: &str = "HANEUL_CRASH_DIRECTORY";

/// After so many kills a new store is begun.
const KILLS_OF_A_STORE: u64 = 10;
/// How long a recorded child writes, and how many cuts are made of one recording.
const RECORDED: Duration = Duration::from_millis(1200);
const CUTS_OF_A_RECORDING: u64 = 50;

/// What the trials found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub trials: u64,
    /// Acknowledged steps over all trials: the load was real.
    pub acknowledged: u64,
    pub lost: u64,
    pub torn: u64,
    pub broken: u64,
    /// Of the first bad trials.
    pub details: Vec<String>,
}

impl Report {
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.torn == 0 && self.broken == 0
    }

    fn add(&mut self, trial: String, acknowledged: u64, damage: Damage) {
        self.trials += 1;
        self.acknowledged += acknowledged;
        self.lost += damage.lost;
        self.torn += damage.torn;
        self.broken += u64::from(damage.broken.is_some());
        if !damage.is_none() && self.details.len() < 20 {
            self.details.push(format!("{trial}: {:?} {:?}", damage.broken, damage.details));
        }
    }
}

/// Kills a child at a random moment and judges what it left, again and again; a store lives through several.
pub async fn kill_trials(count: u64, ids: &Ids, child: impl Fn() -> Command) -> io::Result<Report> {
    let mut report = Report::default();
    let mut directory = tempfile::tempdir()?;
    for trial in 0..count {
        if trial % KILLS_OF_A_STORE == 0 {
            directory = tempfile::tempdir()?;
        }
        let lives = Duration::from_micros(5_000 + ids.below(150_000));
        let running = child().env(DIRECTORY, directory.path()).spawn()?;
        end_after(running, lives).await?;
        let steps = acknowledged(&read_or_empty(&directory.path().join("acks"))?);
        let damage = judge(directory.path(), &steps).await;
        // What was on its way and arrived, the next trial expects too; and the judge's own step.
        fs::write(directory.path().join("acks"), acks(&damage.found))?;
        report.add(format!("kill {trial} after {lives:?}"), steps.iter().sum(), damage);
    }
    Ok(report)
}

/// Records a child's writes and cuts the power at random places of the recording. `recorder` is the compiled library.
pub async fn power_cut_trials(
    count: u64,
    ids: &Ids,
    recorder: &Path,
    child: impl Fn() -> Command,
) -> io::Result<Report> {
    let mut report = Report::default();
    while report.trials < count {
        let cuts = CUTS_OF_A_RECORDING.min(count - report.trials);
        let directory = tempfile::tempdir()?;
        let root = directory.path().join("root");
        fs::create_dir(&root)?;
        let log = directory.path().join("log");
        let mut command = child();
        command.env(DIRECTORY, &root).env("LD_PRELOAD", recorder);
        command.env("HANEUL_RECORD_ROOT", &root).env("HANEUL_RECORD_LOG", &log);
        end_after(command.spawn()?, RECORDED).await?;
        cut_recording(&fs::read(&log)?, cuts, ids, &mut report).await?;
    }
    Ok(report)
}

async fn cut_recording(recording: &[u8], cuts: u64, ids: &Ids, report: &mut Report) -> io::Result<()> {
    let records = records(recording);
    // Half of them anywhere, half just before a sync, when most can be lost.
    let syncs: Vec<_> = (0..records.len()).filter(|place| records[*place].is_sync()).collect();
    let place = |cut: u64| match cut % 2 {
        0 => ids.below(records.len() as u64) as usize,
        _ => syncs[ids.below(syncs.len() as u64) as usize],
    };
    let mut places: Vec<_> = (0..cuts).map(place).collect();
    places.sort_unstable();
    let mut disk = Disk::new();
    let mut applied = 0;
    for place in places {
        for record in &records[applied..place] {
            disk.apply(record).map_err(io::Error::other)?;
        }
        applied = place;
        let left = tempfile::tempdir()?;
        disk.cut(left.path(), ids)?;
        let steps = acknowledged(&disk.acks);
        let damage = judge(left.path(), &steps).await;
        keep_evidence(left, &damage);
        report.add(format!("cut at {place} of {}", records.len()), steps.iter().sum(), damage);
    }
    Ok(())
}

/// With `HANEUL_CRASH_KEEP` set, what a bad trial left is not removed.
fn keep_evidence(left: tempfile::TempDir, damage: &Damage) {
    if !damage.is_none() && std::env::var_os("HANEUL_CRASH_KEEP").is_some() {
        let _ = left.keep();
    }
}

/// SIGKILL.
async fn end_after(mut child: Child, lives: Duration) -> io::Result<()> {
    Clock::system().sleep(lives).await;
    child.kill()?;
    child.wait()?;
    Ok(())
}

fn read_or_empty(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other,
    }
}

/// Compiles the recorder with the system's C compiler.
///
/// # Errors
/// If there is none, or it fails.
pub fn compile_recorder(source: &Path, directory: &Path) -> io::Result<std::path::PathBuf> {
    let library = directory.join("recorder.so");
    let status = Command::new("cc")
        .args(["-O1", "-shared", "-fPIC", "-Wall", "-o"])
        .args([&library, source])
        .args(["-ldl", "-lpthread"])
        .status()?;
    if status.success() { Ok(library) } else { Err(io::Error::other("cc could not compile the recorder")) }
}
