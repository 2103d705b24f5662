//! `haneul doctor`: how well this machine can isolate functions, tried out for real.

use std::path::Path;

use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use fn_pool::{Engine, EngineConfig, IsolationPolicy, PartState};

/// One line of the doctor's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub subject: String,
    pub is_fine: bool,
    pub detail: String,
}

impl Finding {
    fn new(subject: &str, is_fine: bool, detail: impl Into<String>) -> Self {
        Self { subject: subject.to_owned(), is_fine, detail: detail.into() }
    }
}

/// Starts the function engine on scratch space beside the data directory, reads its report and ends it.
pub async fn examine(data: &Path) -> Vec<Finding> {
    let clock = Clock::system();
    let tasks = Tasks::new(clock.clone());
    let scratch = std::env::temp_dir().join(format!("haneul-doctor-{}", std::process::id()));
    let mut config = EngineConfig::new(scratch.clone(), clock, Ids::system(), tasks.clone());
    config.isolation = IsolationPolicy::BestEffort;
    let mut findings = vec![data_finding(data)];
    match Engine::start(config).await {
        Err(error) => findings.push(Finding::new("functions", false, error.to_string())),
        Ok(engine) => {
            let report = engine.isolation();
            let rights = if report.rootless { "user namespace (rootless)" } else { "root" };
            findings.push(Finding::new("privileges", true, rights));
            findings.extend(report.parts.into_iter().map(|part| match part.state {
                PartState::InForce(how) => Finding::new(&part.name, true, how),
                PartState::Weaker(why) => Finding::new(&part.name, false, format!("weaker: {why}")),
                PartState::Missing(why) => Finding::new(&part.name, false, format!("missing: {why}")),
            }));
        }
    }
    tasks.drain(std::time::Duration::from_secs(5)).await;
    let _ = std::fs::remove_dir_all(scratch);
    findings
}

fn data_finding(data: &Path) -> Finding {
    match std::fs::metadata(data) {
        Err(_) => Finding::new(
            "data directory",
            true,
            format!("{} will be made at the first start", data.display()),
        ),
        Ok(meta) if !meta.is_dir() => {
            Finding::new("data directory", false, format!("{} is not a directory", data.display()))
        }
        Ok(meta) if meta.permissions().readonly() => {
            Finding::new("data directory", false, format!("{} is read-only", data.display()))
        }
        Ok(_) => Finding::new("data directory", true, data.display().to_string()),
    }
}
