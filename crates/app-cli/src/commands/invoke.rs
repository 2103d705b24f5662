//! `haneul invoke NAME`.

use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use base_time::Clock;
use base64::Engine;
use clap::Args;
use http::Method;

use crate::client::Client;
use crate::settings::Target;

#[derive(Args)]
pub struct Arguments {
    /// Function name or ARN.
    function: String,
    /// The event: JSON text, `@file`, or `-` for standard input.
    #[arg(default_value = "{}")]
    event: String,
    /// Version or alias.
    #[arg(long)]
    qualifier: Option<String>,
    /// Queue the event and don't wait for the answer.
    #[arg(long = "async")]
    is_async: bool,
}

pub async fn run(data: &Path, arguments: Arguments) -> Result<()> {
    let client = Client::new(Target::resolve(data)?, Clock::system())?;
    let event = read_event(&arguments.event)?;
    let mut path =
        format!("/2015-03-31/functions/{}/invocations", crate::client::encode(&arguments.function));
    if let Some(qualifier) = &arguments.qualifier {
        path.push_str(&format!("?Qualifier={}", crate::client::encode(qualifier)));
    }
    let invocation_type = if arguments.is_async { "Event" } else { "RequestResponse" };
    let headers = [
        ("content-type", "application/json"),
        ("x-amz-invocation-type", invocation_type),
        ("x-amz-log-type", if arguments.is_async { "None" } else { "Tail" }),
    ];
    let answer = client.send("lambda", Method::POST, &path, &headers, event.into()).await?;
    if let Some(tail) = answer.headers().get("x-amz-log-result") {
        let log = base64::engine::general_purpose::STANDARD.decode(tail.as_bytes()).unwrap_or_default();
        std::io::stderr().write_all(&log)?;
    }
    let failed = answer.headers().contains_key("x-amz-function-error");
    let mut out = std::io::stdout().lock();
    out.write_all(answer.body())?;
    if !answer.body().is_empty() {
        writeln!(out)?;
    }
    if failed {
        bail!("the function failed; its log is above");
    }
    Ok(())
}

fn read_event(argument: &str) -> Result<Vec<u8>> {
    if argument == "-" {
        let mut text = Vec::new();
        std::io::stdin().read_to_end(&mut text)?;
        return Ok(text);
    }
    match argument.strip_prefix('@') {
        Some(file) => std::fs::read(file).with_context(|| format!("reading {file}")),
        None => Ok(argument.as_bytes().to_vec()),
    }
}
