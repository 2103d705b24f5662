//! `haneul status`.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use base_time::Clock;
use clap::Args;
use http::Method;
use serde_json::Value;

use crate::client::Client;
use crate::settings::Target;

#[derive(Args)]
pub struct Arguments {
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub async fn run(data: &Path, arguments: Arguments) -> Result<()> {
    let target = Target::resolve(data)?;
    let client = Client::new(target.clone(), Clock::system())?;
    let platform = client.plain(Method::GET, "/_haneul/status").await?;
    let stacks = client.query("cloudformation", "2010-05-15", "DescribeStacks", &[]).await?;
    let functions =
        client.send("lambda", Method::GET, "/2015-03-31/functions/", &[], Default::default()).await?;
    let functions: Value = serde_json::from_slice(functions.body())?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        writeln!(
            out,
            "{}",
            serde_json::json!({ "platform": platform, "functions": functions["Functions"] })
        )?;
        return Ok(());
    }
    writeln!(out, "haneul {} at {}", text(&platform, "version"), target.endpoint)?;
    for key in ["uptime", "data", "memory", "environments", "isolation"] {
        if !platform[key].is_null() {
            writeln!(out, "  {key:<14} {}", text(&platform, key))?;
        }
    }
    writeln!(out, "stacks")?;
    for stack in stacks.find("Stacks").map(|stacks| stacks.children).unwrap_or_default() {
        writeln!(out, "  {:<32} {}", stack.text("StackName"), stack.text("StackStatus"))?;
    }
    writeln!(out, "functions")?;
    for function in functions["Functions"].as_array().into_iter().flatten() {
        writeln!(
            out,
            "  {:<48} {:<16} {:>6} MB  {}",
            text(function, "FunctionName"),
            text(function, "Runtime"),
            text(function, "MemorySize"),
            text(function, "State"),
        )?;
    }
    Ok(())
}

fn text(value: &Value, key: &str) -> String {
    match &value[key] {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}
