//! `haneul env`: what a client needs, as shell assignments or JSON.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::settings::Target;

#[derive(Args)]
pub struct Arguments {
    /// As JSON instead of shell assignments.
    #[arg(long)]
    json: bool,
}

pub fn run(data: &Path, arguments: &Arguments) -> Result<()> {
    let target = Target::of_data(data)?;
    let variables = [
        ("AWS_ENDPOINT_URL", &target.endpoint),
        ("AWS_ACCESS_KEY_ID", &target.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &target.secret_access_key),
        ("AWS_REGION", &target.region),
        ("AWS_DEFAULT_REGION", &target.region),
    ];
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let map: serde_json::Map<_, _> = variables.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
        writeln!(out, "{}", serde_json::Value::Object(map))?;
    } else {
        for (name, value) in variables {
            writeln!(out, "export {name}={value}")?;
        }
    }
    Ok(())
}
