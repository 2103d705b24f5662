//! What `/_haneul/status` shows.

use std::path::PathBuf;

use base_time::{Clock, Timestamp};
use fn_pool::Engine;
use port::BoxFuture;
use serde_json::{Value, json};

use crate::front::StatusSource;

pub struct Status {
    pub engine: Engine,
    pub clock: Clock,
    pub started: Timestamp,
    pub data: PathBuf,
}

impl StatusSource for Status {
    fn status(&self) -> BoxFuture<'_, Value> {
        Box::pin(async {
            let engine = self.engine.status();
            let shortcomings: Vec<String> =
                self.engine.isolation().shortcomings().map(ToString::to_string).collect();
            let isolation = if shortcomings.is_empty() {
                "all parts in force".to_owned()
            } else {
                shortcomings.join("; ")
            };
            json!({
                "version": env!("CARGO_PKG_VERSION"),
                "uptime": format!("{} s", self.clock.now().since(self.started).as_secs()),
                "data": self.data.display().to_string(),
                "memory": resident_memory(),
                "environments": format!("{} ({} busy)", engine.environments, engine.busy),
                "isolation": isolation,
            })
        })
    }
}

/// Resident memory of this process, as the kernel says it.
fn resident_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(format!("{:.1} MB", kilobytes as f64 / 1024.0))
}
