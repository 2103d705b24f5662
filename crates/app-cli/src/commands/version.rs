//! `haneul version`.

use std::io::Write;

use anyhow::Result;

pub fn run() -> Result<()> {
    writeln!(std::io::stdout(), "haneul {}", env!("CARGO_PKG_VERSION"))?;
    Ok(())
}
