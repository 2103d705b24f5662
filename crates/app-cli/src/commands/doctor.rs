//! `haneul doctor`.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

#[derive(Args)]
pub struct Arguments {
    /// Fail (exit code 1) if anything is missing that production needs.
    #[arg(long)]
    strict: bool,
}

pub async fn run(data: &Path, arguments: &Arguments) -> Result<()> {
    let findings = app_server::examine(data).await;
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        let mark = if finding.is_fine { "ok  " } else { "MISS" };
        writeln!(out, "{mark} {:<24} {}", finding.subject, finding.detail)?;
    }
    if arguments.strict && findings.iter().any(|finding| !finding.is_fine) {
        bail!("something production needs is missing; see above");
    }
    Ok(())
}
